using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using TenantHub.Accounts;
using TenantHub.Storage;

namespace TenantHub.Server.Hosting;

/// <summary>
/// What happens between SIGTERM and the end. 1. The server says that it is not ready, and goes on working until that is noticed. 2. Calls
/// that wait for their turn are refused with a retryable error; those that run are waited for, wherever they came from. 3. The server takes
/// no more connections and waits for its requests; 4. the silo hands its grains over. Steps 3 and 4 are the host's own, and all together
/// may take <see cref="ShutdownOptions.Limit"/>.
/// </summary>
internal sealed class GracefulShutdown(
    Draining draining,
    AccountsHere here,
    IOptions<ShutdownOptions> options,
    IOptions<SiloMessagingOptions> messaging,
    IConfiguration configuration,
    TimeProvider clock
) : IHostedLifecycleService
{
    private static readonly TimeSpan DefaultNotice = TimeSpan.FromSeconds(3);
    private volatile bool _stopping;

    public bool IsStopping => _stopping;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true; // 1
        var notice = options.Value.Notice ?? (DatabaseSetting.Read(configuration) is null ? TimeSpan.Zero : DefaultNotice); // An embedded server has no other to go to.
        await Task.Delay(notice, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A call that this silo forwarded would run elsewhere, and its caller would give it up with this silo. Refused, it is repeated.
        messaging.Value.MaxForwardCount = 0;
        draining.Begin(); // 2
        await here.EndAsync(options.Value.Limit / 2, clock, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        StartFailure.HasStarted();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>How a server stops.</summary>
internal sealed class ShutdownOptions
{
    public const string SectionName = "TenantHub:Shutdown";

    /// <summary>Gets or sets how long a server that was told to stop goes on working while /health/ready says no, so that a load balancer
    /// can
    /// notice.</summary>
    /// <value>The default is 3 seconds in a cluster and none for an embedded server.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:02:00")]
    public TimeSpan? Notice { get; set; }

    /// <summary>Gets or sets how long stopping may take in all; what still runs then is cut off.</summary>
    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan Limit { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>;
