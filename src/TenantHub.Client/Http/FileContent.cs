using System.Net;

namespace TenantHub.Client.Http;

/// <summary>A stream from a position on. It stays open, so that it can be sent again.</summary>
internal sealed class FileContent(Stream file, long position, IProgress<long>? progress) : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (file.CanSeek)
            file.Position = position;
        var (buffer, gone) = (new byte[BufferBytes], position);
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken)) > 0; )
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress?.Report(gone += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = file.CanSeek ? file.Length - position : 0;
        return file.CanSeek;
    }
}
