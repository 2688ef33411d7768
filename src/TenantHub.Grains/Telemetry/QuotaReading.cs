namespace TenantHub.Telemetry;

/// <summary>The figures of one quota, left by its grain for the thread that collects metrics: that one must not look into a
/// grain.</summary>
internal sealed class QuotaReading(TimeSpan window)
{
    private Values _values = new(0, 1, 0, 0);

    /// <summary>Leaves new figures. They may be read half new and half old, which a gauge can bear.</summary>
    public void Leave(int used, int limit, int waiting, long timestamp) => _values = new(used, Math.Max(1, limit), waiting, timestamp);

    /// <summary>Reads the figures. A quota that nobody has used for a whole window is unused, though its grain had no reason to say
    /// so.</summary>
    public Values Read(TimeProvider clock)
    {
        var values = _values;
        return clock.GetElapsedTime(values.Timestamp) > window ? values with { Used = 0 } : values;
    }

    public readonly record struct Values(int Used, int Limit, int Waiting, long Timestamp);
}
