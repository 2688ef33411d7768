using System.Numerics;

namespace TenantHub.LoadTests.Recording;

/// <summary>Counts durations in steps of 3 %, from a microsecond to four minutes. Adding is one interlocked increment; nothing is allocated
/// or locked.</summary>
internal sealed class Histogram
{
    private const int StepBits = 5;
    private const int Buckets = 25 << StepBits;
    private readonly int[] _counts = new int[Buckets];
    private long _longest;

    public long Count => _counts.Sum(static count => (long)count);

    public double MaxMilliseconds => Interlocked.Read(ref _longest) / 1000.0;

    public void Add(TimeSpan duration)
    {
        var microseconds = Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        Interlocked.Increment(ref _counts[Math.Min(Buckets - 1, IndexOf(microseconds))]);
        for (var longest = Interlocked.Read(ref _longest); microseconds > longest; longest = Interlocked.Read(ref _longest))
            Interlocked.CompareExchange(ref _longest, microseconds, longest);
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < Buckets; i++)
            _counts[i] += other._counts[i];
        _longest = Math.Max(_longest, other._longest);
    }

    /// <summary>A percentile in milliseconds; NaN when nothing was counted.</summary>
    public double Percentile(double part)
    {
        var count = Count;
        if (count == 0)
            return double.NaN;
        var rank = (long)Math.Ceiling(count * part);
        for (var (i, seen) = (0, 0L); i < Buckets; i++)
        {
            if ((seen += _counts[i]) >= rank)
                return Math.Min(MiddleOf(i) / 1000, MaxMilliseconds);
        }

        return MaxMilliseconds;
    }

    // The first two rows of steps are exact; every further doubling of the time has 32 steps.
    private static int IndexOf(long microseconds)
    {
        var doublings = Math.Max(0, BitOperations.Log2((ulong)microseconds | 1) - StepBits);
        return (doublings << StepBits) + (int)(microseconds >> doublings);
    }

    private static double MiddleOf(int index)
    {
        var doublings = Math.Max(0, (index >> StepBits) - 1);
        return ((long)(index - (doublings << StepBits)) << doublings) + (1L << doublings) / 2.0;
    }
}
