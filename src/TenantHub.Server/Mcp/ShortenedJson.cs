using System.Buffers;
using System.Globalization;
using System.Text.Json;
using TenantHub.Autodesk;

namespace TenantHub.Server.Mcp;

/// <summary>
/// What is larger than a result may be, and has no rows to cut: its longest texts are shortened, with a mark where they are, and when that is
/// not enough only the first entries of long lists stay.
/// </summary>
internal static class ShortenedJson
{
    private const int All = int.MaxValue;

    /// <summary>How long a text may be, and how many entries a list or an object may have: the mildest that fits is taken.</summary>
    private static readonly (int Letters, int Entries)[] Steps =
    [
        (16_384, All),
        (4_096, All),
        (1_024, All),
        (256, All),
        (256, 100),
        (128, 30),
        (64, 10),
        (16, 3),
    ];

    /// <summary>The document as it fits, and what was done to it; the same one when it fits as it is.</summary>
    public static (ReadOnlyMemory<byte> Json, string? Note) Of(ReadOnlyMemory<byte> json, int maxBytes)
    {
        if (json.Length <= maxBytes)
            return (json, null);
        using var document = JsonDocument.Parse(json);
        foreach (var (letters, entries) in Steps)
        {
            var buffer = new ArrayBufferWriter<byte>(maxBytes);
            using (var writer = new Utf8JsonWriter(buffer, McpAnswer.Plain))
                Write(writer, document.RootElement, letters, entries);
            if (buffer.WrittenCount <= maxBytes || (letters, entries) == Steps[^1])
                return (buffer.WrittenMemory, Note(json.Length, letters, entries));
        }

        throw new InvalidOperationException("The last step always gives something.");
    }

    private static string Note(int bytes, int letters, int entries)
    {
        var lists = entries == All ? "" : $" and lists of more than {entries} entries";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"This result has {bytes:N0} bytes: texts of more than {letters} letters{lists} are shortened where \"[... more]\" stands. POST /actions/rpc gives what is there as a whole."
        );
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, int letters, int entries)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().Take(entries))
                {
                    writer.WritePropertyName(Shorten(member.Name, letters));
                    Write(writer, member.Value, letters, entries);
                }

                if (value.GetPropertyCount() is var members && members > entries)
                    writer.WriteString("...", More(members - entries, "members"));
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in value.EnumerateArray().Take(entries))
                    Write(writer, entry, letters, entries);
                if (value.GetArrayLength() is var length && length > entries)
                    writer.WriteStringValue(More(length - entries, "entries"));
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when value.Text() is { } text && text.Length > letters:
                writer.WriteStringValue(Shorten(text, letters));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Shorten(string text, int letters)
    {
        if (text.Length <= letters)
            return text;
        var end = char.IsHighSurrogate(text[letters - 1]) ? letters - 1 : letters;
        return text[..end] + More(text.Length - end, "letters");
    }

    private static string More(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"[... {count:N0} more {what}]");
}
