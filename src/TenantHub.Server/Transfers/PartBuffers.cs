using Microsoft.Extensions.Options;
using TenantHub.Autodesk.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>
/// The memory for parts on their way, one budget for all uploads of this server. Who gets no buffer does not read on, so its sender waits
/// too. Whoever has none is served before those who want another one, so a few fast senders do not keep the others from moving. What nobody
/// uses any more is left to the garbage collector.
/// </summary>
internal sealed class PartBuffers(IOptions<TransferOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _unused = [];
    private readonly Queue<TaskCompletionSource<PartBuffer>> _withoutAny = [];
    private readonly Queue<TaskCompletionSource<PartBuffer>> _withSome = [];
    private int _inUse;

    /// <summary>Gives a buffer for the largest part that goes through the server, as soon as there is one.</summary>
    /// <param name="hasOthers">Whether the upload holds buffers already.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PartBuffer> RentAsync(bool hasOthers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource<PartBuffer> waiting;
        lock (_gate)
        {
            if (_inUse < options.Value.PartsInMemory)
            {
                _inUse++;
                return new PartBuffer(this, _unused.TryPop(out var bytes) ? bytes : New());
            }

            waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            (hasOthers ? _withSome : _withoutAny).Enqueue(waiting);
        }

        using (cancellationToken.Register(() => waiting.TrySetCanceled(cancellationToken)))
            return await waiting.Task;
    }

    private static byte[] New() => GC.AllocateUninitializedArray<byte>(PartPlan.MaxPartThrough);

    /// <summary>The buffer goes to whoever still waits for it.</summary>
    private void Return(byte[] bytes)
    {
        lock (_gate)
        {
            while (_withoutAny.TryDequeue(out var next) || _withSome.TryDequeue(out next))
            {
                if (next.TrySetResult(new PartBuffer(this, bytes)))
                    return;
            }

            if (--_inUse == 0)
                _unused.Clear();
            else
                _unused.Push(bytes);
        }
    }

    /// <summary>A buffer that goes back once.</summary>
    internal sealed class PartBuffer(PartBuffers owner, byte[] bytes) : IDisposable
    {
        private byte[]? _bytes = bytes;

        public byte[] Bytes => _bytes ?? throw new ObjectDisposedException(nameof(PartBuffer));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } given)
                owner.Return(given);
        }
    }
}
