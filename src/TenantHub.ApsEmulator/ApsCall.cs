using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator;

/// <summary>One authorized call: who calls, with what, on which state. Handlers run under the state's lock.</summary>
internal sealed record ApsCall(HttpContext Http, EmulatorState State, EmulatedApp App, IssuedToken Token, JsonNode? Body)
{
    public DateTimeOffset Now => State.Clock.Now;

    public HttpRequest Request => Http.Request;

    /// <summary>A value of the path, decoded; ASP.NET leaves %2F as it is.</summary>
    public string Path(string name) => ((string)Http.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public string? Query(string name) => Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>All values of an array parameter, repeated or separated by commas.</summary>
    public IReadOnlyList<string> QueryList(string name) =>
        [.. Request.Query[name].OfType<string>().SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries))];

    public string? Header(string name) => Request.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>A whole number of the query within its range; null when it is not one.</summary>
    public int? Number(string name, int absent, int min, int max) =>
        Query(name) is not { } text ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
        : null;

    /// <summary>A string in the body, by member names; null when it is missing or no string.</summary>
    public string? Text(params ReadOnlySpan<string> path)
    {
        var node = Body;
        foreach (var name in path)
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(name, out node))
                return null;
        }

        return node is JsonValue value && value.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null;
    }

    /// <summary>The account when it exists and this app is a custom integration of it.</summary>
    public EmulatedAccount? Provisioned(string accountId) =>
        State.Accounts.TryGetValue(accountId, out var account) && account.ProvisionedClientIds.Contains(App.ClientId) ? account : null;
}
