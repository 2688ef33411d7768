using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace TenantHub.Server.Hosting;

/// <summary>
/// The memory into which sockets are read. Kestrel's own comes in blocks of 4 KiB, and each costs two system calls and a turn of the request's
/// reader: a quarter of what an upload costs besides its MD5. A connection on which nothing comes holds none.
/// </summary>
internal sealed class SocketMemory : MemoryPool<byte>
{
    private const int BlockBytes = 64 * 1024;
    private const int MostUnused = 64; // 4 MiB; what is more than that is left to the garbage collector.

    private readonly Lock _gate = new();
    private readonly Stack<Block> _unused = [];

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        lock (_gate)
            return _unused.TryPop(out var block) ? block : new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
            _unused.Clear();
    }

    private void Return(Block block)
    {
        lock (_gate)
        {
            if (_unused.Count < MostUnused)
                _unused.Push(block);
        }
    }

    private sealed class Block(SocketMemory owner) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

        public void Dispose() => owner.Return(this);
    }

    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new SocketMemory();
    }
}
