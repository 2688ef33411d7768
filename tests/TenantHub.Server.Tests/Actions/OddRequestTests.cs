using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>Requests as callers really send them. A new odd request is a new row.</summary>
public sealed class OddRequestTests(ServerFixture fixture)
{
    private const string ListHubs = """{"action":"autodesk_list_hubs"}""";

    /// <summary>The content type, the content encoding, the body's bytes (its own, with a mark before it, or as UTF-16), the status, and a
    /// word of the reason.</summary>
    [Theory]
    [InlineData("application/json", null, "utf-8", 200, null)]
    [InlineData("application/json", null, "bom", 200, null)]
    [InlineData("application/json; charset=UTF-8", "identity", "utf-8", 200, null)]
    [InlineData("application/json; charset=\"utf-8\"", null, "utf-8", 200, null)]
    [InlineData("application/json; charset=utf-16", null, "utf-16", 415, "charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1", null, "utf-8", 415, "charset=iso-8859-1")]
    [InlineData("application/json", "gzip", "utf-8", 415, "Content-Encoding: gzip")]
    [InlineData("application/json", "br, gzip", "utf-8", 415, "Content-Encoding: br")]
    [InlineData("text/plain", null, "utf-8", 415, "text/plain")]
    [InlineData("application/json", null, "deep", 400, "nested deeper than 64 levels")]
    public async Task Body_IsReadOrRefusedWithTheReason(string type, string? encoding, string bytes, int status, string? word)
    {
        var account = await fixture.LinkAsync();
        using var content = new ByteArrayContent(
            bytes switch
            {
                "bom" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(ListHubs)],
                "utf-16" => Encoding.Unicode.GetBytes(ListHubs),
                "deep" => Encoding.ASCII.GetBytes(
                    $$"""{"action":"autodesk_create_bucket","body":{{new string('[', 70)}}{{new string(']', 70)}}}"""
                ),
                _ => Encoding.UTF8.GetBytes(ListHubs),
            }
        );
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        var answer = await fixture.Http.RpcAsync(account.Id, content);

        Assert.Equal((HttpStatusCode)status, answer.Status);
        if (word is not null)
            Assert.Contains(word, answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyWithAMark_IsReadByEveryEndpoint()
    {
        using var content = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. """{"origin_owner_id":"o","origin_owner_name":"O","colour":1}"""u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/connect_sessions", content);

        Assert.Contains("colour", answer.Text("detail"), StringComparison.Ordinal); // Read as far as that.
    }

    [Theory]
    [InlineData("Idempotency-Key", false)]
    [InlineData("Idempotency-Key", true)]
    [InlineData("x-account-id", false)]
    public async Task HeaderThatIsGivenTwice_IsRefused_NotJoined(string name, bool accountInBody)
    {
        var account = await fixture.LinkAsync();
        var body = accountInBody
            ? """{"action":"autodesk_list_hubs","headers":{"x-account-id":"ID"}}""".Replace("ID", account.Id, StringComparison.Ordinal)
            : ListHubs;
        var header = accountInBody ? "" : $"x-account-id: {account.Id}\r\n";

        // By hand: .NET's client joins what is given twice before it sends it.
        using var connection = new TcpClient();
        await connection.ConnectAsync(fixture.Hub.Address.Host, fixture.Hub.Address.Port, TestContext.Current.CancellationToken);
        var authorization = fixture.Http.DefaultRequestHeaders.Authorization;
        var request =
            $"POST /actions/rpc HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n{header}Idempotency-Key: one\r\n{name}: two\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(connection.GetStream());
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains(name, answer, StringComparison.Ordinal);
    }

    /// <summary>Texts that some doors took and others refused, and filters that some lists did not look at.</summary>
    [Theory]
    [InlineData("GET", "/audit/export?from=zz", null, "from")]
    [InlineData("GET", "/event_endpoints?bogus=1", null, "bogus")]
    [InlineData("GET", "/accounts?origin_owner_id=%ED%A0%80", null, "address")]
    [InlineData("GET", "/accounts/%FF", null, "address")]
    [InlineData("GET", "/accounts?region=XX", null, "region")]
    [InlineData("GET", "/requests/logs?outcomes=succeded", null, "outcomes")]
    [InlineData("GET", "/requests/logs?http_methods=FETCH", null, "http_methods")]
    [InlineData("GET", "/requests/logs?include=foo", null, "include")]
    [InlineData("GET", "/account_conflicts?bogus=1", null, "bogus")]
    [InlineData("POST", "/connect_sessions", """{"origin_owner_id":"c\n","origin_owner_name":"n","profile_id":"x"}""", "origin_owner_id")]
    [InlineData(
        "POST",
        "/connect_sessions",
        """{"origin_owner_id":"c","origin_owner_name":"x\u0007y","profile_id":"x"}""",
        "origin_owner_name"
    )]
    [InlineData("POST", "/keys", """{"name":"a","role":"backend","origin_owner_ids":["c\n"]}""", "origin_owner_ids")]
    public async Task OddText_IsRefusedAtEveryDoor(string method, string path, string? body, string field)
    {
        var answer = await fixture.Http.SendAsync(new HttpMethod(method), path, body);

        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Body!["errors"]![0]!["field"]));
    }

    [Theory]
    [InlineData("{0}\\n")]
    [InlineData("\\u00a0{0}")]
    [InlineData("B.{0}\\t")]
    public async Task IdWithWhiteSpaceAroundIt_IsNotTheAccounts(string spelling)
    {
        var account = await fixture.LinkAsync();
        var tenant = spelling.Replace("{0}", account.AccAccountId, StringComparison.Ordinal);

        var call =
            """{"action":"autodesk_create_webhook","path":{"system":"data","event":"dm.version.added"},"body":{"callbackUrl":"https://example.com/x","tenant":"TENANT","scope":{"folder":"FOLDER"}}}""";
        var answer = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/actions/rpc",
            call.Replace("TENANT", tenant, StringComparison.Ordinal).Replace("FOLDER", account.Folder, StringComparison.Ordinal),
            account.Id
        );

        Assert.Contains((int)answer.Status, (int[])[400, 404]);
        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(account.ClientId),
            record => record.Method == "POST" && record.Path.StartsWith("/webhooks", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("wait=1", "wait=1")]
    [InlineData("wait=\"1\"", "wait=1")]
    [InlineData("wait = 1", "wait=1")]
    [InlineData("Wait=7; strict", "wait=7")]
    [InlineData("respond-async, wait=5", "wait=5")]
    [InlineData("wait=3, wait=9", "wait=3")]
    [InlineData("wait=121", "wait=120")]
    [InlineData("wait=99999999999999", "wait=120")]
    [InlineData("wait=soon", null)]
    [InlineData("wait=-1", null)]
    [InlineData("wait=1.5", null)]
    [InlineData("wait", null)]
    [InlineData("x;wait=4", null)] // A parameter of another preference.
    public async Task PreferredWait_IsTakenInEveryForm_AndTold(string prefer, string? applied)
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" }, ("Prefer", prefer));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(applied, answer.Headers.GetValueOrDefault("preference-applied"));
    }

    [Fact]
    public async Task UnknownWordOfAList_IsAnsweredWithTheList()
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/keys", new { name = "n", role = "admn" });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("$.role must be one of read_only, backend, operator, admin", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptySecret_IsNamed()
    {
        var answer = await fixture.Http.LinkAsync("client", "", Guid.NewGuid().ToString());

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("client_secret", answer.Text("detail"), StringComparison.Ordinal);
    }

    /// <summary>A file of another length than announced is the caller's, told with both lengths, and the storage does not keep
    /// it.</summary>
    [Theory]
    [InlineData(10, 7)]
    [InlineData(5, 7)]
    public async Task FileOfAnotherLength_IsRefusedWithBothLengths(int announced, int sent)
    {
        var account = await fixture.LinkAsync();
        var bucket = await Preparation.BucketAsync(account, fixture.Http);
        var signed = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = "o" } }
        );
        var url = (string)signed.Body!["data"]!["urls"]![0]!;
        var request =
            $$$"""{"action":"autodesk_upload_binary_to_signed_s3_url","path":{"signed_url":"{{{url}}}"},"headers":{"Content-Length":"{{{announced}}}"}}""";
        using var form = new MultipartFormDataContent
        {
            { new StringContent(request, Encoding.UTF8, "application/json"), "request" },
            { new ByteArrayContent(new byte[sent]), "content", "f" },
        };

        var answer = await fixture.Http.RpcAsync(account.Id, form);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains($"has {sent} bytes and headers.Content-Length says {announced}", answer.Text("detail"), StringComparison.Ordinal);
    }
}
