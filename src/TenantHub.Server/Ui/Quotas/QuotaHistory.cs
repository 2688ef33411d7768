using TenantHub.Quotas;

namespace TenantHub.Server.Ui.Quotas;

/// <summary>What a page has seen of one limit since it was opened, as far as it is shown.</summary>
internal sealed class QuotaHistory
{
    public static readonly TimeSpan Shown = TimeSpan.FromMinutes(5);

    private readonly Queue<QuotaSample> _samples = [];

    public IReadOnlyCollection<QuotaSample> Samples => _samples;

    public void Add(QuotaDescription quota, DateTimeOffset now)
    {
        while (_samples.TryPeek(out var oldest) && oldest.At < now - Shown)
            _samples.Dequeue();
        _samples.Enqueue(new(now, quota.Used, quota.LearnedLimit ?? quota.Limit, quota.Waiting.Sum(waiting => waiting.Calls)));
    }
}

/// <summary>One look at a limit.</summary>
/// <param name="At">When.</param>
/// <param name="Used">How many requests of the window were used.</param>
/// <param name="Limit">How many there were.</param>
/// <param name="Waiting">How many calls waited.</param>
public sealed record QuotaSample(DateTimeOffset At, int Used, int Limit, int Waiting);
