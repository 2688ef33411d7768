using System.Collections.Concurrent;
using TenantHub.Actions;
using TenantHub.LoadTests.Clusters;

namespace TenantHub.LoadTests.Recording;

/// <summary>
/// What a scenario's calls came to: per second, per kind of call, and per account. Calls add to it from any thread; the hot path is a few
/// interlocked increments. A sampler fills in the process's side once a second.
/// </summary>
internal sealed class Recorder
{
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly ConcurrentDictionary<int, Second> _seconds = new();
    private readonly List<Tally> _tallies = [];
    private readonly ConcurrentDictionary<int, AccountWait> _waits = new();
    private readonly long _began;
    private int _outstanding;

    public Recorder() => _began = _clock.GetTimestamp();

    public TimeSpan Elapsed => _clock.GetElapsedTime(_began);

    /// <summary>Gets how many calls have begun and not ended.</summary>
    public int Outstanding => _outstanding;

    /// <summary>Gets the kinds of calls, in the order in which the scenario named them.</summary>
    public IReadOnlyList<Tally> Tallies => _tallies;

    public IReadOnlyDictionary<int, AccountWait> Waits => _waits;

    /// <summary>Gets every second in which something was called or sampled.</summary>
    public IReadOnlyList<Second> Seconds => [.. _seconds.Values.OrderBy(second => second.Number)];

    /// <summary>Makes a kind of calls, under which they are counted.</summary>
    public Tally Tally(string kind)
    {
        var tally = new Tally(kind);
        _tallies.Add(tally);
        return tally;
    }

    public Second Now() => _seconds.GetOrAdd((int)Elapsed.TotalSeconds, static number => new Second(number));

    /// <summary>Makes a call and writes down what came of it; null when it threw.</summary>
    /// <param name="kind">Under which name it is counted.</param>
    /// <param name="account">Who calls.</param>
    /// <param name="due">When the call was to begin.</param>
    /// <param name="call">The call.</param>
    public async Task<ActionResult?> MeasureAsync(Tally kind, LoadAccount account, long due, Func<Task<ActionResult>> call)
    {
        Interlocked.Increment(ref _outstanding);
        ActionResult? result = null;
        string? failure;
        try
        {
            result = await call();
            failure = result is ActionResult.Failed failed ? WireName.Of(failed.Error.Code) : null;
        }
        catch (Exception exception)
        {
            failure = exception.GetType().Name;
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }

        Add(kind, _clock.GetElapsedTime(due), failure);
        if (result?.Timing is { } timing)
            _waits.GetOrAdd(account.Number, static _ => new AccountWait()).Add(timing.Lane + timing.Quota);
        return result;
    }

    /// <summary>Counts a call that was made elsewhere.</summary>
    public void Add(Tally kind, TimeSpan took, string? failure)
    {
        kind.Add(took, failure);
        Now().Add(took, failure is null);
    }
}

/// <summary>One second of a scenario.</summary>
internal sealed class Second(int number)
{
    private int _failed;

    public int Number => number;

    public Histogram Latency { get; } = new();

    public int Failed => _failed;

    /// <summary>Gets or sets how many calls were under way when the second was sampled.</summary>
    public int Outstanding { get; set; }

    /// <summary>Gets or sets what the hub's process held when the second was sampled; null when it was not.</summary>
    public ProcessSample? Process { get; set; }

    public void Add(TimeSpan took, bool succeeded)
    {
        if (succeeded)
            Latency.Add(took);
        else
            Interlocked.Increment(ref _failed);
    }
}

/// <summary>How long one account's calls have waited, in the lane and for permits together.</summary>
internal sealed class AccountWait
{
    private long _calls;
    private long _ticks;
    private long _longest;

    public double MeanMilliseconds => _calls == 0 ? 0 : TimeSpan.FromTicks(_ticks / _calls).TotalMilliseconds;

    public double MaxMilliseconds => TimeSpan.FromTicks(_longest).TotalMilliseconds;

    public void Add(TimeSpan wait)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _ticks, wait.Ticks);
        for (var longest = Interlocked.Read(ref _longest); wait.Ticks > longest; longest = Interlocked.Read(ref _longest))
            Interlocked.CompareExchange(ref _longest, wait.Ticks, longest);
    }
}
