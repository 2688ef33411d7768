using System.Net;
using TenantHub.Client.Http;

namespace TenantHub.Client.Files;

/// <summary>The bytes of a file. When the connection breaks they are asked for again, from the one that is missing, of the same
/// content.</summary>
internal sealed class ResumedStream(
    ClientConnection connection,
    ClientRequest request,
    string etag,
    HttpResponseMessage response,
    Stream content,
    long position,
    long size
) : Stream
{
    private HttpResponseMessage _response = response;
    private Stream _content = content;
    private long _position = position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var breaks = 0; ; breaks++)
        {
            try
            {
                var read = await _content.ReadAsync(buffer, cancellationToken);
                _position += read;
                if (read > 0 || buffer.IsEmpty || _position >= size)
                    return read;
                if (breaks == connection.MaxRepeats)
                    throw new IOException("The file ended before its last byte.");
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException && breaks < connection.MaxRepeats)
            {
                // Broken: asked for again.
            }

            await OpenAgainAsync(cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            _response.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task OpenAgainAsync(CancellationToken cancellationToken)
    {
        _response.Dispose();
        _response = await connection.SendAsync(request with { From = (_position, etag) }, cancellationToken);
        if (_position > 0 && _response.StatusCode is not HttpStatusCode.PartialContent)
            throw new IOException("The file has changed while it was read.");
        _content = await _response.Content.ReadAsStreamAsync(cancellationToken);
    }
}
