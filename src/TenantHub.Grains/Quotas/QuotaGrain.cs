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
/// Lends the permits of one limit. The rules are <see cref="QuotaBucket"/>'s; this grain adds the clock, the timer that wakes those who
/// wait, and the storage that makes a crash harmless (<see cref="ReservedPermits"/>).
/// </summary>
/// <remarks>
/// Reentrant, because callers wait here for their permits. Invariant: everything between two awaits is one step; the state is written by
/// <see cref="StoreAsync"/> only, and only one write runs at a time.
/// </remarks>
[Reentrant]
internal sealed partial class QuotaGrain : Grain, IQuotaGrain, IPermitGrain
{
    private const int BlocksPerLimit = 10;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(5);

    private readonly IPersistentState<QuotaState> _state;
    private readonly QuotaGroup _group;
    private readonly QuotaOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<QuotaGrain> _logger;
    private readonly TimeSpan _longestRequest;
    private readonly string _clientId;
    private readonly QuotaBucket _bucket;
    private readonly ReservedPermits _reserved;
    private readonly HubTelemetry _telemetry;
    private readonly QuotaReading _reading;
    private readonly long _origin;
    private IReadOnlyList<StoredBlock> _inherited = [];
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
        _longestRequest = apsOptions.Value.AttemptTimeout + Slack;
        _bucket = new QuotaBucket(DefaultLimit, _options.Window);
        _reserved = new ReservedPermits(clock.GetUtcNow().UtcTicks); // Numbers of an earlier activation are never met again.
        _reading = new QuotaReading(_options.Window);
        _origin = clock.GetTimestamp();
    }

    private TimeSpan Now => _clock.GetElapsedTime(_origin);

    private int DefaultLimit => _options.Limits.TryGetValue(_group.Name, out var configured) ? configured : _group.RequestsPerMinute;

    private int BlockSize => Math.Max(1, _bucket.Limit / BlocksPerLimit);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var state = _state.State;
        var (now, clock) = (Now, _clock.GetUtcNow());
        if (state.Limit is { } limit) _bucket.SetLimit(limit);

        // Permits that could still be lent, or were under way, when the last activation ended without a word may have been used until now.
        var latest = clock + _options.Window;
        _inherited = [.. state.Blocks.Select(block => block with { CountsUntil = block.CountsUntil < latest ? block.CountsUntil : latest }).Where(block => block.CountsUntil > clock)];
        _bucket.Restore(
            now,
            _inherited.Select(block => (now + (block.CountsUntil!.Value - latest), block.Permits)),
            state.LearnedLimit,
            state.PausedUntil is { } pause && pause > clock ? now + (pause - clock) : null);
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
        var blocks = Blocks(closing: true);
        if (!_write.IsCompleted || (blocks.Count == 0 && _state.State.Blocks.Count == 0)) return; // What a running write leaves is careful enough.
        try
        {
            _state.State = Snapshot(blocks);
            await _state.WriteStateAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            LogNotStored(exception, _clientId, _group.Name); // The blocks as they were stored before are careful enough.
        }
    }

    public async Task<PermitResult> AcquireAsync(PermitRequest request, CancellationToken cancellationToken)
    {
        // 1. A repeat needs the budget's consent.
        var now = Now;
        if (request.IsRetry && !_bucket.TryRetry(now)) return Refuse(RetryBudgetSpent());

        // 2. Most callers are served at once.
        if (_reserved.Left > 0 && _bucket.TryLendAtOnce(now))
        {
            var lent = _reserved.Lend(now);
            SeeToNextBlock();
            Report();
            return new PermitResult(lent, null, State());
        }

        var waiter = _bucket.Enqueue(request.AccountId, request.Weight);
        Serve();
        if (waiter.Permit is { } atOnce) return new PermitResult(atOnce, null, State());

        // 3. Who would wait in vain does not wait at all.
        var expected = _bucket.ExpectedStart(waiter, now) - now;
        if (expected > request.MaxWait)
        {
            _bucket.Withdraw(waiter);
            Report();
            return Refuse(Exceeded(expected));
        }

        // 4. The others wait their turn; one who waits for nothing but the next block to be written down is not at the limit, and gets it.
        // Giving up and being served can come together: then the permit goes back.
        var patience = expected <= TimeSpan.Zero && request.MaxWait < WritePatience ? WritePatience : request.MaxWait;
        await waiter.Settled.WaitAsync(patience, _clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        if (waiter.Permit is { } permit)
        {
            if (!cancellationToken.IsCancellationRequested) return new PermitResult(permit, null, State());
            await CompleteAsync(permit, PermitUse.Unused, null);
        }

        if (waiter.Failed) return Refuse(StorageFailed());
        if (waiter.Permit is null)
        {
            expected = _bucket.ExpectedStart(waiter, Now) - Now;
            _bucket.Withdraw(waiter);
            Report();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Refuse(Exceeded(expected));
    }

    public Task CompleteAsync(long permit, PermitUse use, TimeSpan? retryAfter)
    {
        var now = Now;
        if (_reserved.End(permit, now) is not { } lentAt) return Task.CompletedTask; // Lent by an earlier activation, or expired: counted already.
        switch (use)
        {
            case PermitUse.Unused:
                _bucket.Return();
                break;
            case PermitUse.Sent:
                _bucket.Answer(now);
                break;
            case PermitUse.RateLimited:
                if (_bucket.Refuse(lentAt, retryAfter ?? _options.DefaultPause, now) is { } pause)
                {
                    LogPaused(_clientId, _group.Name, pause, _bucket.CurrentLimit);
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
        var (position, before) = (1, 0);
        var (found, waiting) = (false, 0);
        foreach (var (account, _, callers) in _bucket.Accounts)
        {
            waiting++;
            if (account == accountId && !found)
            {
                (position, before, found) = (waiting, _bucket.CountBefore(callers.First()), true);
            }
        }

        if (!found) (position, before) = (waiting + 1, waiting);
        return Task.FromResult(new QuotaForecast(State(), position, waiting, Instant(_bucket.ExpectedStart(before, now))));
    }

    public Task<QuotaDescription> DescribeAsync()
    {
        var now = Now;
        var state = State();
        return Task.FromResult(new QuotaDescription
        {
            ClientId = _clientId,
            QuotaGroup = _group.Name,
            Limit = _bucket.Limit,
            LimitSource = _state.State.Limit is not null || _options.Limits.ContainsKey(_group.Name) ? "configured" : _group.Published ? "published" : "default",
            LearnedLimit = _bucket.LearnedLimit,
            Window = state.Window,
            Used = _bucket.Used,
            Running = _bucket.Running,
            PausedUntil = _bucket.PausedUntil > now ? Instant(_bucket.PausedUntil) : null,
            RateLimited = _bucket.RateLimited,
            Waiting = [.. _bucket.Accounts.Select(account => new QuotaWaiting(
                account.AccountId, account.Weight, account.Waiting.Count, Instant(_bucket.ExpectedStart(account.Waiting.First(), now))))],
        });
    }

    public async Task<QuotaResult> SetLimitAsync(int? requestsPerMinute)
    {
        if (requestsPerMinute is < 1 or > QuotaLimits.Max) return new QuotaResult(null, QuotaLimits.Invalid("requests_per_minute"));
        var before = _state.State.Limit;
        if (requestsPerMinute != before)
        {
            _state.State = _state.State with { Limit = requestsPerMinute };
            if (!await StoreAsync())
            {
                _state.State = _state.State with { Limit = before };
                return new QuotaResult(null, StorageFailed());
            }

            _bucket.SetLimit(requestsPerMinute ?? DefaultLimit);
            LogLimit(_clientId, _group.Name, _bucket.Limit);
            Serve();
        }

        return new QuotaResult(await DescribeAsync(), null);
    }

    /// <summary>Lends whatever may be lent now, sees to the next block in time, and sets the clock for the next step.</summary>
    private void Serve()
    {
        var now = Now;
        while (_reserved.NextExpired(now, _longestRequest) is { } lost)
        {
            LogExpired(_clientId, _group.Name);
            _reserved.End(lost, now);
            _bucket.Answer(now);
        }

        while (_reserved.Left > 0 && _bucket.Lend(now) is { } waiter) waiter.Grant(_reserved.Lend(now));

        SeeToNextBlock();
        Wake(_reserved.Left > 0 ? _bucket.WhenNext(now) : null, now);
        Report();
    }

    private void SeeToNextBlock()
    {
        if (_reserved.Left <= BlockSize / 2 && (_bucket.Waiting > 0 || _reserved.Left > 0) && !_writeAgain) _ = StoreAsync();
    }

    private void Report() => _reading.Leave(_bucket.Used, _bucket.CurrentLimit, _bucket.Waiting, _clock.GetTimestamp());

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
                var wanted = _reserved.Left <= BlockSize / 2 ? BlockSize : 0;
                var blocks = Blocks(closing: false);
                if (wanted > 0) blocks.Add(new StoredBlock(wanted, null));
                _state.State = Snapshot(blocks);
                await _state.WriteStateAsync();
                if (wanted > 0) _reserved.Add(wanted);
                Serve();
            }

            return true;
        }
        catch (Exception exception)
        {
            // Nothing may be lent that is not written down: those who wait are told, and the next activation reads what is stored.
            LogNotStored(exception, _clientId, _group.Name);
            foreach (var waiter in _bucket.Accounts.SelectMany(account => account.Waiting).ToList())
            {
                _bucket.Withdraw(waiter);
                waiter.Fail();
            }

            DeactivateOnIdle();
            return false;
        }
    }

    private List<StoredBlock> Blocks(bool closing)
    {
        var (now, clock) = (Now, _clock.GetUtcNow());
        return
        [
            .. _inherited.Where(block => block.CountsUntil > clock),
            .. _reserved.Snapshot(now, _options.Window, _longestRequest, closing)
                .Select(block => new StoredBlock(block.Permits, block.CountsUntil is { } until ? clock + (until - now) : null)),
        ];
    }

    private QuotaState Snapshot(IReadOnlyList<StoredBlock> blocks) => _state.State with
    {
        LearnedLimit = _bucket.LearnedLimit,
        PausedUntil = _bucket.PausedUntil > Now ? Instant(_bucket.PausedUntil) : null,
        Blocks = blocks,
    };

    private DateTimeOffset Instant(TimeSpan at) => _clock.GetUtcNow() + (at - Now);

    private RateLimit State()
    {
        var now = Now;
        return new RateLimit(_group.Name, _bucket.CurrentLimit, _options.Window, _bucket.Remaining(now), _bucket.UntilFree(now));
    }

    private PermitResult Refuse(HubError error) => new(null, error, State());

    private HubError Exceeded(TimeSpan expected) => new(
        ErrorCode.QuotaExceeded,
        ErrorSource.Hub,
        $"Autodesk allows the client id {_clientId} {_bucket.CurrentLimit} requests in {_options.Window.TotalSeconds:0.#} s for {_group.Name}, and they are used up. Nothing was sent.")
    {
        NextStep = "Try again after Retry-After, or allow a longer wait with the header Prefer: wait=<seconds>.",
        RetryAfter = expected > TimeSpan.Zero ? expected : TimeSpan.FromSeconds(1),
    };

    private HubError RetryBudgetSpent() => new(ErrorCode.QuotaExceeded, ErrorSource.Hub, $"Too many requests of {_group.Name} are being repeated already.")
    {
        NextStep = "Try again later.",
        RetryAfter = _options.Window,
    };

    private static HubError StorageFailed() => new(ErrorCode.StorageUnavailable, ErrorSource.Storage, "The use of Autodesk's limit could not be written down. Nothing was sent.")
    {
        NextStep = "Try again; if it lasts, look at the database.",
        RetryAfter = TimeSpan.FromSeconds(2),
    };
}
