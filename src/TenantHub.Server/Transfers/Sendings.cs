using System.Collections.Concurrent;

namespace TenantHub.Server.Transfers;

/// <summary>
/// Who sends which upload at this server. When a connection is cut, whole parts are still on their way to storage; whoever goes on waits
/// until they are written down, so that no part is sent twice for it.
/// </summary>
internal sealed class Sendings(TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // Storage may hang; then its parts are sent again.

    private readonly ConcurrentDictionary<string, Sending> _running = new();

    /// <summary>Notes a sending, until it is disposed.</summary>
    /// <param name="upload">The key of the upload.</param>
    /// <param name="stop">Ends its reading.</param>
    public Sending Enter(string upload, CancellationTokenSource stop)
    {
        var sending = new Sending(this, upload, stop);
        _running[upload] = sending;
        return sending;
    }

    /// <summary>Waits for the parts of a sender who has gone. One who still sends is left alone.</summary>
    public Task SettleAsync(string upload) =>
        _running.TryGetValue(upload, out var sending) && sending.IsCut ? WaitAsync(sending) : Task.CompletedTask;

    /// <summary>Ends the sending that runs, because another one begins, and waits for the parts that are on their way.</summary>
    public async Task ReplaceAsync(string upload)
    {
        if (!_running.TryGetValue(upload, out var sending))
            return;
        await sending.ReplaceAsync();
        await WaitAsync(sending);
    }

    private async Task WaitAsync(Sending sending) =>
        await sending.Ended.WaitAsync(Patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>One request whose bytes go to storage.</summary>
    internal sealed class Sending(Sendings owner, string upload, CancellationTokenSource stop) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private bool _isCut;

        /// <summary>Gets whether another request has taken over.</summary>
        public bool IsReplaced { get; private set; }

        /// <summary>Gets whether its sender has gone.</summary>
        public bool IsCut => _isCut || stop.IsCancellationRequested;

        public Task Ended => _ended.Task;

        public void Cut() => _isCut = true;

        public async Task ReplaceAsync()
        {
            IsReplaced = true;
            try
            {
                await stop.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }

        public void Dispose()
        {
            owner._running.TryRemove(new(upload, this));
            _ended.TrySetResult();
        }
    }
}
