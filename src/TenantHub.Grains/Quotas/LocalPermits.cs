using TenantHub.Actions;
using TenantHub.Telemetry;

namespace TenantHub.Quotas;

/// <summary>
/// The permits of one limit, for accounts on the silo that owns it: lent and ended without a message while nobody waits and no block has
/// to be stored (docs/adr/0025). Everything else is the grain's, which keeps the same books and is the door for other silos.
/// </summary>
/// <remarks>The grain and the accounts run on schedulers of their own, so whoever touches the books holds <see cref="Gate"/>.</remarks>
internal sealed class LocalPermits(PermitLedger ledger, QuotaReading reading, string group, TimeProvider clock)
{
    private readonly long _origin = clock.GetTimestamp();
    private bool _isClosed;

    /// <summary>Gets what is held for as long as one step in the books takes; nothing is awaited under it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Gets the time of the books.</summary>
    public TimeSpan Now => clock.GetElapsedTime(_origin);

    /// <summary>Lends a permit; null when the grain has to be asked.</summary>
    public PermitResult? TryLend()
    {
        lock (Gate)
        {
            var now = Now;
            if (_isClosed || ledger.NeedsBlock || ledger.TryLendAtOnce(now) is not { } permit)
                return null;
            Report();
            return Lent(permit, now);
        }
    }

    /// <summary>Ends a permit; false when the grain has to be told.</summary>
    public bool TryEnd(long permit, PermitUse use)
    {
        lock (Gate)
        {
            if (_isClosed || use is PermitUse.RateLimited || ledger.Waiting > 0)
                return false;
            ledger.End(permit, use, Now);
            Report();
            return true;
        }
    }

    /// <summary>The grain leaves: nothing is lent any more.</summary>
    /// <returns>What has to be stored.</returns>
    public QuotaState Close()
    {
        lock (Gate)
        {
            _isClosed = true;
            return ledger.Close(Now, clock.GetUtcNow());
        }
    }

    public PermitResult Lent(long permit, TimeSpan now) => new(permit, null, State(now));

    public RateLimit State(TimeSpan now)
    {
        var (remaining, reset) = ledger.Rest(now);
        return new RateLimit(group, ledger.Limits.InForce.Value, ledger.Window, remaining, reset);
    }

    /// <summary>Leaves the figures for whoever collects metrics.</summary>
    public void Report() => reading.Leave(ledger.Used, ledger.Limits.InForce.Value, ledger.Waiting, clock.GetTimestamp());
}
