using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using TenantHub.Autodesk.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>
/// The memory for parts on their way, one budget for all uploads of this server. Who gets no buffer does not read on, so its sender waits
/// too. What nobody uses any more is left to the garbage collector.
/// </summary>
internal sealed class PartBuffers(IOptions<TransferOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.PartsInMemory);
    private readonly ConcurrentBag<byte[]> _unused = [];
    private int _inUse;

    /// <summary>Gives a buffer for the largest part that goes through the server, as soon as there is one.</summary>
    public async ValueTask<PartBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        Interlocked.Increment(ref _inUse);
        return new PartBuffer(this, _unused.TryTake(out var bytes) ? bytes : GC.AllocateUninitializedArray<byte>(PartPlan.MaxPartThrough));
    }

    public void Dispose() => _free.Dispose();

    private void Return(byte[] bytes)
    {
        if (Interlocked.Decrement(ref _inUse) == 0)
            _unused.Clear();
        else
            _unused.Add(bytes);
        _free.Release();
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
