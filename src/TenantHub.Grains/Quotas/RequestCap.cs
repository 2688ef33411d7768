namespace TenantHub.Quotas;

/// <summary>An account's own cap: never more requests in one window, by the same log as Autodesk's limits. It belongs to one grain and
/// forgets with it.</summary>
internal sealed class RequestCap(int limit, TimeSpan window, TimeProvider clock)
{
    private readonly CompletionLog _answered = new(window);
    private readonly long _origin = clock.GetTimestamp();
    private int _running;

    public int Limit => limit;

    /// <summary>Waits until one more may be sent; gives the true wait instead when that is too long.</summary>
    public async Task<TimeSpan?> EnterAsync(TimeSpan maxWait, CancellationToken cancellationToken)
    {
        var until = Now + maxWait;
        while (true)
        {
            var now = Now;
            _answered.Forget(now);
            if (_running + _answered.Count < limit)
            {
                _running++;
                return null;
            }

            var free = _answered.WhenFree(_running + _answered.Count - limit + 1) ?? now + window;
            if (free > until)
                return free - now;
            await Task.Delay(free - now, clock, cancellationToken);
        }
    }

    public void Leave(bool sent)
    {
        _running--;
        if (sent)
            _answered.Add(Now);
    }

    private TimeSpan Now => clock.GetElapsedTime(_origin);
}
