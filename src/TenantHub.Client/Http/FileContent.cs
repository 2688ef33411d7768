using System.Net;

namespace TenantHub.Client.Http;

/// <summary>A stream from a position on. It stays open, so that it can be sent again.</summary>
/// <param name="file">The stream.</param>
/// <param name="position">Where its bytes begin.</param>
/// <param name="before">How many bytes of the file had gone before these.</param>
/// <param name="progress">Is told how many have gone.</param>
internal sealed class FileContent(Stream file, long position, long before, IProgress<long>? progress) : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (file.CanSeek)
            file.Position = position;
        var (buffer, gone) = (new byte[BufferBytes], before);
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
