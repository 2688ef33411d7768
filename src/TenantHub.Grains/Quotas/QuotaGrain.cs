using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Quotas;

/// <summary>
/// Lends the permits of one limit. The rules are <see cref="PermitLedger"/>'s; this grain adds the clock, the timer that wakes those who
/// wait, the storage, and the answers. Accounts of the same silo need it only when they have to wait (<see cref="LocalPermits"/>).
/// </summary>
/// <remarks>
/// Reentrant, because callers wait here for their permits. Invariant: everything between two awaits is one step, and holds the books'
/// gate while it touches them; the state is written by <see cref="StoreAsync"/> only, and only one write runs at a time.
/// </remarks>
[Reentrant]
internal sealed partial class QuotaGrain : Grain, IQuotaGrain, IPermitGrain
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(5);

    private readonly IPersistentState<QuotaState> _state;
    private readonly QuotaGroup _group;
    private readonly QuotaOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<QuotaGrain> _logger;
    private readonly string _clientId;
    private readonly PermitLedger _ledger;
    private readonly LocalPermits _local;
    private readonly LocalQuotas _here;
    private readonly TenantHubTelemetry _telemetry;
    private readonly QuotaReading _reading;
    private IGrainTimer? _timer;
    private TimeSpan? _wakesAt;
    private Task<bool> _write = Task.FromResult(true);
    private bool _writeAgain;

    public QuotaGrain(
        [PersistentState("quota")] IPersistentState<QuotaState> state,
        ActionCatalog catalog,
        IOptions<QuotaOptions> options,
        IOptions<ApsOptions> apsOptions,
        LocalQuotas here,
        TenantHubTelemetry telemetry,
        TimeProvider clock,
        ILogger<QuotaGrain> logger
    )
    {
        (_state, _options, _here, _telemetry, _clock, _logger) = (state, options.Value, here, telemetry, clock, logger);
        var key = this.GetPrimaryKeyString();
        (_clientId, var quotaGroup) = QuotaKey.Split(key);
        _group = catalog.FindQuotaGroup(quotaGroup) ?? throw new ArgumentException($"There is no quota group in the key {key}.");
        _ledger = new PermitLedger(
            new LimitTable(
                _group.RequestsPerMinute,
                _group.Published ? LimitSource.Published : LimitSource.Default,
                _options.Limits.TryGetValue(_group.Name, out var setting) ? setting : null
            ),
            new Pause(_options.MaxPause),
            _options.Window,
            apsOptions.Value.AttemptTimeout + Slack,
            clock.GetUtcNow().UtcTicks
        ); // Numbers of an earlier activation are never met again.
        _reading = new QuotaReading(_options.Window);
        _local = new LocalPermits(_ledger, _reading, _group.Name, clock);
    }

    private TimeSpan Now => _local.Now;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (_state.State.Damage is { } damage)
        {
            // What was lent in the last window is not known: as much as may have been.
            LogDamaged(this.GetGrainId(), damage);
            _state.State = new QuotaState { Blocks = [new StoredBlock(_ledger.Limits.InForce.Value, null)] };
        }

        _ledger.Restore(_state.State, Now, _clock.GetUtcNow());
        _timer = this.RegisterGrainTimer(
            static (grain, _) => grain.WakeAsync(),
            this,
            new GrainTimerCreationOptions
            {
                DueTime = Timeout.InfiniteTimeSpan,
                Period = Timeout.InfiniteTimeSpan,
                Interleave = true,
            }
        );
        _telemetry.Watch(_reading, _group.Name);
        _here.Open(_clientId, _group.Name, _local);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _here.Close(_clientId, _group.Name, _local);
        _telemetry.Forget(_reading);
        var last = _local.Close();
        if (!_write.IsCompleted || (last.Blocks.Count == 0 && _state.State.Blocks.Count == 0 && !last.IsEmpty))
            return; // What a running write leaves is careful enough.
        try
        {
            _state.State = last;
            if (!last.IsEmpty)
                await _state.WriteStateAsync(cancellationToken);
            else if (_state.RecordExists)
                await _state.ClearStateAsync(cancellationToken); // Client ids come and go; their limits go with them.
        }
        catch (Exception exception)
        {
            LogNotStored(exception, _clientId, _group.Name); // The blocks as they were stored before are careful enough.
        }
    }

    /// <remarks>Not async, and without a queue for the usual caller: requests of other silos' accounts pass here.</remarks>
    public Task<PermitResult> AcquireAsync(PermitRequest request, CancellationToken cancellationToken)
    {
        lock (_local.Gate)
        {
            // 1. A repeat needs the budget's consent.
            var now = Now;
            if (request.IsRetry && !_ledger.TryRetry(now))
                return Task.FromResult(Refused(QuotaErrors.RetryBudgetSpent(_group.Name, _options.Window), now));

            // 2. Most callers are served at once.
            if (_ledger.TryLendAtOnce(now) is { } lent)
            {
                SeeToNextBlock();
                _local.Report();
                return Task.FromResult(_local.Lent(lent, now));
            }

            // 3. The others queue, and perhaps it is their turn.
            var waiter = _ledger.Enqueue(request.AccountId, request.Weight);
            Serve();
            if (waiter.Permit is { } atOnce)
                return Task.FromResult(_local.Lent(atOnce, now));

            // 4. A caller that cannot be served in time is told so at once.
            var expected = _ledger.ExpectedStart(waiter, now) - now;
            if (expected <= request.MaxWait)
                return WaitAsync(waiter, expected, request.MaxWait, cancellationToken);
            return Task.FromResult(GiveUp(waiter, expected, now));
        }
    }

    public Task CompleteAsync(long permit, PermitUse use, TimeSpan? retryAfter)
    {
        lock (_local.Gate)
        {
            if (use is PermitUse.RateLimited)
                Pause(permit, retryAfter ?? _options.DefaultPause);
            else
                _ledger.End(permit, use, Now);
            Serve();
        }

        return Task.CompletedTask;
    }

    public Task<QuotaForecast> ForeseeAsync(string accountId)
    {
        lock (_local.Gate)
        {
            var now = Now;
            var (position, start) = _ledger.Foresee(accountId, now);
            return Task.FromResult(new QuotaForecast(_local.State(now), position, _ledger.AccountsWaiting, Instant(start, now)));
        }
    }

    /// <summary>A caller that waits for nothing but the next block to be stored is not at the limit, and gets the time for that.</summary>
    private async Task<PermitResult> WaitAsync(
        QuotaBucket.Waiter waiter,
        TimeSpan expected,
        TimeSpan maxWait,
        CancellationToken cancellationToken
    )
    {
        var patience = expected <= TimeSpan.Zero && maxWait < WritePatience ? WritePatience : maxWait;
        await waiter
            .Settled.WaitAsync(patience, _clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        lock (_local.Gate)
        {
            var now = Now;
            if (waiter.Failed)
                return Refused(QuotaErrors.StorageFailed(), now);
            if (waiter.Permit is { } permit)
            {
                if (!cancellationToken.IsCancellationRequested)
                    return _local.Lent(permit, now);
                _ledger.Return(permit, now); // Giving up and being served came together.
                Serve();
                cancellationToken.ThrowIfCancellationRequested();
            }

            var refused = GiveUp(waiter, _ledger.ExpectedStart(waiter, now) - now, now);
            cancellationToken.ThrowIfCancellationRequested();
            return refused;
        }
    }

    private PermitResult GiveUp(QuotaBucket.Waiter waiter, TimeSpan expected, TimeSpan now)
    {
        _ledger.Withdraw(waiter);
        _local.Report();
        return Refused(Exceeded(expected, now), now);
    }

    private void Pause(long permit, TimeSpan retryAfter)
    {
        var now = Now;
        if (_ledger.Refuse(permit, retryAfter, now) is not { } pause)
            return;
        LogPaused(_clientId, _group.Name, pause, _ledger.Pause.AskedUntil - now, _ledger.Limits.InForce.Value);
        _ = StoreAsync(); // The pause holds already; a crash before it is stored costs one more 429.
    }

    /// <summary>Lends whatever may be lent now, sees to the next block in time, and sets the clock for the next step.</summary>
    private void Serve()
    {
        var now = Now;
        for (var expired = _ledger.Serve(now); expired > 0; expired--)
            LogExpired(_clientId, _group.Name);
        SeeToNextBlock();
        Wake(_ledger.WhenNext(now), now);
        _local.Report();
    }

    private void SeeToNextBlock()
    {
        if (_ledger.NeedsBlock && !_writeAgain)
            _ = StoreAsync();
    }

    private void Wake(TimeSpan? at, TimeSpan now)
    {
        if (at == _wakesAt)
            return;
        _wakesAt = at;
        _timer?.Change(
            at is { } due
                ? due > now
                    ? due - now
                    : TimeSpan.Zero
                : Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    private Task WakeAsync()
    {
        lock (_local.Gate)
        {
            _wakesAt = null;
            Serve();
        }

        return Task.CompletedTask;
    }

    /// <summary>Writes limit, pause and blocks. One write at a time: who comes while one runs is served by one more.</summary>
    private Task<bool> StoreAsync()
    {
        _writeAgain = true;
        return _write.IsCompleted ? _write = WriteAsync() : _write;
    }

    private async Task<bool> WriteAsync()
    {
        try
        {
            while (_writeAgain)
            {
                _writeAgain = false;
                int block;
                lock (_local.Gate)
                    (_state.State, block) = _ledger.Store(Now, _clock.GetUtcNow());
                await _state.WriteStateAsync();
                lock (_local.Gate)
                {
                    _ledger.AddBlock(block);
                    Serve();
                }
            }

            return true;
        }
        catch (Exception exception)
        {
            // Nothing may be lent that is not written down: those who wait are told, and the next activation reads what is stored.
            LogNotStored(exception, _clientId, _group.Name);
            lock (_local.Gate)
                _ledger.FailAll();
            DeactivateOnIdle();
            return false;
        }
    }

    private DateTimeOffset Instant(TimeSpan at, TimeSpan now) => _clock.GetUtcNow() + (at - now);

    private PermitResult Refused(ServiceError error, TimeSpan now) => new(null, error, _local.State(now));

    private ServiceError Exceeded(TimeSpan expected, TimeSpan now) =>
        _ledger.Pause.Holds(now)
            ? QuotaErrors.Paused(_clientId, _group.Name, Instant(_ledger.Pause.AskedUntil, now), expected)
            : QuotaErrors.Exceeded(_clientId, _group.Name, _ledger.Limits.InForce, _options.Window, expected);
}
