using System.Collections.Concurrent;

namespace TenantHub.LoadTests.Recording;

/// <summary>All calls of one kind: how long they took, and what came of those that did not succeed.</summary>
internal sealed class Tally(string name)
{
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private readonly Histogram _latency = new();

    public string Name => name;

    /// <summary>Gets how many succeeded.</summary>
    public long Succeeded => _latency.Count;

    public IReadOnlyDictionary<string, int> Failures => _failures;

    public double MaxMilliseconds => _latency.MaxMilliseconds;

    /// <summary>A percentile of those that succeeded, in milliseconds.</summary>
    public double Percentile(double part) => _latency.Percentile(part);

    /// <summary>How many failed, without those whose code was to be expected.</summary>
    public int Errors(params ReadOnlySpan<string> expected)
    {
        var errors = 0;
        foreach (var (code, count) in _failures)
        {
            if (!expected.Contains(code))
                errors += count;
        }

        return errors;
    }

    public int Count(string code) => _failures.GetValueOrDefault(code);

    public void Add(TimeSpan took, string? failure)
    {
        if (failure is null)
            _latency.Add(took);
        else
            _failures.AddOrUpdate(failure, 1, static (_, count) => count + 1);
    }
}
