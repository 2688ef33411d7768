namespace TenantHub.Calls;

/// <summary>Deadlines are kept as timestamps: no clock that is set can move them.</summary>
internal static class Deadlines
{
    /// <summary>How much time is left until a timestamp; never less than none.</summary>
    public static TimeSpan Left(this TimeProvider clock, long until)
    {
        var left = clock.GetElapsedTime(clock.GetTimestamp(), until);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
