using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class FileActionTests(ServerFixture fixture)
{
    private const string Composite = "autodesk_upload_file_in_project_folder";

    [Fact]
    public async Task UploadedFile_BecomesAnItem_WithAllItsBytes()
    {
        var account = await fixture.LinkAsync();
        await Preparation.KnowProjectsAsync(account, fixture.Http);
        var before = await LastSeqAsync(account);

        var answer = await UploadAsync(account, "site photo.jpg", new byte[] { 1, 2, 3 });

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        Assert.Equal("item", (string?)answer.Body!["data"]!["created"]);
        var steps = await fixture.Emulator.JournalAsync(account.ClientId, since: before);
        Assert.Equal(
            ["POST storage", "GET signeds3upload", "POST signeds3upload", "POST items"],
            steps.Select(step => $"{step.Method} {step.Path.Split('/')[^1]}")
        );
        var put = Assert.Single(await PutsAsync(steps));
        Assert.Equal(3, put.BodyBytes);
        Assert.DoesNotContain("authorization", put.Headers.Keys);
        Assert.Equal(["data:create"], steps[0].Scopes);
        Assert.Equal(["data:create", "data:write"], steps[1].Scopes);
    }

    [Fact]
    public async Task FileWhoseNameExists_BecomesTheNextVersion()
    {
        var account = await fixture.LinkAsync();
        await UploadAsync(account, "plan.pdf", "one"u8.ToArray());

        var answer = await UploadAsync(account, "plan.pdf", "two"u8.ToArray());

        Assert.Equal("version", (string?)answer.Body!["data"]!["created"]);
        Assert.EndsWith("version=2", (string?)answer.Body["data"]!["version_id"]);
    }

    [Fact]
    public async Task SmallFileInsideJson_IsUploadedToo()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action = Composite,
                path = new { project_id = account.ProjectId },
                body = new
                {
                    folder_id = account.Folder,
                    file_name = "note.txt",
                    content = Convert.ToBase64String("hello"u8),
                },
            }
        );

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        Assert.Equal("item", (string?)answer.Body!["data"]!["created"]);
    }

    /// <summary>100 MB go through in parts, and the server's memory does not grow by anything like that.</summary>
    [Fact]
    public async Task HundredMegabytes_AreStreamedInParts_WithoutBeingHeld()
    {
        const int Size = 100 * 1024 * 1024;
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var account = await fixture.LinkAsync();
        var linked = await hub.Http.LinkAsync(account.ClientId, account.Secret, account.AccAccountId);
        account = account with { Id = (string)linked.Body!["id"]! };
        await UploadAsync(account, "warm-up.bin", new byte[10], hub.Http);
        var before = await LastSeqAsync(account);
        var memory = hub.PeakMemoryBytes();

        var answer = await SendAsync(account, "big.bin", new StreamContent(new PatternStream(Size)), hub.Http);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        var puts = await PutsAsync(await fixture.Emulator.JournalAsync(account.ClientId, since: before));
        Assert.Equal(Size, puts.Sum(put => put.BodyBytes));
        Assert.True(puts.Count >= 10, $"{puts.Count} parts");
        Assert.Equal(Size, (long)answer.Body!["data"]!["resource"]!["included"]![0]!["attributes"]!["storageSize"]!);
        Assert.InRange(hub.PeakMemoryBytes() - memory, 0, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task BinaryToSignedUrl_ArrivesUnchanged_AndAnswersWithItsETag()
    {
        var account = await fixture.LinkAsync();
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var url = await SignedUrlAsync(account);

        var answer = await TransferAsync(account, url, bytes, bytes.Length);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
#pragma warning disable CA5350, CA5351 // What S3 and the journal use.
        Assert.Equal($"\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"", (string?)answer.Body!["data"]!["etag"]);
        var put = (await fixture.Emulator.WholeJournalAsync()).Last(record => record.Path == new Uri(url).AbsolutePath);
        Assert.Equal("sha1:" + Convert.ToHexStringLower(SHA1.HashData(bytes)), put.BodySha256);
#pragma warning restore CA5350, CA5351
        Assert.DoesNotContain("authorization", put.Headers.Keys);
    }

    [Theory]
    [InlineData("https://evil.example.com/x")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("https://s3.amazonaws.com.evil.example/x")]
    [InlineData("https://user@bucket.s3.amazonaws.com/x")]
    [InlineData("http://bucket.s3.amazonaws.com/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("not a url")]
    public async Task UrlThatIsNotAutodesksStorage_IsRefused_AndNothingIsSent(string url)
    {
        var account = await fixture.LinkAsync();

        var answer = await TransferAsync(account, url, new byte[3], 3);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("invalid_input", answer.Code);
        Assert.Contains("signed_url", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileShorterThanAnnounced_IsTheCallersFault_ToldWithBothLengths()
    {
        var account = await fixture.LinkAsync();

        var answer = await TransferAsync(account, await SignedUrlAsync(account), new byte[10], 20);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_input"), (answer.Status, answer.Code));
        Assert.Contains("10 bytes and headers.Content-Length says 20", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingFileName_IsNamed_AndNothingIsSent()
    {
        var account = await fixture.LinkAsync();
        var before = await LastSeqAsync(account);

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action = Composite,
                path = new { project_id = account.ProjectId },
                body = new { folder_id = account.Folder, content = "AAAA" },
            }
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("body.file_name", (string?)answer.Body!["errors"]![0]!["field"]);
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: before));
    }

    [Fact]
    public async Task PartThatNamesAnotherAccountThanTheHeader_IsRefused_AndNothingIsSent()
    {
        var account = await fixture.LinkAsync();
        var other = await fixture.LinkAsync();
        var before = await LastSeqAsync(account);

        var refused = await SendAsync(account, "plan.pdf", new ByteArrayContent([1]), fixture.Http, named: other.Id);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (refused.Status, refused.Code));
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: before));
        Assert.Equal(
            HttpStatusCode.OK,
            (await SendAsync(account, "plan.pdf", new ByteArrayContent([1]), fixture.Http, named: account.Id)).Status
        );
    }

    private async Task<long> LastSeqAsync(Linked account) =>
        (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);

    private async Task<string> SignedUrlAsync(Linked account)
    {
        var bucket = await Preparation.BucketAsync(account, fixture.Http);
        var signed = await Preparation.RunAsync(
            fixture.Http,
            account,
            new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = "o.bin" } }
        );
        return (string)signed!["urls"]![0]!;
    }

    /// <summary>The PUTs to storage that belong to the steps: storage knows no client id, only the object.</summary>
    private async Task<IReadOnlyList<JournalRecord>> PutsAsync(IReadOnlyList<JournalRecord> steps)
    {
        var storage = JsonNode.Parse(steps[0].ResponseBody!)!;
        var key = ((string)storage["data"]!["id"]!).Split('/')[^1];
        return
        [
            .. (await fixture.Emulator.WholeJournalAsync()).Where(record =>
                record.Method == "PUT" && record.Path.EndsWith(key, StringComparison.Ordinal)
            ),
        ];
    }

    private Task<ApiAnswer> UploadAsync(Linked account, string name, byte[] bytes, HttpClient? hub = null) =>
        SendAsync(account, name, new ByteArrayContent(bytes), hub ?? fixture.Http);

    private static Task<ApiAnswer> SendAsync(Linked account, string name, HttpContent content, HttpClient hub, string? named = null)
    {
        var request = JsonSerializer.Serialize(
            new
            {
                action = Composite,
                headers = named is null ? [] : new Dictionary<string, string> { ["x-account-id"] = named },
                path = new { project_id = account.ProjectId },
                body = new { folder_id = account.Folder, file_name = name },
            }
        );
        return hub.SendAsync(
            HttpMethod.Post,
            "/actions/rpc",
            new MultipartFormDataContent
            {
                { new StringContent(request, Encoding.UTF8, "application/json"), "request" },
                { content, "content", name },
            },
            account.Id
        );
    }

    private Task<ApiAnswer> TransferAsync(Linked account, string url, byte[] bytes, long length)
    {
        var request = JsonSerializer.Serialize(
            new
            {
                action = "autodesk_upload_binary_to_signed_s3_url",
                path = new { signed_url = url },
                headers = new Dictionary<string, string> { ["Content-Length"] = length.ToString(CultureInfo.InvariantCulture) },
            }
        );
        return fixture.Http.SendAsync(
            HttpMethod.Post,
            "/actions/rpc",
            new MultipartFormDataContent
            {
                { new StringContent(request, Encoding.UTF8, "application/json"), "request" },
                { new ByteArrayContent(bytes), "content", "x" },
            },
            account.Id
        );
    }
}
