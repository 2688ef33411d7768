using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub;

/// <summary>
/// A JSON document as its UTF-8 bytes: built once, never copied between grains on one silo and never parsed on the way.
/// </summary>
/// <remarks>
/// <c>byte[]</c> inside an immutable type on purpose: it costs 5 µs for 64 KB in a grain call, <c>ReadOnlyMemory&lt;byte&gt;</c>
/// costs 250 µs (docs/adr/0002). Treat the array as read-only.
/// </remarks>
[JsonConverter(typeof(JsonBytesJsonConverter))]
[GenerateSerializer, Immutable, Alias("tenanthub.json-bytes")]
public sealed class JsonBytes
{
    [NonSerialized]
    private byte[] _utf8;

    [NonSerialized]
    private int _length; // May be less than the array's.

    /// <summary>Wraps UTF-8 JSON. The array is not copied and must not be changed afterwards.</summary>
    /// <param name="utf8">A complete JSON document; it is not checked here.</param>
    public JsonBytes(byte[] utf8)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        (_utf8, _length) = (utf8, utf8.Length);
    }

    /// <summary>Wraps the beginning of a buffer, which is not copied and must not be changed as long as anybody reads this.</summary>
    internal JsonBytes(byte[] buffer, int length)
        : this(buffer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length);
        _length = length;
    }

    /// <summary>Gets the document's size in bytes.</summary>
    public int Length => _length;

    /// <summary>Gets what is sent to other processes: the document without what may follow it in a buffer, which is not its
    /// reader's.</summary>
    [Id(0)]
    internal byte[] Exact
    {
        get => _utf8.Length == _length ? _utf8 : Span.ToArray();
        set => (_utf8, _length) = (value, value.Length);
    }

    /// <summary>Gets the bytes.</summary>
    public ReadOnlySpan<byte> Span => _utf8.AsSpan(0, Length);

    /// <summary>Gets the bytes for writers that need memory.</summary>
    public ReadOnlyMemory<byte> Memory => _utf8.AsMemory(0, Length);

    /// <summary>Serializes a value to JSON.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="options">Options; the web defaults are not implied.</param>
    public static JsonBytes From<T>(T value, JsonSerializerOptions? options = null) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, options));

    /// <summary>Takes JSON text.</summary>
    /// <param name="json">A complete JSON document; it is not checked here.</param>
    public static JsonBytes Parse(string json) => new(Encoding.UTF8.GetBytes(json));

    /// <summary>Gives the document as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
