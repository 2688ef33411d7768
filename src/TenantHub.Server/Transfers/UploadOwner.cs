using TenantHub.Server.Actions;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>
/// Asks an upload's grain, and asks its next owner when the server that had it stops or dies. Only for what may be asked twice: signing,
/// writing a part down, completing.
/// </summary>
internal static class UploadOwner
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1); // A dead server is replaced within seconds, on a busy machine later.

    /// <summary>Asks until somebody answers, for at most a minute; then the last fault is thrown.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="ask">What is asked.</param>
    /// <param name="clock">Measures the minute.</param>
    /// <param name="stopping">This server ends, and its notice is over: whoever sends goes on at another one.</param>
    public static async Task<T> AskAsync<T>(
        this IUploadGrain upload,
        Func<IUploadGrain, Task<T>> ask,
        TimeProvider clock,
        CancellationToken stopping
    )
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask(upload);
            }
            catch (Exception exception)
                when (CallRelay.IsOwnersEnd(exception) && !stopping.IsCancellationRequested && clock.GetElapsedTime(began) < Limit)
            {
                await Task.Delay(Pause, clock, CancellationToken.None);
            }
        }
    }
}
