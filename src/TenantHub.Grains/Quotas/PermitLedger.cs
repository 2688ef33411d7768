namespace TenantHub.Quotas;

/// <summary>
/// The books of one limit: the permits that are lent and answered (<see cref="QuotaBucket"/>), the blocks that they are lent out of
/// (<see cref="ReservedPermits"/>), what an earlier activation may have spent, the limit in force (<see cref="LimitTable"/>), and pauses
/// (<see cref="Quotas.Pause"/>).
/// <para>What makes a crash harmless: 1. A permit is lent only out of a block that is stored. 2. The next block is asked for when half of
/// this one is lent. 3. Whoever wakes up takes what is stored for used, until one window after it woke up at the latest.</para>
/// </summary>
/// <remarks>Pure: time comes in as a span since any fixed moment, and never goes back; what is stored is told in instants.</remarks>
internal sealed class PermitLedger(LimitTable limits, Pause pause, TimeSpan window, TimeSpan longestRequest, long firstPermit)
{
    private const int BlocksPerLimit = 10;

    private readonly QuotaBucket _bucket = new(limits, pause, window);
    private readonly ReservedPermits _reserved = new(firstPermit);
    private IReadOnlyList<StoredBlock> _inherited = [];

    public LimitTable Limits => limits;

    public TimeSpan Window => window;

    public int Used => _bucket.Used;

    public int Running => _bucket.Running;

    public int Waiting => _bucket.Waiting;

    public Pause Pause => pause;

    public long RateLimited => _bucket.RateLimited;

    public int AccountsWaiting => _bucket.AccountsWaiting;

    /// <summary>Gets whether the next block has to be stored before long: only a limit that is in use needs one.</summary>
    public bool NeedsBlock => IsBlockLow && (_bucket.Waiting > 0 || _reserved.Left > 0);

    private bool IsBlockLow => _reserved.Left <= BlockSize / 2;

    private int BlockSize => Math.Max(1, limits.Set.Value / BlocksPerLimit);

    /// <summary>Lends a permit to somebody who comes while nobody waits; null when he has to queue.</summary>
    public long? TryLendAtOnce(TimeSpan now) => _reserved.Left > 0 && _bucket.TryLendAtOnce(now) ? _reserved.Lend(now) : null;

    public QuotaBucket.Waiter Enqueue(string accountId, int weight) => _bucket.Enqueue(accountId, weight);

    public void Withdraw(QuotaBucket.Waiter waiter) => _bucket.Withdraw(waiter);

    /// <summary>Lends whatever may be lent now to those who wait.</summary>
    /// <returns>How many permits were taken back before, because their callers have vanished.</returns>
    public int Serve(TimeSpan now)
    {
        var expired = 0;
        for (; _reserved.NextExpired(now, longestRequest) is { } lost; expired++)
        {
            pause.Unproven(_reserved.End(lost, now)!.Value);
            _bucket.Answer(now);
        }

        while (_reserved.Left > 0 && _bucket.Lend(now) is { } waiter)
            waiter.Grant(_reserved.Lend(now));
        return expired;
    }

    /// <summary>Tells when <see cref="Serve"/> has to be called again; null when only an answer, a block or a new caller can change
    /// anything.</summary>
    public TimeSpan? WhenNext(TimeSpan now) => _reserved.Left > 0 ? _bucket.WhenNext(now) : null;

    /// <summary>The permit was not used. Like the other endings, it changes nothing when the permit is an earlier activation's, or has
    /// expired: then it is counted already.</summary>
    public void Return(long permit, TimeSpan now)
    {
        if (_reserved.End(permit, now) is not { } lentAt)
            return;
        _bucket.Return();
        pause.Unproven(lentAt);
    }

    /// <summary>The permit's request was sent, and not refused with 429.</summary>
    public void Answer(long permit, TimeSpan now)
    {
        if (_reserved.End(permit, now) is not { } lentAt)
            return;
        _bucket.Answer(now);
        pause.Proven(lentAt);
    }

    /// <summary>The permit has ended in one of these two ways.</summary>
    public void End(long permit, PermitUse use, TimeSpan now)
    {
        if (use is PermitUse.Unused)
            Return(permit, now);
        else
            Answer(permit, now);
    }

    /// <summary>The permit's request was answered with 429.</summary>
    /// <returns>The pause that is new; null when there is none.</returns>
    public TimeSpan? Refuse(long permit, TimeSpan retryAfter, TimeSpan now) =>
        _reserved.End(permit, now) is { } lentAt ? _bucket.Refuse(lentAt, retryAfter, now) : null;

    /// <summary>Counts a repeat, when the budget has one left.</summary>
    public bool TryRetry(TimeSpan now) => _bucket.TryRetry(now);

    /// <summary>Nothing more can be lent: everybody who waits is told.</summary>
    public void FailAll()
    {
        foreach (var waiter in _bucket.Waiters.ToList())
        {
            _bucket.Withdraw(waiter);
            waiter.Fail();
        }
    }

    public TimeSpan ExpectedStart(QuotaBucket.Waiter waiter, TimeSpan now) => _bucket.ExpectedStart(waiter, now);

    /// <summary>Tells where an account stands: its place among the accounts that wait, from 1, and when its next request is expected to
    /// start.</summary>
    public (int Position, TimeSpan ExpectedStart) Foresee(string accountId, TimeSpan now) => _bucket.Foresee(accountId, now);

    /// <summary>Tells of every account that waits, the next one first, how many calls it has waiting, and when the first is expected to
    /// start.</summary>
    public IEnumerable<(string AccountId, int Weight, int Calls, TimeSpan ExpectedStart)> Forecasts(TimeSpan now) => _bucket.Forecasts(now);

    /// <summary>Forgets what no longer counts. Whoever reads the figures alone asks for it first.</summary>
    public void Refresh(TimeSpan now) => _bucket.Refresh(now);

    /// <summary>Tells how many requests could start at once, and how long until a used permit comes back.</summary>
    public (int Remaining, TimeSpan Reset) Rest(TimeSpan now)
    {
        var reset = _bucket.UntilFree(now);
        return (_bucket.Remaining(now), reset);
    }

    /// <summary>Takes over what an earlier activation has left: permits that it could still lend, or that were under way, may have been
    /// used until now.</summary>
    public void Restore(QuotaState state, TimeSpan now, DateTimeOffset instant)
    {
        limits.SetByOperator(state.Limit);
        limits.Restore(state.LearnedLimit, now);
        var latest = instant + window;
        _inherited =
        [
            .. state
                .Blocks.Select(block => block with { CountsUntil = block.CountsUntil < latest ? block.CountsUntil : latest })
                .Where(block => block.CountsUntil > instant),
        ];
        _bucket.Restore(_inherited.Select(block => (now + (block.CountsUntil!.Value - latest), block.Permits)));
        var until = now + ((state.PausedUntil ?? instant) - instant);
        pause.Restore(until, now + ((state.AskedUntil ?? state.PausedUntil ?? instant) - instant));
    }

    /// <summary>Tells what has to be stored, and how many permits may be lent besides once it is: they go to <see cref="AddBlock"/>
    /// then.</summary>
    public (QuotaState State, int NewBlock) Store(TimeSpan now, DateTimeOffset instant)
    {
        var size = IsBlockLow ? BlockSize : 0;
        var blocks = Blocks(now, instant, closing: false);
        if (size > 0)
            blocks.Add(new StoredBlock(size, null));
        return (Snapshot(blocks, now, instant), size);
    }

    /// <summary>Tells what has to be stored when no more permits will be lent: what is left of a block does not count then.</summary>
    public QuotaState Close(TimeSpan now, DateTimeOffset instant) => Snapshot(Blocks(now, instant, closing: true), now, instant);

    public void AddBlock(int permits)
    {
        if (permits > 0)
            _reserved.Add(permits);
    }

    private List<StoredBlock> Blocks(TimeSpan now, DateTimeOffset instant, bool closing) =>
        [
            .. _inherited.Where(block => block.CountsUntil > instant),
            .. _reserved
                .Snapshot(now, window, longestRequest, closing)
                .Select(block => new StoredBlock(block.Permits, block.CountsUntil is { } until ? instant + (until - now) : null)),
        ];

    private QuotaState Snapshot(List<StoredBlock> blocks, TimeSpan now, DateTimeOffset instant) =>
        new()
        {
            Limit = limits.Operator,
            LearnedLimit = limits.Learned,
            PausedUntil = pause.Until > now ? instant + (pause.Until - now) : null,
            AskedUntil = pause.AskedUntil > now ? instant + (pause.AskedUntil - now) : null,
            Blocks = blocks,
        };
}
