namespace TenantHub.LoadTests.Load;

/// <summary>When calls begin: at a given rate whatever becomes of them (open), or each caller as soon as its last call has ended
/// (closed).</summary>
internal static class Pace
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>How late a call may be because the timer was, and not count from when it was due.</summary>
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(5);

    /// <summary>Begins calls at a rate, and waits until the last has ended; gives how many there were.</summary>
    /// <param name="perSecond">The rate.</param>
    /// <param name="time">How long calls are begun.</param>
    /// <param name="call">Makes the call of a number; told when it was to begin.</param>
    public static async Task<int> OpenAsync(double perSecond, TimeSpan time, Func<int, long, Task> call)
    {
        var began = Clock.GetTimestamp();
        var calls = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), Clock);
        while (true)
        {
            var now = Clock.GetElapsedTime(began);
            var due = Math.Min((int)(now.TotalSeconds * perSecond) + 1, (int)(time.TotalSeconds * perSecond));
            while (calls.Count < due)
            {
                var since = TimeSpan.FromSeconds(calls.Count / perSecond);
                if (now - since < TimerSlack)
                    since = Clock.GetElapsedTime(began);
                calls.Add(call(calls.Count, began + (long)(since.TotalSeconds * Clock.TimestampFrequency)));
            }

            if (now >= time)
                break;
            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(calls);
        return calls.Count;
    }

    /// <summary>Lets callers call one after the other, until the time is over and the last call has ended.</summary>
    /// <param name="callers">How many.</param>
    /// <param name="time">How long they begin calls.</param>
    /// <param name="call">Makes a caller's next call: its number, the turn, and when it began.</param>
    public static Task ClosedAsync(int callers, TimeSpan time, Func<int, int, long, Task> call)
    {
        var began = Clock.GetTimestamp();
        return Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(async caller =>
                {
                    await Task.Yield();
                    for (var turn = 0; Clock.GetElapsedTime(began) < time; turn++)
                        await call(caller, turn, Clock.GetTimestamp());
                })
        );
    }

    /// <summary>Makes each of so many calls once, some at a time; gives how long all took.</summary>
    public static async Task<TimeSpan> EachAsync(int count, int atOnce, Func<int, long, Task> call)
    {
        var (began, next) = (Clock.GetTimestamp(), -1);
        await Task.WhenAll(
            Enumerable
                .Range(0, Math.Min(atOnce, count))
                .Select(async _ =>
                {
                    await Task.Yield();
                    while (Interlocked.Increment(ref next) is var number && number < count)
                        await call(number, Clock.GetTimestamp());
                })
        );
        return Clock.GetElapsedTime(began);
    }
}
