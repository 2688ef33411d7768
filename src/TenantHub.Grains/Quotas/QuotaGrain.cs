using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Quotas;

/// <summary>
/// Lends the permits of one limit. The rules are <see cref="PermitLedger"/>'s; this grain adds the clock, the timer that wakes those who
/// wait, the storage, and the answers.
/// </summary>
/// <remarks>
/// Reentrant, because callers wait here for their permits. Invariant: everything between two awaits is one step; the state is written by
/// <see cref="StoreAsync"/> only, and only one write runs at a time.
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
    private readonly HubTelemetry _telemetry;
    private readonly QuotaReading _reading;
    private readonly long _origin;
    private IGrainTimer? _timer;
    private TimeSpan? _wakesAt;
    private Task<bool> _write = Task.FromResult(true);
    private bool _writeAgain;

    public QuotaGrain(
        [PersistentState("quota")] IPersistentState<QuotaState> state,
        ActionCatalog catalog,
        IOptions<QuotaOptions> options,
        IOptions<ApsOptions> apsOptions,
        HubTelemetry telemetry,
        TimeProvider clock,
        ILogger<QuotaGrain> logger)
    {
        (_state, _options, _telemetry, _clock, _logger) = (state, options.Value, telemetry, clock, logger);
        var key = this.GetPrimaryKeyString();
        var bar = key.LastIndexOf('|');
        _clientId = bar < 0 ? key : key[..bar];
        _group = catalog.FindQuotaGroup(key[(bar + 1)..]) ?? throw new ArgumentException($"There is no quota group in the key {key}.");
        _ledger = new PermitLedger(
            new LimitTable(
                _group.RequestsPerMinute,
                _group.Published ? LimitSource.Published : LimitSource.Default,
                _options.Limits.TryGetValue(_group.Name, out var setting) ? setting : null),
            new Pause(_options.MaxPause),
            _options.Window,
            apsOptions.Value.AttemptTimeout + Slack,
            clock.GetUtcNow().UtcTicks); // Numbers of an earlier activation are never met again.
        _reading = new QuotaReading(_options.Window);
        _origin = clock.GetTimestamp();
    }

    private TimeSpan Now => _clock.GetElapsedTime(_origin);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _ledger.Restore(_state.State, Now, _clock.GetUtcNow());
        _timer = this.RegisterGrainTimer(static (grain, _) => grain.WakeAsync(), this, new GrainTimerCreationOptions
        {
            DueTime = Timeout.InfiniteTimeSpan, Period = Timeout.InfiniteTimeSpan, Interleave = true,
        });
        _telemetry.Watch(_reading, _group.Name);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _telemetry.Forget(_reading);
        var last = _ledger.Close(Now, _clock.GetUtcNow());
        if (!_write.IsCompleted || (last.Blocks.Count == 0 && _state.State.Blocks.Count == 0 && !last.IsEmpty))
            return; // What a running write leaves is careful enough.
        try
        {
            _state.State = last;
            if (!last.IsEmpty) await _state.WriteStateAsync(cancellationToken);
            else if (_state.RecordExists) await _state.ClearStateAsync(cancellationToken); // Client ids come and go; their limits go with them.
        }
        catch (Exception exception)
        {
            LogNotStored(exception, _clientId, _group.Name); // The blocks as they were stored before are careful enough.
        }
    }

    /// <remarks>Not async, and without a queue for the usual caller: every request to Autodesk passes here.</remarks>
    public Task<PermitResult> AcquireAsync(PermitRequest request, CancellationToken cancellationToken)
    {
        // 1. A repeat needs the budget's consent.
        var now = Now;
        if (request.IsRetry && !_ledger.TryRetry(now))
            return Task.FromResult(Refused(QuotaErrors.RetryBudgetSpent(_group.Name, _options.Window), now));

        // 2. Most callers are served at once.
        if (_ledger.TryLendAtOnce(now) is { } lent)
        {
            SeeToNextBlock();
            Report();
            return Task.FromResult(Lent(lent, now));
        }

        // 3. The others queue, and perhaps it is their turn.
        var waiter = _ledger.Enqueue(request.AccountId, request.Weight);
        Serve();
        if (waiter.Permit is { } atOnce) return Task.FromResult(Lent(atOnce, now));

        // 4. A caller that cannot be served in time is told so at once.
        var expected = _ledger.ExpectedStart(waiter, now) - now;
        if (expected <= request.MaxWait) return WaitAsync(waiter, expected, request.MaxWait, cancellationToken);
        _ledger.Withdraw(waiter);
        Report();
        return Task.FromResult(Refused(Exceeded(expected, now), now));
    }

    public Task CompleteAsync(long permit, PermitUse use, TimeSpan? retryAfter)
    {
        var now = Now;
        switch (use)
        {
            case PermitUse.Unused:
                _ledger.Return(permit, now);
                break;
            case PermitUse.Sent:
                _ledger.Answer(permit, now);
                break;
            case PermitUse.RateLimited:
                if (_ledger.Refuse(permit, retryAfter ?? _options.DefaultPause, now) is { } pause)
                {
                    LogPaused(_clientId, _group.Name, pause, _ledger.Pause.AskedUntil - now, _ledger.Limits.InForce.Value);
                    _ = StoreAsync(); // The pause holds already; a crash before it is stored costs one more 429.
                }

                break;
        }

        Serve();
        return Task.CompletedTask;
    }

    public Task<QuotaForecast> ForeseeAsync(string accountId)
    {
        var now = Now;
        var (position, start) = _ledger.Foresee(accountId, now);
        return Task.FromResult(new QuotaForecast(State(now), position, _ledger.AccountsWaiting, Instant(start, now)));
    }

    /// <summary>A caller that waits for nothing but the next block to be stored is not at the limit, and gets the time for that.</summary>
    private async Task<PermitResult> WaitAsync(
        QuotaBucket.Waiter waiter,
        TimeSpan expected,
        TimeSpan maxWait,
        CancellationToken cancellationToken)
    {
        var patience = expected <= TimeSpan.Zero && maxWait < WritePatience ? WritePatience : maxWait;
        await waiter.Settled.WaitAsync(patience, _clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        var now = Now;
        if (waiter.Failed) return Refused(QuotaErrors.StorageFailed(), now);
        if (waiter.Permit is { } permit)
        {
            if (!cancellationToken.IsCancellationRequested) return Lent(permit, now);
            await CompleteAsync(permit, PermitUse.Unused, null); // Giving up and being served came together.
            cancellationToken.ThrowIfCancellationRequested();
        }

        expected = _ledger.ExpectedStart(waiter, now) - now;
        _ledger.Withdraw(waiter);
        Report();
        cancellationToken.ThrowIfCancellationRequested();
        return Refused(Exceeded(expected, now), now);
    }

    /// <summary>Lends whatever may be lent now, sees to the next block in time, and sets the clock for the next step.</summary>
    private void Serve()
    {
        var now = Now;
        for (var expired = _ledger.Serve(now); expired > 0; expired--) LogExpired(_clientId, _group.Name);
        SeeToNextBlock();
        Wake(_ledger.WhenNext(now), now);
        Report();
    }

    private void SeeToNextBlock()
    {
        if (_ledger.NeedsBlock && !_writeAgain) _ = StoreAsync();
    }

    private void Report() => _reading.Leave(_ledger.Used, _ledger.Limits.InForce.Value, _ledger.Waiting, _clock.GetTimestamp());

    private void Wake(TimeSpan? at, TimeSpan now)
    {
        if (at == _wakesAt) return;
        _wakesAt = at;
        _timer?.Change(at is { } due ? due > now ? due - now : TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private Task WakeAsync()
    {
        _wakesAt = null;
        Serve();
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
                (_state.State, var block) = _ledger.Store(Now, _clock.GetUtcNow());
                await _state.WriteStateAsync();
                _ledger.AddBlock(block);
                Serve();
            }

            return true;
        }
        catch (Exception exception)
        {
            // Nothing may be lent that is not written down: those who wait are told, and the next activation reads what is stored.
            LogNotStored(exception, _clientId, _group.Name);
            _ledger.FailAll();
            DeactivateOnIdle();
            return false;
        }
    }

    private DateTimeOffset Instant(TimeSpan at, TimeSpan now) => _clock.GetUtcNow() + (at - now);

    private RateLimit State(TimeSpan now)
    {
        var (remaining, reset) = _ledger.Rest(now);
        return new RateLimit(_group.Name, _ledger.Limits.InForce.Value, _options.Window, remaining, reset);
    }

    private PermitResult Lent(long permit, TimeSpan now) => new(permit, null, State(now));

    private PermitResult Refused(HubError error, TimeSpan now) => new(null, error, State(now));

    private HubError Exceeded(TimeSpan expected, TimeSpan now) => _ledger.Pause.Holds(now)
        ? QuotaErrors.Paused(_clientId, _group.Name, Instant(_ledger.Pause.AskedUntil, now), expected)
        : QuotaErrors.Exceeded(_clientId, _group.Name, _ledger.Limits.InForce.Value, _options.Window, expected);
}
