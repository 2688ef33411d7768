using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.ApsEmulator;

/// <summary>What real clients call beside the 51 actions, and how they call it.</summary>
public sealed class NeighbourEndpointTests(EmulatorFixture emulator)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml; charset=utf-8")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData(null)]
    public async Task SignedUrl_TakesAnyContentType(string? type)
    {
        var (app, bucket) = await BucketAsync();
        var signed = (await app.GetAsync($"/oss/v2/buckets/{bucket}/objects/o/signeds3upload")).Body!;
        using var content = new ByteArrayContent("{\"a\":1}"u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        using var put = await emulator.Host.Control.PutAsync(new Uri((string)signed["urls"]![0]!), content, Token);
        var done = await app.CallAsync(
            HttpMethod.Post,
            $"/oss/v2/buckets/{bucket}/objects/o/signeds3upload",
            new { uploadKey = (string)signed["uploadKey"]! }
        );

        Assert.Equal((200, 200, 7L), ((int)put.StatusCode, done.Status, (long)done.Body!["size"]!));
    }

    [Theory]
    [InlineData("//authentication/v2/token")]
    [InlineData("/authentication//v2///token")]
    public async Task DoubledSlashes_AreOne(string path)
    {
        var app = await emulator.CallerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, emulator.Host.Address.GetLeftPart(UriPartial.Authority) + path);
        request.Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", "data:read")]);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{app.ClientId}:{app.Secret}"))
        );

        using var response = await emulator.Host.Control.SendAsync(request, Token);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(8, null, "Ok")]
    [InlineData(null, "\"0123456789abcdef0123456789abcdef\"", "Unexpected")]
    public async Task CompletingWithTheWrongSizeOrETag_Is200WithAnError(int? size, string? etag, string status)
    {
        var (app, bucket) = await BucketAsync();
        var path = $"/oss/v2/buckets/{bucket}/objects/o/signeds3upload";
        var signed = (await app.GetAsync(path)).Body!;
        using var put = await emulator.Host.Control.PutAsync(
            new Uri((string)signed["urls"]![0]!),
            new ByteArrayContent(new byte[7]),
            Token
        );

        var done = await app.CallAsync(
            HttpMethod.Post,
            path,
            new
            {
                uploadKey = (string)signed["uploadKey"]!,
                size,
                eTags = etag is null ? null : new[] { etag },
            }
        );

        Assert.Equal(
            (200, "error", "MissingOrInvalidParts", (string?)signed["uploadKey"]),
            (done.Status, (string?)done.Body!["status"], (string?)done.Body["reason"], (string?)done.Body["uploadKey"])
        );
        var part = done.Body["parts"]!.AsArray().Single()!;
        Assert.Equal((status, put.Headers.ETag!.Tag.Trim('"')), ((string?)part["status"], (string?)part["eTag"]));
        Assert.Empty((await app.GetAsync($"/oss/v2/buckets/{bucket}/objects")).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task Batches_SignAndCompleteEachObject_AndSayWhichFailed()
    {
        var (app, bucket) = await BucketAsync();
        var objects = $"/oss/v2/buckets/{bucket}/objects";
        var signed = (
            await app.CallAsync(
                HttpMethod.Post,
                objects + "/batchsigneds3upload",
                new { requests = new object[] { new { objectKey = "a" }, new { objectKey = "b", uploadKey = "unknown" } } }
            )
        ).Body!["results"]!;
        Assert.Equal("error", (string?)signed["b"]!["status"]);
        using var put = await emulator.Host.Control.PutAsync(
            new Uri((string)signed["a"]!["urls"]![0]!),
            new StringContent("content"),
            Token
        );

        var done = (
            await app.CallAsync(
                HttpMethod.Post,
                objects + "/batchcompleteupload",
                new { requests = new[] { new { objectKey = "a", uploadKey = (string)signed["a"]!["uploadKey"]! } } }
            )
        ).Body!["results"]!["a"]!;
        var copy = (await app.CallAsync(HttpMethod.Put, objects + "/a/copyto/c%2Fopy")).Body!;
        var details = (await app.GetAsync(objects + "/c%2Fopy/details")).Body!;
        var downloads = (
            await app.CallAsync(
                HttpMethod.Post,
                objects + "/batchsigneds3download",
                new { requests = new[] { new { objectKey = "c/opy" }, new { objectKey = "missing" } } }
            )
        ).Body!["results"]!;

        Assert.Equal(
            (7L, "c/opy", 7L, (string?)done["sha1"]),
            ((long)done["size"]!, (string?)copy["objectKey"], (long)details["size"]!, (string?)details["sha1"])
        );
        Assert.Equal("error", (string?)downloads["missing"]!["status"]);
        Assert.Equal("content", await emulator.Host.Control.GetStringAsync(new Uri((string)downloads["c/opy"]!["url"]!), Token));
        Assert.Equal(404, (await app.GetAsync(objects + "/missing/details")).Status);
        Assert.Equal(
            400,
            (await app.CallAsync(HttpMethod.Post, objects + "/batchsigneds3upload", new { requests = Array.Empty<object>() })).Status
        );
    }

    [Theory]
    [InlineData("good-key\n")]
    [InlineData("good-key\r\n")]
    [InlineData("\ngood-key")]
    [InlineData("key-\u0661\u0662")]
    public async Task BucketKeyWithALineEndOrForeignDigits_IsRefused(string key)
    {
        var app = await emulator.CallerAsync();

        Assert.Equal(
            400,
            (
                await app.CallAsync(HttpMethod.Post, "/oss/v2/buckets", new { bucketKey = key, policyKey = "transient" }, "bucket:create")
            ).Status
        );
    }

    [Fact]
    public async Task Hubs_WarnOfRegionsThatRefuse_AndOfThoseThatDoNotAnswer()
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        await app.TokenAsync("data:read");
        Assert.Equal(["403 US", "403 EMEA", "403 APAC"], await WarningsAsync(app));
        await host.AddAccountAsync([id]);
        await host.AddAccountAsync([id], "EMEA");
        Assert.Equal(["403 APAC"], await WarningsAsync(app));

        await host.PostAsync("settings", new { silent_regions = new[] { "EMEA" } });

        Assert.Equal(["504 EMEA", "403 APAC"], await WarningsAsync(app));
        Assert.Equal(
            ["US"],
            (await app.GetAsync("/project/v1/hubs")).Body!["data"]!.AsArray().Select(hub => (string?)hub!["attributes"]!["region"])
        );
    }

    [Fact]
    public async Task ParentsAndOwners_AreFound()
    {
        var app = await emulator.CallerAsync();
        var account = await emulator.Host.AddAccountAsync([app.ClientId]);
        await app.TokenAsync("data:read");
        var project = account["projects"]![0]!;
        var (data, item) = ($"/data/v1/projects/{project["hub_project_id"]}", project["items"]![0]!);
        var folders = project["folders"]!.AsArray().ToDictionary(folder => (string)folder!["name"]!, folder => (string)folder!["id"]!);

        async Task<string?> IdAsync(string path) => (string?)(await app.GetAsync(path)).Body!["data"]!["id"];

        Assert.Equal(
            (string?)account["hub_id"],
            await IdAsync($"/project/v1/hubs/{account["hub_id"]}/projects/{project["hub_project_id"]}/hub")
        );
        Assert.Equal(folders["Project Files"], await IdAsync($"{data}/folders/{Uri.EscapeDataString(folders["Drawings"])}/parent"));
        Assert.Equal(folders["Drawings"], await IdAsync($"{data}/items/{Uri.EscapeDataString((string)item["id"]!)}/parent"));
        Assert.Equal((string?)item["id"], await IdAsync($"{data}/versions/{Uri.EscapeDataString((string)item["versions"]![0]!)}/item"));
        Assert.Equal(404, (await app.GetAsync($"{data}/folders/{Uri.EscapeDataString((string)project["root_folder_id"]!)}/parent")).Status);
    }

    [Theory]
    [InlineData("name=person%2003", 1)]
    [InlineData("name=Person%2003&partial=false", 1)]
    [InlineData("name=Person&partial=false", 0)]
    [InlineData("name=Person%2003&email=person4", 2)]
    [InlineData("name=Person%2003&email=person4&operator=AND", 0)]
    [InlineData("company_name=Company%2002&limit=100", 1)]
    [InlineData("name=Person&limit=5&offset=10", 2)]
    public async Task Users_AreSearched(string query, int found)
    {
        var (app, account, _) = await AdminAsync();

        Assert.Equal(
            found,
            (await app.GetAsync($"/hq/v1/accounts/{account["acc_account_id"]}/users/search?{query}")).Body!.AsArray().Count
        );
    }

    [Fact]
    public async Task OneCompany_IsRead()
    {
        var (app, account, _) = await AdminAsync();
        var company = account["companies"]![3]!;

        Assert.Equal(
            (string?)company["name"],
            (string?)(await app.GetAsync($"/hq/v1/accounts/{account["acc_account_id"]}/companies/{company["id"]}")).Body!["name"]
        );
        Assert.Equal(404, (await app.GetAsync($"/hq/v1/accounts/{account["acc_account_id"]}/companies/{Guid.NewGuid()}")).Status);
    }

    [Fact]
    public async Task ProjectUser_IsReadAndRemoved_ByEitherId()
    {
        var (app, account, project) = await AdminAsync();
        var (admin, user) = (account["users"]![0]!, account["users"]![1]!);
        var path = $"/construction/admin/v1/projects/{project["id"]}/users/";
        Assert.Equal((string?)user["email"], (string?)(await app.GetAsync(path + user["id"])).Body!["email"]);
        Assert.Equal((string?)user["email"], (string?)(await app.GetAsync(path + user["uid"])).Body!["email"]);
        Assert.Equal(403, (await app.CallAsync(HttpMethod.Delete, path + user["uid"])).Status);

        Assert.Equal(204, (await app.CallAsync(HttpMethod.Delete, path + user["uid"], headers: ("User-Id", (string)admin["id"]!))).Status);

        Assert.Equal(404, (await app.GetAsync(path + user["id"])).Status);
    }

    [Fact]
    public async Task AdminLists_AlwaysSayBothNeighbours()
    {
        var (app, account, _) = await AdminAsync();
        var path = $"/construction/admin/v1/accounts/{account["acc_account_id"]}/projects?filter[name]=r&limit=1";

        var pages = new List<JsonObject>();
        for (var url = path; url is not null; url = (string?)pages[^1]["nextUrl"] is { } next ? new Uri(next).PathAndQuery : null)
            pages.Add((await app.GetAsync(url)).Body!["pagination"]!.AsObject());

        Assert.Equal(2, pages.Count);
        Assert.All(pages, page => Assert.True(page.ContainsKey("nextUrl") && page.ContainsKey("previousUrl")));
        Assert.Equal((null, null), ((string?)pages[0]["previousUrl"], (string?)pages[1]["nextUrl"]));
        Assert.Contains("filter%5Bname%5D=r", (string?)pages[1]["previousUrl"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hooks_AreListedByEvent_AndMadeForAllEventsOfASystem()
    {
        var app = await emulator.CallerAsync();
        await app.TokenAsync("data:read data:write");
        var body = new { callbackUrl = "https://example.com/cb", scope = new { folder = "urn:f" } };
        Assert.Equal(201, (await app.CallAsync(HttpMethod.Post, "/webhooks/v1/systems/data/events/dm.folder.added/hooks", body)).Status);

        var made = await app.CallAsync(HttpMethod.Post, "/webhooks/v1/systems/data/hooks", body);
        var again = await app.CallAsync(HttpMethod.Post, "/webhooks/v1/systems/data/hooks", body);
        var ofEvent = await app.GetAsync("/webhooks/v1/systems/data/events/dm.version.added/hooks?scopeName=folder");
        var ofApp = await app.GetAsync("/webhooks/v1/app/hooks");

        Assert.Equal((201, 19, 409), (made.Status, made.Body!["hooks"]!.AsArray().Count, again.Status));
        Assert.Equal((1, 20), (ofEvent.Body!["data"]!.AsArray().Count, ofApp.Body!["data"]!.AsArray().Count));
        Assert.Equal(204, (await app.GetAsync("/webhooks/v1/systems/data/events/dm.version.added/hooks?scopeName=workflow")).Status);
    }

    private static async Task<List<string>> WarningsAsync(ApsCaller app) =>
        [
            .. (await app.GetAsync("/project/v1/hubs")).Body!["meta"]!["warnings"]!
                .AsArray()
                .Select(warning =>
                {
                    Assert.Equal("BIM360DM_ERROR", (string?)warning!["ErrorCode"]);
                    return $"{warning["HttpStatusCode"]} {((string)warning["Title"]!).TrimEnd('.').Split(' ')[^1]}";
                }),
        ];

    private async Task<(ApsCaller App, string Bucket)> BucketAsync()
    {
        var (app, key) = (await emulator.CallerAsync(), "bucket-" + Guid.NewGuid().ToString("N"));
        await app.CallAsync(
            HttpMethod.Post,
            "/oss/v2/buckets",
            new { bucketKey = key, policyKey = "transient" },
            "bucket:create data:read data:write data:create"
        );
        return (app, key);
    }

    private async Task<(ApsCaller App, JsonNode Account, JsonNode Project)> AdminAsync()
    {
        var app = await emulator.CallerAsync();
        var account = await emulator.Host.AddAccountAsync([app.ClientId]);
        await app.TokenAsync("account:read account:write");
        return (app, account, account["projects"]![0]!);
    }
}
