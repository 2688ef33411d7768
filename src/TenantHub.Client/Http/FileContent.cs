using System.Net;

namespace TenantHub.Client.Http;

/// <summary>A stream from a position on. It stays open, so that it can be sent again.</summary>
internal sealed class FileContent(Stream file, long position) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (file.CanSeek) file.Position = position;
        return file.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = file.CanSeek ? file.Length - position : 0;
        return file.CanSeek;
    }
}
