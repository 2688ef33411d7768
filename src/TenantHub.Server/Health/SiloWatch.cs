using TenantHub.Accounts;
using TenantHub.Health;
using TenantHub.Storage;
using TenantHub.Telemetry;

namespace TenantHub.Server.Health;

/// <summary>
/// Asks the database and the other servers once a second whether they are there. What it sees is what <c>/health/ready</c> tells. A server
/// to which the database has been silent for a while, although it answers others, hands its accounts over and ends: they would fail here,
/// and work there. So does the younger one of two servers that cannot reach each other, while a third one reaches both.
/// </summary>
internal sealed partial class SiloWatch(
    DatabasePulse database,
    Peers peers,
    SiloHealth health,
    Draining draining,
    TenantHubTelemetry telemetry,
    TimeProvider clock,
    ILogger<SiloWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(10); // A process that was frozen knows nothing of now.
    private static readonly TimeSpan HandingOver = TimeSpan.FromSeconds(2);

    private readonly HealthJudge _judge = new();
    private (string? Fault, long At) _verdict = ("It has not been asked yet.", 0);
    private TimeSpan _told;

    /// <summary>Gets why the server should get no calls; null when it should.</summary>
    public string? Fault =>
        _verdict is var (fault, at) && fault is null && clock.GetElapsedTime(at) > Stale ? "It stood still." : _verdict.Fault;

    /// <summary>Gets how far this server's clock is ahead of the database's; null when that is not known.</summary>
    public TimeSpan? ClockOffset { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            health.Looked();
            var began = clock.GetTimestamp();
            var (answer, others) = (database.AskAsync(), peers.AskAsync());
            await Task.WhenAll(answer, others);
            health.Looked();
            var verdict = _judge.Judge(await answer, await others, clock.GetElapsedTime(0), clock.GetElapsedTime(began));
            if (verdict.Fault != _verdict.Fault && (verdict.Fault is not null || _verdict.At > 0))
                Tell(verdict.Fault);
            health.DatabaseAsked(began, verdict.HasDatabase);
            (telemetry.LostWrites, telemetry.DamagedRows) = (database.HistoryChangedAt is not null, database.DamagedRows);
            Compare((await answer).ClockOffset);
            _verdict = (verdict.Fault, clock.GetTimestamp());
            if (verdict.EndsBecause is not { } reason || draining.Token.IsCancellationRequested)
                continue;
            await EndAsync(reason);
        } while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    /// <summary>Stopping as usual would wait for a database that does not answer.</summary>
    private async Task EndAsync(string reason)
    {
        LogGivesUp(reason);
        draining.Begin();
        await Task.Delay(HandingOver, clock, CancellationToken.None);
        Environment.Exit(1);
    }

    private void Tell(string? fault)
    {
        if (fault is null)
            LogReady();
        else
            LogNotReady(fault);
    }

    private void Compare(TimeSpan? offset)
    {
        if (offset is not { } apart)
            return;
        (ClockOffset, telemetry.ClockOffset) = (apart, apart);
        var isOff = ClockLimits.IsOff(apart);
        if (isOff && (apart - _told).Duration() >= ClockLimits.Tolerated)
            LogClock(ClockLimits.Describe(apart));
        if (!isOff && ClockLimits.IsOff(_told))
            LogClockRight();
        _told = isOff ? apart : TimeSpan.Zero;
    }

    [LoggerMessage(7601, LogLevel.Warning, "This server is not ready: {Fault}")]
    private partial void LogNotReady(string fault);

    [LoggerMessage(7602, LogLevel.Information, "This server is ready")]
    private partial void LogReady();

    [LoggerMessage(7603, LogLevel.Error, "{Reason}: it hands its accounts over and ends")]
    private partial void LogGivesUp(string reason);

    [LoggerMessage(7604, LogLevel.Warning, "{Clock} Idempotency keys and deadlines rely on it: set it right, with NTP")]
    private partial void LogClock(string clock);

    [LoggerMessage(7605, LogLevel.Information, "The clock of this server agrees with the database's again")]
    private partial void LogClockRight();
}
