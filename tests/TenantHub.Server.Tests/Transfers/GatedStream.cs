namespace TenantHub.Server.Transfers;

/// <summary>A file whose first bytes come at once, and the rest when the test says so.</summary>
internal sealed class GatedStream(long length, long free) : Stream
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>What stands at a place of the file.</summary>
    public static byte ByteAt(long position) => (byte)(position >> 16);

    public void Open() => _open.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == free)
            await _open.Task.WaitAsync(cancellationToken);
        var most = _position < free ? free - _position : length - _position;
        var some = (int)Math.Min(buffer.Length, most);
        for (var at = 0; at < some; at++)
            buffer.Span[at] = ByteAt(_position + at);
        _position += some;
        return some;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
