namespace TenantHub.Testing;

/// <summary>Waits for what a test cannot be told of: looks often, leaves the processors to what it waits for, and says what did not
/// come.</summary>
public static class Until
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2); // For a machine that is busy.

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Every);
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
                throw new TimeoutException($"Waited {Limit.TotalMinutes:0} minutes for this: {what}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
