using System.Buffers;

namespace TenantHub.Autodesk.Http;

/// <summary>Reads a body into one array of exactly its size.</summary>
internal static class BodyReader
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Gives the bytes; null when there are more than the limit.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limit) return null;
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false); // The response disposes of it.
        if (content.Headers.ContentLength is { } length)
        {
            if (length == 0) return [];
            var exact = new byte[length];
            await stream.ReadExactlyAsync(exact, cancellationToken).ConfigureAwait(false);
            return exact;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var read = 0;
            while (true)
            {
                var count = await stream.ReadAsync(buffer.AsMemory(read), cancellationToken).ConfigureAwait(false);
                if (count == 0) return buffer.AsSpan(0, read).ToArray();
                read += count;
                if (read > limit) return null;
                if (read < buffer.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
