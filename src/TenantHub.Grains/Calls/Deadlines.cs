namespace TenantHub.Calls;

/// <summary>Deadlines are kept as timestamps: no clock that is set can move them.</summary>
internal static class Deadlines
{
    /// <summary>What usually takes milliseconds is given so much, also when the caller has no time left.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>Waits, until a call's deadline, for something that the call needs. What was begun goes on behind its back.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="needed">What is waited for.</param>
    /// <param name="until">The timestamp of the deadline.</param>
    /// <exception cref="TimeoutException">The deadline came first.</exception>
    public static Task<T> WithinAsync<T>(this TimeProvider clock, Task<T> needed, long until) =>
        needed.IsCompleted ? needed : needed.WaitAsync(clock.LeftAtLeast(until), clock);

    /// <inheritdoc cref="WithinAsync{T}"/>
    public static Task WithinAsync(this TimeProvider clock, Task needed, long until) =>
        needed.IsCompleted ? needed : needed.WaitAsync(clock.LeftAtLeast(until), clock);

    /// <summary>How much time is left until a timestamp; never less than none.</summary>
    public static TimeSpan Left(this TimeProvider clock, long until)
    {
        var left = clock.GetElapsedTime(clock.GetTimestamp(), until);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static TimeSpan LeftAtLeast(this TimeProvider clock, long until) =>
        clock.Left(until) is var left && left > Least ? left : Least;
}
