using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.ApsEmulator;

/// <summary>What the products answer when something is not as it should be, and what changes over time.</summary>
public sealed class ProductTests(EmulatorFixture emulator)
{
    [Fact]
    public async Task AccountWithoutTheIntegration_IsForbiddenToHq_AndAbsentFromHubs()
    {
        var app = await emulator.CallerAsync();
        var account = await emulator.Host.AddAccountAsync([]);

        var hq = await app.GetAsync($"/hq/v1/accounts/{account["acc_account_id"]}/users", "account:read");
        var hubs = await app.GetAsync("/project/v1/hubs", "data:read");

        Assert.Equal(403, hq.Status);
        Assert.Null(hq.Body!["errorCode"]);
        Assert.Empty(hubs.Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task AccountInAnotherRegion_DoesNotExist()
    {
        var app = await emulator.CallerAsync();
        var account = await emulator.Host.AddAccountAsync([app.ClientId], "EMEA");
        var path = $"/hq/v1/accounts/{account["acc_account_id"]}/users";

        Assert.Equal("This account doesn't exist.", (string?)(await app.GetAsync(path, "account:read")).Body!["message"]);
        Assert.Equal(200, (await app.GetAsync(path, headers: ("Region", "EMEA"))).Status);
    }

    [Fact]
    public async Task NewProject_IsPendingFirst_AndThenAHubProject()
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        var account = await host.AddAccountAsync([id]);
        var created = await app.CallAsync(
            HttpMethod.Post,
            $"/hq/v1/accounts/{account["acc_account_id"]}/projects",
            new
            {
                name = "New",
                start_date = "2026-01-01",
                end_date = "2027-01-01",
                project_type = "Office",
            },
            "account:write"
        );
        Assert.Equal((201, "pending"), (created.Status, (string?)created.Body!["status"]));
        var projects = $"/project/v1/hubs/{account["hub_id"]}/projects";
        Assert.Equal(2, (await app.GetAsync(projects, "data:read")).Body!["data"]!.AsArray().Count);

        await host.PostAsync("time", new { advance_seconds = 3 });

        Assert.Equal(3, (await app.GetAsync(projects)).Body!["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task BodyThatIsNotJsonApi_IsRefused()
    {
        var app = await emulator.CallerAsync();
        var account = await emulator.Host.AddAccountAsync([app.ClientId]);
        var path = $"/data/v1/projects/{account["projects"]![0]!["hub_project_id"]}/folders";

        Assert.Equal(415, (await app.CallAsync(HttpMethod.Post, path, new { }, "data:create")).Status);
        Assert.Equal(400, (await app.CallAsync(HttpMethod.Post, path, new { }, contentType: "application/vnd.api+json")).Status);
    }

    [Fact]
    public async Task FolderWithATakenName_Conflicts()
    {
        var app = await emulator.CallerAsync();
        var account = await emulator.Host.AddAccountAsync([app.ClientId]);
        var project = account["projects"]![0]!;
        var body = new
        {
            jsonapi = new { version = "1.0" },
            data = new
            {
                type = "folders",
                attributes = new { name = "Drawings", extension = new { type = "folders:autodesk.bim360:Folder", version = "1.0" } },
                relationships = new { parent = new { data = new { type = "folders", id = (string)project["folders"]![0]!["id"]! } } },
            },
        };

        var (status, answer, _) = await app.CallAsync(
            HttpMethod.Post,
            $"/data/v1/projects/{project["hub_project_id"]}/folders",
            body,
            "data:create",
            "application/vnd.api+json"
        );

        Assert.Equal(409, status);
        Assert.Equal("Another object with the same name already exists in this container", (string?)answer!["errors"]![0]!["detail"]);
    }

    [Fact]
    public async Task Bucket_BelongsToOneApp_AndItsKeyToAll()
    {
        var (mine, other) = (await emulator.CallerAsync(), await emulator.CallerAsync());
        var key = "bucket-" + Guid.NewGuid().ToString("N")[..8];
        Assert.Equal(
            200,
            (
                await mine.CallAsync(HttpMethod.Post, "/oss/v2/buckets", new { bucketKey = key, policyKey = "transient" }, "bucket:create")
            ).Status
        );

        Assert.Equal(
            409,
            (
                await other.CallAsync(HttpMethod.Post, "/oss/v2/buckets", new { bucketKey = key, policyKey = "transient" }, "bucket:create")
            ).Status
        );
        Assert.Equal(403, (await other.GetAsync($"/oss/v2/buckets/{key}/details", "bucket:read")).Status);
        Assert.Equal(200, (await mine.GetAsync($"/oss/v2/buckets/{key}/details", "bucket:read")).Status);
        Assert.Equal(
            "Valid field 'bucketKey' must be of the form  [-_.a-z0-9]{3,128}",
            (string?)
                (
                    await mine.CallAsync(
                        HttpMethod.Post,
                        "/oss/v2/buckets",
                        new { bucketKey = "NO", policyKey = "transient" },
                        "bucket:create"
                    )
                ).Body!["reason"]
        );
    }

    [Fact]
    public async Task Upload_ChecksSignatureExpiryPartsAndSizes()
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        await app.CallAsync(HttpMethod.Post, "/oss/v2/buckets", new { bucketKey = "uploads", policyKey = "transient" }, "bucket:create");
        const string Object = "/oss/v2/buckets/uploads/objects/a%2Fb.bin/signeds3upload";
        var signed = (await app.GetAsync(Object + "?parts=2", "data:write data:create")).Body!;
        var (key, urls) = ((string)signed["uploadKey"]!, signed["urls"]!.AsArray().Select(url => (string)url!).ToList());
        using var storage = new HttpClient(new SocketsHttpHandler());

        Assert.Equal(403, await PutAsync(storage, urls[0].Replace("partNumber=1", "partNumber=3", StringComparison.Ordinal), 10));
        Assert.Equal(200, await PutAsync(storage, urls[0], 10));
        Assert.Equal(200, await PutAsync(storage, urls[1], 7));
        var tooSmall = await app.CallAsync(HttpMethod.Post, Object, new { uploadKey = key });
        Assert.Equal("MissingOrInvalidParts", (string?)tooSmall.Body!["reason"]);
        Assert.Equal(["TooSmall", "Ok"], tooSmall.Body["parts"]!.AsArray().Select(part => (string?)part!["status"]));

        Assert.Equal(200, await PutAsync(storage, urls[0], 5 * 1024 * 1024));
        Assert.Equal(
            "Unexpected",
            (string?)
                (await app.CallAsync(HttpMethod.Post, Object, new { uploadKey = key, eTags = new[] { "x", "y" } })).Body!["parts"]![1]![
                    "status"
                ]
        );
        var wrongSize = await app.CallAsync(HttpMethod.Post, Object, new { uploadKey = key, size = 1 });
        Assert.Equal(5 * 1024 * 1024 + 7, (long)wrongSize.Body!["size"]!["detected"]!);
        var done = await app.CallAsync(HttpMethod.Post, Object, new { uploadKey = key, size = 5 * 1024 * 1024 + 7 });
        Assert.Equal((200, "a/b.bin"), (done.Status, (string?)done.Body!["objectKey"]));

        await app.GetAsync(Object, "data:write data:create");
        await host.PostAsync("time", new { advance_seconds = 121 });
        Assert.Equal(403, await PutAsync(storage, urls[0], 10));
    }

    [Fact]
    public async Task Download_StreamsRanges_FromASignedUrl()
    {
        var app = await emulator.CallerAsync();
        var account = await emulator.Host.AddAccountAsync([app.ClientId]);
        var objectId = ((string)account["projects"]![0]!["items"]![0]!["storage"]!)["urn:adsk.objects:os.object:".Length..].Split('/');
        var signed = await app.GetAsync($"/oss/v2/buckets/{objectId[0]}/objects/{objectId[1]}/signeds3download", "data:read");
        using var storage = new HttpClient(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, (string)signed.Body!["url"]!) { Headers = { Range = new(0, 8) } };
        using var response = await storage.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(206, (int)response.StatusCode);
        Assert.Equal("Site plan", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Webhooks_AreKeptPerRegion_AndDuplicatesConflict()
    {
        var app = await emulator.CallerAsync();
        const string Hooks = "/webhooks/v1/systems/data/events/dm.version.added/hooks";
        var body = new { callbackUrl = "https://example.com/cb", scope = new { folder = "urn:f" } };
        var created = await app.CallAsync(HttpMethod.Post, Hooks, body, "data:read data:write");
        Assert.Equal(201, created.Status);
        var id = created.Response.Headers.Location!.ToString().Split('/')[^1];

        Assert.Equal(409, (await app.CallAsync(HttpMethod.Post, Hooks, body)).Status);
        Assert.Equal(200, (await app.GetAsync($"{Hooks}/{id}")).Status);
        Assert.Equal(404, (await app.GetAsync($"{Hooks}/{id}", headers: ("x-ads-region", "EMEA"))).Status);
        Assert.Equal(204, (await app.GetAsync("/webhooks/v1/hooks", headers: ("x-ads-region", "EMEA"))).Status);
    }

    [Fact]
    public async Task Faults_HappenAsOftenAsTheyAreAskedTo()
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        await host.FaultAsync(
            new
            {
                match = new { method = "GET", path_prefix = "/project" },
                kind = "status",
                status = 503,
                times = 2,
                skip = 1,
            }
        );
        var seen = new List<int>();
        await app.TokenAsync("data:read");
        for (var i = 0; i < 5; i++)
            seen.Add((await app.GetAsync("/project/v1/hubs")).Status);
        await host.FaultAsync(
            new
            {
                match = new { path_prefix = "/project" },
                kind = "cut_before",
                times = 1,
            }
        );

        Assert.Equal([200, 503, 503, 200, 200], seen);
        await Assert.ThrowsAsync<HttpRequestException>(() => app.GetAsync("/project/v1/hubs"));
        Assert.Equal(200, (await app.GetAsync("/project/v1/hubs")).Status);
    }

    [Fact]
    public async Task FaultOfOneClientId_StrikesNobodyElse()
    {
        await using var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var (otherId, otherSecret) = await host.AddAppAsync();
        var (app, other) = (new ApsCaller(host, id, secret), new ApsCaller(host, otherId, otherSecret));
        await host.FaultAsync(
            new
            {
                client_id = id,
                kind = "status",
                status = 503,
                body = new { },
            }
        );

        var (struck, spared) = ((await app.TokenAsync("data:read")).Status, (await other.TokenAsync("data:read")).Status);

        Assert.Equal((503, 200), (struck, spared));
        Assert.Equal(200, (await other.GetAsync("/project/v1/hubs")).Status);
    }

    [Theory]
    [InlineData("apps", """{"client_id":"x"}""")]
    [InlineData("apps", """{"client_id":"x","client_secret":"y","scopes":["data:fly"]}""")]
    [InlineData("accounts", """{"acc_account_id":"12"}""")]
    [InlineData("faults", """{"kind":"earthquake"}""")]
    [InlineData("quotas", """{"limits":{"nowhere":1}}""")]
    [InlineData("time", """{"advance_seconds":-1}""")]
    [InlineData("settings", """{"colour":"red"}""")]
    [InlineData("apps", "nonsense")]
    public async Task WrongControlRequest_IsExplained(string path, string body)
    {
        using var response = await emulator.Host.Control.PostAsync(
            new Uri("/_emulator/" + path, UriKind.Relative),
            new StringContent(body),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(400, (int)response.StatusCode);
        Assert.NotNull((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]);
    }

    private static async Task<int> PutAsync(HttpClient storage, string url, int bytes)
    {
        using var response = await storage.PutAsync(new Uri(url), new ByteArrayContent(new byte[bytes]));
        return (int)response.StatusCode;
    }
}
