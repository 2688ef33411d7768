namespace TenantHub.Autodesk.Http;

/// <summary>
/// A caller's file with the length that the caller has announced. A file of another length breaks off before its last byte is sent, so that
/// the storage cannot take it for the whole.
/// </summary>
internal sealed class MeasuredStream(Stream file, long announced) : Stream
{
    private readonly byte[] _ahead = new byte[1];
    private bool _isBroken;

    /// <summary>Gets how many bytes have come.</summary>
    public long Came { get; private set; }

    /// <summary>Gets whether the file has shown another length than the announced one.</summary>
    public bool IsWrong { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = 0;
        try
        {
            read = await file.ReadAsync(buffer, cancellationToken);
            Came += read;
            if (read > 0 && Came == announced)
                Came += await file.ReadAsync(_ahead, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            _isBroken = true; // The caller's side, not the storage's.
        }

        IsWrong |= _isBroken || Came > announced || (read == 0 && buffer.Length > 0 && Came < announced);
        return IsWrong ? throw new IOException("The file does not have the announced length.") : read;
    }

    /// <summary>Reads what is left, so that both lengths can be told.</summary>
    public async Task<long> MeasureAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (!_isBroken && await file.ReadAsync(buffer, cancellationToken) is var read and > 0)
            Came += read;
        return Came;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
