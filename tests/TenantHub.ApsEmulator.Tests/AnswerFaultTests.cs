using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.ApsEmulator;

/// <summary>The fault "answer": any status, header and byte that a gateway, a proxy or a bad day can put in the place of Autodesk's
/// answer.</summary>
public sealed class AnswerFaultTests
{
    /// <summary>Gets bodies that issue 16 names: none of them is what Autodesk means to say, and each must reach the caller as it
    /// is.</summary>
    public static TheoryData<int, string, byte[]> Odd =>
        new()
        {
            { 200, "application/json", "{\"data\":{}},\"next\":\"stolen\""u8.ToArray() },
            { 200, "application/json", "{\"data\":[1,"u8.ToArray() },
            { 200, "application/json", "NaN"u8.ToArray() },
            { 200, "application/json", "{}{}"u8.ToArray() },
            { 200, "application/json", "[1,]"u8.ToArray() },
            { 200, "application/json", "<html>maintenance</html>"u8.ToArray() },
            { 200, "application/json", "  \r\n"u8.ToArray() },
            { 200, "application/json", [0xEF, 0xBB, 0xBF, .. "{\"data\":[]}"u8] },
            { 200, "application/json; charset=utf-16", Encoding.Unicode.GetBytes("{\"data\":[]}") },
            { 201, "text/html", "<html>created</html>"u8.ToArray() },
            { 200, "application/json", [0xC3, 0x28, 0x00, 0xFF] },
            { 403, "text/html", "<html>firewall</html>"u8.ToArray() },
            { 407, "text/plain", "proxy"u8.ToArray() },
            { 299, "application/octet-stream", new byte[300_000] },
        };

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task AnyBody_ArrivesAsItWasGiven(int status, string type, byte[] body)
    {
        await using var host = await EmulatorHost.StartAsync();
        await host.FaultAsync(
            new
            {
                kind = "answer",
                status,
                content_type = type,
                body_base64 = Convert.ToBase64String(body),
            }
        );

        using var response = await host.Control.GetAsync(new Uri(host.Address, "/project/v1/hubs"), TestContext.Current.CancellationToken);

        Assert.Equal((status, type), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString()));
        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    [InlineData("identity, x-unknown")]
    public async Task AnyContentEncoding_IsSaid_WhetherTheBytesKeepItOrNot(string encoding)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
            await gzip.WriteAsync("{\"data\":[]}"u8.ToArray(), TestContext.Current.CancellationToken);
        await using var host = await EmulatorHost.StartAsync();
        await host.FaultAsync(
            new
            {
                kind = "answer",
                headers = new Dictionary<string, string> { ["Content-Encoding"] = encoding },
                body_base64 = Convert.ToBase64String(packed.ToArray()),
            }
        );

        using var response = await host.Control.GetAsync(new Uri(host.Address, "/project/v1/hubs"), TestContext.Current.CancellationToken);

        Assert.Equal(encoding, string.Join(", ", response.Content.Headers.ContentEncoding));
        Assert.Equal(packed.ToArray(), await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AnswerWithoutAContentType_HasNone()
    {
        await using var host = await EmulatorHost.StartAsync();
        await host.FaultAsync(
            new
            {
                kind = "answer",
                content_type = "",
                body = new { data = 1 },
                headers = new Dictionary<string, string> { ["Location"] = "https://elsewhere.example/?a#b", ["Retry-After"] = "1.5" },
            }
        );

        using var response = await host.Control.GetAsync(new Uri(host.Address, "/project/v1/hubs"), TestContext.Current.CancellationToken);

        Assert.Null(response.Content.Headers.ContentType);
        Assert.Equal("{\"data\":1}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("1.5", response.Headers.NonValidated["Retry-After"].ToString());
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public async Task Effect_TakesPlaceOnlyWhenItIsAskedFor(bool effect, int projects)
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        var account = (string)(await host.AddAccountAsync([id]))["acc_account_id"]!;
        await host.FaultAsync(
            new
            {
                kind = "answer",
                effect,
                status = 201,
                content_type = "text/html",
                body = "<html>",
                times = 1,
                match = new { method = "POST", path_prefix = "/hq" },
            }
        );

        var answer = await app.CallAsync(
            HttpMethod.Post,
            $"/hq/v1/accounts/{account}/projects",
            new
            {
                name = "New",
                start_date = "2026-01-01",
                end_date = "2027-01-01",
                project_type = "Office",
            },
            "account:read account:write"
        );
        var after = await app.GetAsync($"/construction/admin/v1/accounts/{account}/projects");

        Assert.Equal(
            (201, "<html>"),
            (answer.Status, await answer.Response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
        );
        Assert.Equal(projects, after.Body!["results"]!.AsArray().Count);
        Assert.Equal(
            (201, "<html>"),
            (await host.WholeJournalAsync())
                .Where(record => record.Method == "POST" && !record.IsToken)
                .Select(record => (record.Status, record.ResponseBody!))
                .Single()
        );
    }

    [Theory]
    [InlineData("length", 0, null)]
    [InlineData("length", 4, null)]
    [InlineData("length", 10, 11L)]
    [InlineData("chunked", 4, null)]
    public async Task CutAnswer_EndsInTheMiddle(string framing, int bytes, long? length)
    {
        await using var host = await EmulatorHost.StartAsync();
        await host.FaultAsync(
            new
            {
                kind = "answer",
                body = "0123456789",
                cut_after_bytes = bytes,
                content_length = length,
                framing,
            }
        );

        using var response = await host.Control.GetAsync(
            new Uri(host.Address, "/project/v1/hubs"),
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var read = new byte[bytes];
        await body.ReadExactlyAsync(read, TestContext.Current.CancellationToken);

        Assert.Equal("0123456789"[..bytes], Encoding.ASCII.GetString(read));
        await Assert.ThrowsAsync<HttpIOException>(async () =>
            await body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken)
        );
        Assert.Equal(200, (await host.WholeJournalAsync()).Single().Status);
    }

    [Theory]
    [InlineData("length", null, 4L, "0123")]
    [InlineData("close", 4, null, "0123")]
    [InlineData("close", null, null, "0123456789")]
    [InlineData("chunked", null, null, "0123456789")]
    public async Task CutThatNobodyCanSee_LooksWhole(string framing, int? cut, long? length, string seen)
    {
        await using var host = await EmulatorHost.StartAsync();
        await host.FaultAsync(
            new
            {
                kind = "answer",
                body = "0123456789",
                cut_after_bytes = cut,
                content_length = length,
                framing,
            }
        );

        using var response = await host.Control.GetAsync(new Uri(host.Address, "/project/v1/hubs"), TestContext.Current.CancellationToken);

        Assert.Equal(seen, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TokenAnswer_CanBeReplacedToo()
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        await host.FaultAsync(
            new
            {
                kind = "answer",
                client_id = id,
                body = "{\"access_token\":\"a\\nb\",\"token_type\":\"odd\",\"expires_in\":\"3599.5\"}",
            }
        );

        var (status, body) = await new ApsCaller(host, id, secret).TokenAsync("data:read");

        Assert.Equal((200, "a\nb", "3599.5"), (status, (string?)body!["access_token"], (string?)body["expires_in"]));
    }

    [Fact]
    public async Task AnswerOfStorage_CanBeCutWhileTheFileIsKept()
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        await app.CallAsync(
            HttpMethod.Post,
            "/oss/v2/buckets",
            new { bucketKey = "answers", policyKey = "transient" },
            "bucket:create data:read data:write data:create"
        );
        const string Object = "/oss/v2/buckets/answers/objects/a.txt/signeds3upload";
        var signed = (await app.GetAsync(Object)).Body!;
        await host.FaultAsync(
            new
            {
                kind = "answer",
                effect = true,
                status = 200,
                body = "<Error>",
                cut_after_bytes = 3,
                times = 1,
                match = new { path_prefix = "/s3/" },
            }
        );
        using var content = new StringContent("kept", MediaTypeHeaderValue.Parse("text/plain"));

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            host.Control.PutAsync(new Uri((string)signed["urls"]![0]!), content, TestContext.Current.CancellationToken)
        );
        var done = await app.CallAsync(HttpMethod.Post, Object, new { uploadKey = (string)signed["uploadKey"]! });

        Assert.Equal((200, 4L), (done.Status, (long)done.Body!["size"]!));
    }

    [Theory]
    [InlineData("""{"kind":"answer","body":"a","body_base64":"YQ=="}""")]
    [InlineData("""{"kind":"answer","body_base64":"not base64!"}""")]
    [InlineData("""{"kind":"answer","cut_after_bytes":-1}""")]
    [InlineData("""{"kind":"answer","framing":"sideways"}""")]
    [InlineData("""{"kind":"answer","status":42}""")]
    [InlineData("""{"kind":"answer","headers":{"content-length":"3"}}""")]
    [InlineData("""{"kind":"answer","match":{"path_regex":"("}}""")]
    [InlineData("""[{"kind":"latency"},{"kind":"earthquake"}]""")]
    [InlineData("null")]
    public async Task FaultThatCannotBeRead_IsRefused_AndNothingOfItIsInForce(string body)
    {
        await using var host = await EmulatorHost.StartAsync();
        using var response = await host.Control.PostAsync(
            new Uri("/_emulator/faults", UriKind.Relative),
            new StringContent(body),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(0, (int)(await host.PostAsync("faults", Array.Empty<object>()))["active"]!);
    }
}
