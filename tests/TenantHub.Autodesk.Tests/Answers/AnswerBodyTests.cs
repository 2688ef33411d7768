using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Options;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Autodesk.Answers;

/// <summary>What comes as a body, on the wire, and what it is taken for. A new odd body is a new row.</summary>
public sealed class AnswerBodyTests
{
    private const string Json = """{"data":[{"name":"Grüße 😀"}]}""";
    private const string JsonType = "Content-Type: application/json";

    private static readonly ActionCatalog Catalog = ActionCatalog.Load();
    private static readonly LinkedAccountContext Account = new("7a1d5c1e-0000-4000-8000-000000000001", "US", "client-1", null);

    /// <summary>Headers, the body's bytes in words (see <see cref="Bytes"/>), and the JSON that the caller gets; null when the answer
    /// cannot be read.</summary>
    public static TheoryData<string, string, string?> Bodies =>
        new()
        {
            { JsonType, Json, Json },
            { "Content-Type: application/vnd.api+json", "[]", "[]" },
            { "Content-Type: text/plain", Json, Json }, // Bytes tell better than headers.
            { "X-Nothing: 1", "7", "7" },
            { JsonType, "null", "null" },
            { JsonType, " {\"a\":1}\r\n", " {\"a\":1}\r\n" },
            { JsonType, """{"half":"\ud800"}""", """{"half":"\ud800"}""" }, // JSON by its grammar; our own readers take no harm.
            // Not exactly one JSON value.
            { JsonType, """{"data":{}},"next":"stolen" """, null },
            { JsonType, """{"data":{}}{"data":{}}""", null },
            { JsonType, """{"data":[1,2""", null },
            { JsonType, """{"data":[1,2],}""", null },
            { JsonType, """{"data":NaN}""", null },
            { JsonType, "NaN", null },
            { JsonType, "   ", null },
            { JsonType, "", null },
            { JsonType, "<html><title>Sign in</title></html>", null },
            { JsonType, "{'data':1}", null },
            { JsonType, "// nothing\n{}", null },
            { JsonType, "deep:65", null },
            { JsonType, "deep:64", "deep:64" },
            { "Content-Type: text/html; charset=utf-8", Json, null },
            { "Content-Type: application/xml", "<a/>", null },
            { JsonType, "hex:7b2261223a22ff227d", null }, // {"a":"\xff"}: not UTF-8.
            { JsonType, "hex:7b2261223a22eda080227d", null }, // A surrogate as UTF-8.
            // Byte order marks and other encodings of text.
            { JsonType, "bom:" + Json, Json },
            { JsonType, "utf-16le:" + Json, Json },
            { JsonType, "utf-16be:" + Json, Json },
            { JsonType + "; charset=utf-16", "utf-16le-bare:" + Json, Json },
            { JsonType + "; charset=utf-16", "utf-16be-bare:" + Json, Json },
            { JsonType + "; charset=utf-16", Json, Json }, // It says so and is not.
            { JsonType, "utf-32:" + Json, null },
            { JsonType, "hex:fffe7b", null }, // UTF-16 cut in a letter.
            // Content encodings.
            { JsonType + "\r\nContent-Encoding: gzip", "gzip:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: GZip", "gzip:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: x-gzip", "gzip:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: br", "br:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: deflate", "zlib:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: deflate", "deflate:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: identity", Json, Json },
            { JsonType + "\r\nContent-Encoding: br, gzip", "gzip:br:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: br\r\nContent-Encoding: gzip", "gzip:br:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: gzip", "gzip:bom:" + Json, Json },
            { JsonType + "\r\nContent-Encoding: gzip", Json, null }, // Said and not done.
            { JsonType + "\r\nContent-Encoding: br", Json, null },
            { JsonType + "\r\nContent-Encoding: deflate", Json, null },
            { JsonType, "gzip:" + Json, null }, // Done and not said.
            { JsonType + "\r\nContent-Encoding: gzip", "cut:gzip:" + Json, null },
            { JsonType + "\r\nContent-Encoding: gzip", "end:gzip:" + Json, null }, // The text is whole, the end of the format is not.
            { JsonType + "\r\nContent-Encoding: br", "cut:br:" + Json, null },
            { JsonType + "\r\nContent-Encoding: deflate", "cut:zlib:" + Json, null },
            { JsonType + "\r\nContent-Encoding: gzip", "", null },
            { JsonType + "\r\nContent-Encoding: zstd", "hex:28b52ffd", null },
            { JsonType + "\r\nContent-Encoding: gzip, gzip, gzip, gzip, gzip", "gzip:gzip:gzip:gzip:gzip:" + Json, null },
            { JsonType + "\r\nContent-Encoding: gzip", "gzip:bomb", null },
            { JsonType + "\r\nContent-Encoding: gzip, gzip", "gzip:gzip:bomb", null },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Read_IsAnsweredWithOneJsonValue_OrFails(string headers, string body, string? expected)
    {
        await using var server = new RawServer(RawServer.Answer(200, headers, Bytes(body)));

        var response = await SendAsync(server, HttpMethod.Get);

        if (expected is not null)
        {
            Assert.Equal(Encoding.UTF8.GetString(Bytes(expected)), Assert.IsType<ApsResponse.Answered>(response).Body?.ToString());
            Assert.True(((ApsResponse.Answered)response).Succeeded);
            return;
        }

        Assert.Equal(200, Assert.IsType<ApsResponse.Lost>(response).Received!.Status);
        Assert.Equal(ErrorCode.AutodeskUnavailable, Classify("autodesk_get_folder", response).Code);
    }

    /// <summary>A write that was answered with a 2xx has happened: its answer is lost, never "failed".</summary>
    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Write_IsAnsweredWithOneJsonValue_OrItsAnswerIsLost(string headers, string body, string? expected)
    {
        await using var server = new RawServer(RawServer.Answer(201, headers, Bytes(body)));

        var response = await SendAsync(server, HttpMethod.Post);

        if (expected is not null || (body.Length == 0 && !headers.Contains("gzip", StringComparison.Ordinal)))
            Assert.True(Assert.IsType<ApsResponse.Answered>(response).Succeeded);
        else
            Assert.Equal(ErrorCode.OutcomeUnknown, Classify("autodesk_create_folder", response).Code);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(300)]
    public async Task Redirect_IsNotFollowed_AndIsALostAnswerToAWrite(int status)
    {
        await using var server = new RawServer(RawServer.Answer(status, "Location: https://elsewhere.example/", []));

        var response = await SendAsync(server, HttpMethod.Post);

        Assert.Equal(ErrorCode.OutcomeUnknown, Classify("autodesk_create_folder", response).Code);
        Assert.Equal(ErrorCode.AutodeskUnavailable, Classify("autodesk_list_hubs", response).Code);
        Assert.Single(server.Seen);
    }

    [Theory]
    [InlineData(204, null)]
    [InlineData(304, null)]
    public async Task AnswerThatHasNoBody_IsASuccess(int status, string? body)
    {
        await using var server = new RawServer(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Encoding: gzip\r\n\r\n"));

        var answered = Assert.IsType<ApsResponse.Answered>(await SendAsync(server, HttpMethod.Get));

        Assert.True(answered.Succeeded);
        Assert.Equal(body, answered.Body?.ToString());
    }

    /// <summary>The status of a failure counts, whatever its body is.</summary>
    [Theory]
    [InlineData("Content-Encoding: gzip", "not gzip", ErrorCode.AutodeskRejected)]
    [InlineData(JsonType, """{"title":"No""", ErrorCode.AutodeskRejected)]
    [InlineData(JsonType, "bom:{\"title\":\"No\"}", ErrorCode.AutodeskRejected)]
    public async Task FailureWithAnUnreadableBody_IsTheFailureThatItsStatusNames(string headers, string body, ErrorCode expected)
    {
        await using var server = new RawServer(RawServer.Answer(422, headers, Bytes(body)));

        Assert.Equal(expected, Classify("autodesk_create_folder", await SendAsync(server, HttpMethod.Post)).Code);
    }

    [Fact]
    public async Task FailureCutShort_IsTheFailureThatItsStatusNames()
    {
        await using var server = new RawServer(Encoding.ASCII.GetBytes("HTTP/1.1 409 X\r\nContent-Length: 500\r\n\r\n{"));

        Assert.Equal(ErrorCode.AutodeskConflict, Classify("autodesk_create_folder", await SendAsync(server, HttpMethod.Post)).Code);
    }

    [Fact]
    public async Task SuccessCutShort_IsALostAnswer()
    {
        await using var server = new RawServer(Encoding.ASCII.GetBytes("HTTP/1.1 201 X\r\nContent-Length: 500\r\n\r\n{}"));

        Assert.Equal(ErrorCode.OutcomeUnknown, Classify("autodesk_create_folder", await SendAsync(server, HttpMethod.Post)).Code);
    }

    [Fact]
    public async Task GzipCutAnywhere_IsNeverTakenForLessThanItWas()
    {
        var whole = Bytes("gzip:" + Json);
        for (var length = 0; length < whole.Length; length++)
        {
            using var content = new ByteArrayContent(whole, 0, length);
            content.Headers.ContentEncoding.Add("gzip");

            var body = await AnswerBody.ReadAsync(content, 1024, TestContext.Current.CancellationToken);

            Assert.True(
                body.Fault is not null || AnswerBody.WhyNoJson(body.Bytes) is not null || Encoding.UTF8.GetString(body.Bytes) == Json,
                $"cut to {length} bytes"
            );
        }
    }

    [Fact]
    public async Task UnreadableAnswer_ShowsALittleOfItself_AndNothingOfOtherAccounts()
    {
        await using var page = new RawServer(
            RawServer.Answer(200, "Content-Type: text/html", Bytes("<html><title>Sign in</title></html>"))
        );
        await using var rows = new RawServer(RawServer.Answer(200, JsonType, Bytes("""{"items":[{"bucketKey":"acme-secret-bucket"}""")));

        var login = await SendAsync(page, HttpMethod.Get);
        var buckets = Classify("autodesk_list_buckets", await SendAsync(rows, HttpMethod.Get));

        Assert.Contains("Sign in", Classify("autodesk_list_hubs", login).Provider!.Raw!.ToString(), StringComparison.Ordinal);
        Assert.Contains("items", buckets.Provider!.Raw!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("acme", $"{buckets} {buckets.Provider.Raw}", StringComparison.Ordinal);
    }

    internal static async Task<ApsResponse> SendAsync(RawServer server, HttpMethod method)
    {
        using var client = new ApsClient(Options.Create(new ApsOptions { MaxResponseBytes = 64 * 1024 }), TimeProvider.System);
        using var request = new HttpRequestMessage(method, new Uri(server.Address, "/x"));
        if (method == HttpMethod.Post)
            request.Content = new StringContent("{}");
        return await client.SendAsync(request, "t", TimeSpan.FromSeconds(30), null, new BodyLease(), TestContext.Current.CancellationToken);
    }

    private static ServiceError Classify(string action, ApsResponse response) =>
        ApsFailureClassifier.Classify(Catalog.Find(action)!, Account, response);

    /// <summary>Bytes in words: <c>gzip:br:text</c> is the text, brotli around it, gzip around that; <c>cut:</c> takes a third
    /// off, <c>end:</c> the last four bytes.</summary>
    private static byte[] Bytes(string words)
    {
        var colon = words.IndexOf(':', StringComparison.Ordinal);
        var rest = colon < 0 ? "" : words[(colon + 1)..];
        return (colon < 0 ? "" : words[..colon]) switch
        {
            "hex" => Convert.FromHexString(rest),
            "deep" => Encoding.ASCII.GetBytes(
                string.Concat(Enumerable.Repeat("[", Number(rest))) + string.Concat(Enumerable.Repeat("]", Number(rest)))
            ),
            "bom" => [0xEF, 0xBB, 0xBF, .. Bytes(rest)],
            "utf-16le" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(rest)],
            "utf-16be" => [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(rest)],
            "utf-16le-bare" => Encoding.Unicode.GetBytes(rest),
            "utf-16be-bare" => Encoding.BigEndianUnicode.GetBytes(rest),
            "utf-32" => Encoding.UTF32.GetBytes(rest),
            "gzip" => Compress(rest, stream => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true)),
            "br" => Compress(rest, stream => new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true)),
            "zlib" => Compress(rest, stream => new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true)),
            "deflate" => Compress(rest, stream => new DeflateStream(stream, CompressionLevel.Fastest, leaveOpen: true)),
            "cut" => Bytes(rest) is var whole ? whole[..(whole.Length * 2 / 3)] : [],
            "end" => Bytes(rest)[..^4],
            _ when words == "bomb" => Encoding.ASCII.GetBytes($"\"{new string('a', 10_000_000)}\""),
            _ => Encoding.UTF8.GetBytes(words),
        };
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] Compress(string words, Func<Stream, Stream> compressor)
    {
        using var target = new MemoryStream();
        using (var stream = compressor(target))
            stream.Write(Bytes(words));
        return target.ToArray();
    }
}
