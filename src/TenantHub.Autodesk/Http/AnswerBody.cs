using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using TenantHub.Actions;

namespace TenantHub.Autodesk.Http;

/// <summary>
/// The one reader of bodies that come from Autodesk, or from a gateway before it:
/// 1. the bytes, within a limit; 2. the content encodings undone, each within the limit while it runs; 3. a byte order mark dropped, and
/// UTF-16 made UTF-8. Whether they are JSON is then seen by one pass that builds nothing (<see cref="WhyNoJson"/>).
/// </summary>
/// <param name="Bytes">The body as text in UTF-8, or, when it cannot be read, as it came.</param>
/// <param name="Fault">Why it cannot be read; null when it can.</param>
internal readonly record struct AnswerBody(ArraySegment<byte> Bytes, string? Fault)
{
    /// <summary>Gets whether it was not taken for its size.</summary>
    public bool IsTooLarge { get; private init; }

    /// <summary>Gets whether this server had no room for it.</summary>
    public bool HadNoRoom { get; private init; }

    /// <summary>What the reader asks for. It undoes <c>deflate</c> too when that comes all the same; of <c>zstd</c> .NET 10 knows
    /// nothing.</summary>
    public const string AcceptEncoding = "gzip, br";

    private const int FirstBuffer = 16 * 1024;
    private const int MaxEncodings = 4;

    /// <summary>Reads a body, into a buffer of the pool when there is a lease for it, else into an array of its own. An exception means
    /// that the connection broke, or that the time is up.</summary>
    public static async ValueTask<AnswerBody> ReadAsync(
        HttpContent content,
        int limit,
        CancellationToken cancellationToken,
        BodyRoom? room = null,
        BodyLease? lease = null
    )
    {
        try
        {
            var body = await ReadAsync(content, new Ceiling(limit, room, lease), cancellationToken).ConfigureAwait(false);
            room?.ShrinkTo(body.Bytes.Count);
            return body;
        }
        catch (TimeoutException)
        {
            return new([], "this server holds as many large answers as it may") { IsTooLarge = true, HadNoRoom = true };
        }
    }

    private static async ValueTask<AnswerBody> ReadAsync(HttpContent content, Ceiling ceiling, CancellationToken cancellationToken)
    {
        if (await ReadBytesAsync(content, ceiling, cancellationToken).ConfigureAwait(false) is not { Array: not null } bytes)
            return TooLarge(ceiling.Limit);
        if (content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings))
        {
            var names = encodings.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (names.Length > MaxEncodings)
                return new(bytes, $"it is encoded {names.Length} times");
            for (var last = names.Length - 1; last >= 0; last--)
            {
                var decoded = await DecodeAsync(names[last], bytes, ceiling, cancellationToken).ConfigureAwait(false);
                if (decoded.Fault is not null)
                    return decoded;
                bytes = decoded.Bytes;
            }
        }

        return ToUtf8(bytes);
    }

    /// <summary>Tells why the bytes are not exactly one JSON value; null when they are.</summary>
    public static string? WhyNoJson(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            return "it is not valid UTF-8"; // The reader below does not look into strings.
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read()) { }

            return null;
        }
        catch (JsonException)
        {
            return reader.CurrentDepth >= 64
                ? "it is nested deeper than 64 levels"
                : $"it is not one JSON value (byte {reader.BytesConsumed})";
        }
    }

    /// <summary>The beginning of the bytes; null when they are not text.</summary>
    public static string? Excerpt(ReadOnlySpan<byte> bytes)
    {
        const int Most = 300;
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, Most)]);
        if (bytes.Length > Most)
            text = text.TrimEnd('\uFFFD') + "..."; // A letter may have been cut in two.
        return text.Length == 0 || text.Any(letter => letter is '\uFFFD' || (char.IsControl(letter) && !char.IsWhiteSpace(letter)))
            ? null
            : text;
    }

    private static async ValueTask<ArraySegment<byte>> ReadBytesAsync(
        HttpContent content,
        Ceiling ceiling,
        CancellationToken cancellationToken
    )
    {
        if (content.Headers.ContentLength > ceiling.Limit)
            return default;
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false); // The response disposes of it.
        if (content.Headers.ContentLength is not { } length)
            return await ReadToEndAsync(stream, ceiling, cancellationToken).ConfigureAwait(false);
        if (length == 0)
            return Array.Empty<byte>();
        if (length > BodyBudget.Small)
            await ceiling.TakeRoomAsync(length, cancellationToken).ConfigureAwait(false);
        var buffer =
            ceiling.Lease is not null && length <= BodyLease.Largest
                ? ArrayPool<byte>.Shared.Rent((int)length)
                : GC.AllocateUninitializedArray<byte>((int)length);
        await stream.ReadExactlyAsync(buffer.AsMemory(0, (int)length), cancellationToken).ConfigureAwait(false); // Filled, or not used.
        return ceiling.Keep(buffer, (int)length);
    }

    /// <summary>Reads a stream to its end; nothing when it is longer than the limit. How much is to come nobody knows, so a stream that is
    /// not small takes room for the limit.</summary>
    private static async ValueTask<ArraySegment<byte>> ReadToEndAsync(Stream stream, Ceiling ceiling, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var isKept = false;
        try
        {
            var read = 0;
            while (true)
            {
                var count = await stream.ReadAsync(buffer.AsMemory(read), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    isKept = read > 0 && ceiling.Lease is not null && buffer.Length <= BodyLease.Largest;
                    return isKept ? ceiling.Keep(buffer, read) : buffer.AsSpan(0, read).ToArray();
                }

                read += count;
                if (read > ceiling.Limit)
                    return default;
                if (read < buffer.Length)
                    continue;
                if (read * 2L > BodyBudget.Small)
                    await ceiling.TakeRoomAsync(ceiling.Limit, cancellationToken).ConfigureAwait(false);
                var size = (int)Math.Min(buffer.Length * 2L, ceiling.Limit + 1L);
                var larger = size <= BodyLease.Largest ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);
                buffer.CopyTo(larger, 0);
                Return(buffer);
                buffer = larger;
            }
        }
        finally
        {
            if (!isKept)
                Return(buffer);
        }

        static void Return(byte[] buffer)
        {
            if (buffer.Length <= BodyLease.Largest)
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static async ValueTask<AnswerBody> DecodeAsync(
        string encoding,
        ArraySegment<byte> bytes,
        Ceiling ceiling,
        CancellationToken cancellationToken
    )
    {
        if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return new(bytes, null);
        using var source = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        using var decoder = Decoder(encoding, bytes, source);
        if (decoder is null)
            return new(bytes, "it is encoded in a way that was not asked for");
        try
        {
            var decoded = await ReadToEndAsync(decoder, ceiling, cancellationToken).ConfigureAwait(false);
            return decoded.Array is null ? TooLarge(ceiling.Limit)
                : decoder is GZipStream && !EndsWithLength(bytes, decoded.Count) ? new(bytes, $"it says {encoding} and is cut")
                : decoded.Count == 0 ? new(bytes, $"it says {encoding} and holds nothing")
                : new(decoded, null);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or IOException)
        {
            return new(bytes, $"it says {encoding} and is not, or is cut");
        }
    }

    /// <summary>Gzip ends with the length of what it holds (RFC 1952); .NET does not look whether it came.</summary>
    private static bool EndsWithLength(ReadOnlySpan<byte> gzip, int length) =>
        gzip.Length >= 18 && BinaryPrimitives.ReadUInt32LittleEndian(gzip[^4..]) == (uint)length;

    private static Stream? Decoder(string encoding, ReadOnlySpan<byte> bytes, MemoryStream source)
    {
        if (Is("gzip") || Is("x-gzip"))
            return new GZipStream(source, CompressionMode.Decompress);
        if (Is("br"))
            return new BrotliStream(source, CompressionMode.Decompress);
        if (!Is("deflate"))
            return null;

        // The standard means zlib's format; many send the bare one.
        var isZLib = bytes.Length > 1 && (bytes[0] & 0x0F) == 8 && ((bytes[0] << 8) | bytes[1]) % 31 == 0;
        return isZLib ? new ZLibStream(source, CompressionMode.Decompress) : new DeflateStream(source, CompressionMode.Decompress);

        bool Is(string name) => encoding.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the bytes are is told by their beginning, not by a header: the first letter of a JSON document is ASCII, and none is
    /// NUL.</summary>
    private static AnswerBody ToUtf8(ArraySegment<byte> bytes) =>
        bytes.AsSpan() switch
        {
            [0xEF, 0xBB, 0xBF, ..] => new(bytes[3..].ToArray(), null),
            [0xFF, 0xFE, ..] => FromUtf16(bytes, 2, bigEndian: false),
            [0xFE, 0xFF, ..] => FromUtf16(bytes, 2, bigEndian: true),
            [0, > 0, ..] => FromUtf16(bytes, 0, bigEndian: true),
            [> 0, 0, ..] => FromUtf16(bytes, 0, bigEndian: false),
            _ => new(bytes, null),
        };

    private static AnswerBody FromUtf16(ArraySegment<byte> bytes, int start, bool bigEndian)
    {
        try
        {
            var utf16 = new UnicodeEncoding(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);
            return new(Encoding.Convert(utf16, Encoding.UTF8, bytes.Array!, bytes.Offset + start, bytes.Count - start), null);
        }
        catch (ArgumentException)
        {
            return new(bytes, "it looks like UTF-16 and is not, or is cut");
        }
    }

    private static AnswerBody TooLarge(int limit) => new([], $"it is larger than {limit:N0} bytes") { IsTooLarge = true };

    /// <summary>How large the body may be, where it is counted, and whose buffer it stands in.</summary>
    private readonly record struct Ceiling(int Limit, BodyRoom? Room, BodyLease? Lease)
    {
        public ArraySegment<byte> Keep(byte[] buffer, int length)
        {
            if (buffer.Length <= BodyLease.Largest)
                Lease?.Keep(buffer, length);
            return new(buffer, 0, length);
        }

        public async ValueTask TakeRoomAsync(long bytes, CancellationToken cancellationToken)
        {
            if (Room is not null && !await Room.TakeAsync(bytes, cancellationToken).ConfigureAwait(false))
                throw new TimeoutException();
        }
    }
}
