using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TenantHub.Calls;

/// <summary>
/// A body as it may be kept: 1. what stands under a name like <c>client_secret</c> or <c>token</c> is left out; 2. of addresses that let in
/// whoever has them the part that does; 3. what looks like a token or a key; 4. what the account itself holds as a secret, wherever it
/// stands. The result is cut, never a part that was to be left out: no more is written than is kept.
/// </summary>
internal static partial class BodyRedaction
{
    private const int MaxDepth = 128;

    private static readonly string[] SecretNames =
    [
        "secret",
        "password",
        "passwd",
        "pwd",
        "token",
        "authorization",
        "credential",
        "signature",
        "apikey",
        "accesskey",
        "privatekey",
        "uploadkey",
        "assertion",
        "cookie",
        "callbackurl", // Ours hold a token.
    ];

    // Relaxed: it is shown as text to people, never put into a page's markup as it is.
    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
        SkipValidation = true,
    };

    /// <summary>Redacts and cuts a body, whether it is JSON or not.</summary>
    /// <param name="body">The body, as UTF-8.</param>
    /// <param name="secrets">What the account holds.</param>
    public static RecordedBody Of(ReadOnlySpan<byte> body, IReadOnlyCollection<string> secrets)
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Min(body.Length + 16, RecordedBody.MaxBytes));
        bool isWhole;
        try
        {
            isWhole = Write(body, buffer, secrets);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return OfText(body, secrets);
        }
        catch (RegexMatchTimeoutException)
        {
            return Unreadable(body.Length);
        }

        return Cut(buffer.WrittenSpan, body.Length, isCut: !isWhole);
    }

    /// <summary>A text that stands in no body, such as an error's.</summary>
    public static string Of(string text, IReadOnlyCollection<string> secrets)
    {
        var clean = SecretText.Without(SecretText.WithoutSignedUrls(text));
        foreach (var secret in secrets)
            clean = clean.Replace(secret, Secret.Redacted, StringComparison.Ordinal);
        return clean;
    }

    /// <summary>What is no JSON, for instance a page. A value that is named as a secret is found by its name there, too.</summary>
    private static RecordedBody OfText(ReadOnlySpan<byte> body, IReadOnlyCollection<string> secrets)
    {
        // What lies on the edge might be half a secret, so more is redacted than is kept.
        var read = body[..Math.Min(body.Length, 2 * RecordedBody.MaxBytes)];
        try
        {
            var text = NamedSecret().Replace(Of(Encoding.UTF8.GetString(read), secrets), "${name}" + Secret.Redacted);
            return Cut(Encoding.UTF8.GetBytes(text), body.Length, isCut: read.Length < body.Length);
        }
        catch (RegexMatchTimeoutException)
        {
            return Unreadable(body.Length);
        }
    }

    /// <summary>What could not be looked through in time is not kept.</summary>
    private static RecordedBody Unreadable(int size) => new(Secret.Redacted, size, true);

    private static RecordedBody Cut(ReadOnlySpan<byte> clean, int size, bool isCut)
    {
        if (clean.Length <= RecordedBody.MaxBytes)
            return new(Encoding.UTF8.GetString(clean), size, isCut);
        return new(Encoding.UTF8.GetString(clean[..RecordedBody.MaxBytes]).TrimEnd('\uFFFD'), size, true); // A letter may have been cut in two.
    }

    /// <summary>Writes the JSON again without secrets until it is whole, or enough is there; tells whether it is whole.</summary>
    private static bool Write(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> buffer, IReadOnlyCollection<string> secrets)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        using var writer = new Utf8JsonWriter(buffer, Writing);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    WriteName(ref reader, writer, secrets);
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(Of(reader.GetString()!, secrets)); // 2, 3, 4
                    break;
                default:
                    writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
            }

            if (writer.BytesCommitted + writer.BytesPending > RecordedBody.MaxBytes)
            {
                writer.Flush();
                return false;
            }
        }

        writer.Flush();
        return true;
    }

    private static void WriteName(ref Utf8JsonReader reader, Utf8JsonWriter writer, IReadOnlyCollection<string> secrets)
    {
        var name = reader.GetString()!;
        writer.WritePropertyName(Of(name, secrets));
        if (!IsSecret(name))
            return;
        reader.Read();
        reader.Skip();
        writer.WriteStringValue(Secret.Redacted); // 1
    }

    private static bool IsSecret(string name)
    {
        var bare = string.Concat(name.Where(char.IsAsciiLetter)).ToLowerInvariant();
        return SecretNames.Any(word => bare.Contains(word, StringComparison.Ordinal));
    }

    [GeneratedRegex(
        """
            (?<name>\b[\w.-]*(?:secret|password|passwd|token|authorization|credential|signature|api_?key|upload_?key|cookie)[\w.-]*["']?\s*[=:>]\s*["']?)[^\s"'<>;,&}]+
            """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NamedSecret();
}
