namespace TenantHub.Quotas;

/// <summary>
/// The permits of one of Autodesk's limits: who gets one, and when.
/// <para>1. A permit is used from when it is lent until one window after the answer (<see cref="CompletionLog"/>); never more than the
/// limit are used. 2. Who waits is served in the order of <see cref="FairQueue{T}"/>. 3. Once the limit has been reached and accounts wait,
/// permits are spread over the window, a tenth faster than the limit would be: freed in one burst they would go to whoever is back first,
/// and weights would not hold. 4. A 429 pauses the bucket (<see cref="Pause"/>) and lowers the limit to what Autodesk has accepted in the
/// last window (<see cref="LimitTable"/>).</para>
/// </summary>
/// <remarks>Pure: it has no clock, no timer and no storage; time comes in and never goes back.</remarks>
internal sealed class QuotaBucket(LimitTable limits, Pause pause, TimeSpan window)
{
    private const double PaceAboveLimit = 1.1;
    private const int LateSteps = 4; // How far a late timer may catch up.
    private const double RetryShare = 0.2;
    private const int RetryFloor = 3;

    private readonly CompletionLog _answered = new(window);
    private readonly CompletionLog _refused = new(window);
    private readonly CompletionLog _retries = new(window);
    private readonly FairQueue<Waiter> _queue = new();

    private bool _crowded;
    private TimeSpan _nextStep;

    /// <summary>Gets the limit that is in force.</summary>
    public int Limit => limits.InForce.Value;

    public int Running { get; private set; }

    public int Used => Running + _answered.Count;

    public int Waiting => _queue.Count;

    public long RateLimited { get; private set; }

    public int AccountsWaiting => _queue.AccountCount;

    public IEnumerable<Waiter> Waiters => _queue.Waiters;

    public Waiter Enqueue(string accountId, int weight)
    {
        var waiter = new Waiter(accountId);
        _queue.Add(accountId, weight, waiter);
        return waiter;
    }

    /// <summary>Lends a permit to somebody who comes while nobody waits: what queueing and <see cref="Lend"/> would come to, without a
    /// queue.</summary>
    public bool TryLendAtOnce(TimeSpan now)
    {
        if (_queue.Count > 0 || _crowded)
            return false;
        Refresh(now);
        if (pause.Holds(now) || Used >= Limit)
            return false;
        Running++;
        pause.Lent(now);
        return true;
    }

    /// <summary>Takes out one that no longer waits.</summary>
    public void Withdraw(Waiter waiter) => _queue.Remove(waiter.AccountId, waiter);

    /// <summary>Lends one permit to whoever is next; null when nobody may start now.</summary>
    public Waiter? Lend(TimeSpan now)
    {
        Refresh(now);
        if (_queue.Count == 0 || pause.Holds(now))
            return null;
        if (Used >= Limit)
        {
            if (!_crowded)
                (_crowded, _nextStep) = (true, now);
            return null;
        }

        if (_crowded)
        {
            if (now < _nextStep)
                return null;
            var step = window / (Limit * PaceAboveLimit);
            var earliest = now - step * LateSteps;
            _nextStep = (_nextStep > earliest ? _nextStep : earliest) + step;
        }

        Running++;
        pause.Lent(now);
        var waiter = _queue.Next();
        if (_queue.Count == 0)
            _crowded = false;
        return waiter;
    }

    /// <summary>Tells when <see cref="Lend"/> should be asked again; null when only an answer or a new caller can change
    /// anything.</summary>
    public TimeSpan? WhenNext(TimeSpan now)
    {
        if (_queue.Count == 0)
            return null;
        if (pause.Holds(now))
            return pause.WhenNext(now);
        if (Used >= Limit)
            return _answered.WhenFree(Used - Limit + 1);
        return _crowded ? _nextStep : now;
    }

    /// <summary>A permit that was not used comes back as if it had never been lent.</summary>
    public void Return() => Running--;

    /// <summary>A request was answered, or given up for lost.</summary>
    public void Answer(TimeSpan now)
    {
        Running--;
        _answered.Add(now);
    }

    /// <summary>Autodesk answered 429 to a request that was sent at the given time.</summary>
    /// <returns>The pause that is new; null when an earlier answer has said as much.</returns>
    public TimeSpan? Refuse(TimeSpan sentAt, TimeSpan retryAfter, TimeSpan now)
    {
        Refresh(now);
        var accepted = _answered.Count - _refused.Count;
        Answer(now);
        _refused.Add(now);
        RateLimited++;
        limits.Learn(accepted, sentAt, now);
        if (!_crowded)
            (_crowded, _nextStep) = (true, now);
        return pause.Begin(retryAfter, now);
    }

    /// <summary>Counts a repeat, when the budget has one left: a fifth of the requests of the last window, and three in any case.</summary>
    public bool TryRetry(TimeSpan now)
    {
        Refresh(now);
        _retries.Forget(now);
        if (_retries.Count >= Math.Max(RetryFloor, Used * RetryShare))
            return false;
        _retries.Add(now);
        return true;
    }

    /// <summary>Takes over what an earlier activation has used.</summary>
    public void Restore(IEnumerable<(TimeSpan AnsweredAt, int Requests)> used)
    {
        foreach (var (answeredAt, requests) in used.OrderBy(entry => entry.AnsweredAt))
            _answered.Add(answeredAt, requests);
    }

    /// <summary>Tells of every account that waits, the next one first, how many calls it has waiting, and when the first is expected to
    /// start.</summary>
    public IEnumerable<(string AccountId, int Weight, int Calls, TimeSpan ExpectedStart)> Forecasts(TimeSpan now)
    {
        foreach (var (accountId, weight, calls, before) in _queue.Accounts)
            yield return (accountId, weight, calls, ExpectedStart(before, now));
    }

    /// <summary>Tells where an account stands: its place among the accounts that wait, from 1, and when its next request is expected to
    /// start.</summary>
    public (int Position, TimeSpan ExpectedStart) Foresee(string accountId, TimeSpan now)
    {
        var (accounts, calls) = _queue.Before(accountId) ?? (_queue.AccountCount, _queue.AccountCount);
        return (accounts + 1, ExpectedStart(calls, now));
    }

    /// <summary>Tells when a waiter will be served if nobody else comes and the running requests are answered soon.</summary>
    public TimeSpan ExpectedStart(Waiter waiter, TimeSpan now) => ExpectedStart(_queue.CountBefore(waiter.AccountId, waiter), now);

    private TimeSpan ExpectedStart(int before, TimeSpan now)
    {
        Refresh(now);
        var start = pause.ExpectedStart(before, now);
        var missing = before + 1 - (Limit - Used);
        if (missing > 0)
        {
            // More than one window's worth of permits is needed: whole windows first, then the place in the last one.
            var (windows, rest) = Math.DivRem(missing - 1, Limit);
            var free = (_answered.WhenFree(rest + 1) ?? now + window) + window * windows;
            if (free > start)
                start = free;
        }

        if (!_crowded)
            return start;
        var paced = (_nextStep > now ? _nextStep : now) + window / (Limit * PaceAboveLimit) * before;
        return paced > start ? paced : start;
    }

    /// <summary>Tells how long until a used permit comes back.</summary>
    public TimeSpan UntilFree(TimeSpan now)
    {
        Refresh(now);
        if (pause.Holds(now))
            return pause.ExpectedStart(0, now) - now;
        return Running == 0 && _answered.Count == 0 ? TimeSpan.Zero : (_answered.WhenFree(1) ?? now + window) - now;
    }

    public int Remaining(TimeSpan now) => Math.Min(pause.Room(now), Math.Max(0, Limit - Used - _queue.Count));

    /// <summary>Forgets what no longer counts. Whoever reads the figures alone asks for it first.</summary>
    public void Refresh(TimeSpan now)
    {
        _answered.Forget(now);
        _refused.Forget(now);
        limits.Recover(now, window);
    }

    /// <summary>One call that waits for a permit.</summary>
    internal sealed class Waiter(string accountId)
    {
        private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string AccountId => accountId;

        /// <summary>Gets the permit once it is lent.</summary>
        public long? Permit { get; private set; }

        /// <summary>Gets whether none will be lent, because that could not be written down.</summary>
        public bool Failed { get; private set; }

        public Task Settled => _granted.Task;

        public void Grant(long permit)
        {
            Permit = permit;
            _granted.TrySetResult();
        }

        public void Fail()
        {
            Failed = true;
            _granted.TrySetResult();
        }
    }
}
