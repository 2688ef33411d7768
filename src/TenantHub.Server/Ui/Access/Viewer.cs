using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.JSInterop;

namespace TenantHub.Server.Ui.Access;

/// <summary>The person in front of one open page: from where, in which time zone, and whether they look at it. One for each
/// circuit.</summary>
internal sealed class Viewer : CircuitHandler
{
    private bool _isConnected = true;
    private bool _isVisible = true;

    /// <summary>Gets from which IP address the page was asked for.</summary>
    public string Address { get; set; } = "";

    /// <summary>Gets what the form for signing out has to carry.</summary>
    public string FormToken { get; set; } = "";

    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    /// <summary>Gets whether there is somebody for whom a page must be kept up to date.</summary>
    public bool IsLooking => _isConnected && _isVisible;

    /// <param name="zone">The zone's IANA name.</param>
    /// <param name="offsetMinutes">What is added to UTC now: for a host that does not know the zone.</param>
    public void Meet(string zone, int offsetMinutes)
    {
        var offset = TimeSpan.FromMinutes(Math.Clamp(offsetMinutes, -14 * 60, 14 * 60));
        Zone = TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known)
            ? known
            : TimeZoneInfo.CreateCustomTimeZone("viewer", offset, null, null);
    }

    [JSInvokable]
    public void SetVisible(bool visible) => _isVisible = visible;

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _isConnected = true;
        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _isConnected = false;
        return Task.CompletedTask;
    }
}
