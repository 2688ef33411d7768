using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Buckets belong to the client id and project files lie in buckets of Autodesk's: the hub knows whose things in them are.</summary>
public sealed class StorageIsolationTests(HubFixture fixture)
{
    [Fact]
    public async Task BucketOfAnotherAccount_IsAnsweredAsOneThatDoesNotExist()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = await Preparation.BucketAsync(ann, fixture.Http);
        var before = (await fixture.Emulator.JournalAsync(ben.ClientId))[^1].Seq;

        foreach (var call in new Func<string, object>[]
        {
            key => new { action = "autodesk_get_bucket_details", path = new { bucketKey = key } },
            key => new { action = "autodesk_delete_bucket", path = new { bucketKey = key } },
            key => new { action = "autodesk_list_bucket_objects", path = new { bucketKey = key } },
            key => new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = key, objectKey = "x" } },
            key => new { action = "autodesk_get_signed_s3_download_url", path = new { bucketKey = key, objectKey = "x" } },
            key => new { action = "autodesk_signed_s3_upload", path = new { bucketKey = key, objectKey = "x" }, body = new { uploadKey = "u" } },
            key => new { action = "autodesk_delete_object", path = new { bucketKey = key, objectKey = "x" } },
        })
        {
            var foreign = await fixture.Http.RpcAsync(ben.Id, call(hers));
            foreign.AssertNotThisAccount();
            Assert.Equal((await fixture.Http.RpcAsync(ben.Id, call("no-such-bucket"))).Told(), foreign.Told());
        }

        Assert.Empty(await fixture.Emulator.JournalAsync(ben.ClientId, since: before));
        Assert.Equal(HttpStatusCode.OK, (await DetailsAsync(ann, hers)).Status);
    }

    /// <summary>The keys of others' buckets are nowhere: not in rows, not in Autodesk's links, not in the cursor.</summary>
    [Fact]
    public async Task ListOfBuckets_ShowsTheOwnOnly_OnEveryPage()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        List<string> hers = [], his = [];
        for (var i = 0; i < 9; i++) (i % 3 == 1 ? his : hers).Add(await BucketAsync(i % 3 == 1 ? ben : ann, $"t{i}-{Guid.NewGuid():N}"));

        var seen = new List<string>();
        string? next = null;
        do
        {
            var query = new JsonObject { ["page_size"] = 2 };
            if (next is not null) query["next"] = next;
            var page = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_buckets", query });
            seen.AddRange(page.Body!["data"]!["items"]!.AsArray().Select(row => (string)row!["bucketKey"]!));
            next = page.Text("next");
            var text = page.Body.ToJsonString() + (next is null ? "" : Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(next)));
            Assert.All(hers, key => Assert.DoesNotContain(key, text, StringComparison.Ordinal));
        }
        while (next is not null);

        Assert.Equal(his.Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task CursorOfAnotherAccount_IsOfNoUse()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        await BucketAsync(ann, $"a-{Guid.NewGuid():N}");
        await BucketAsync(ben, $"b-{Guid.NewGuid():N}");
        await BucketAsync(ann, $"c-{Guid.NewGuid():N}");
        var page = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_buckets", query = new { page_size = 1 } });

        var stolen = await fixture.Http.RpcAsync(ann.Id, new { action = "autodesk_list_buckets", query = new { page_size = 1, next = page.Text("next") } });
        var own = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_buckets", query = new { page_size = 1, next = page.Text("next") } });

        Assert.Equal("invalid_input", stolen.Code);
        Assert.Equal("query.next", (string?)stolen.Body!["errors"]![0]!["field"]);
        Assert.Equal(HttpStatusCode.OK, own.Status);
    }

    /// <summary>Whoever creates a bucket has it; whoever tries to create one that exists has nothing.</summary>
    [Fact]
    public async Task TryingToCreateABucketThatExists_DoesNotMakeItOnesOwn()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = await Preparation.BucketAsync(ann, fixture.Http);

        var tried = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_create_bucket", body = new { bucketKey = hers, policyKey = "transient" } });
        var keyed = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_create_bucket", body = new { bucketKey = hers, policyKey = "transient" } }, ("Idempotency-Key", "k1"));

        Assert.Equal("autodesk_conflict", tried.Code);
        Assert.Equal("autodesk_conflict", keyed.Code);
        (await DetailsAsync(ben, hers)).AssertNotThisAccount();
        Assert.Equal(HttpStatusCode.OK, (await DetailsAsync(ann, hers)).Status);
    }

    /// <summary>
    /// Ben's answer is lost, so the hub reads back whether his bucket is there. It is, but it is the one that Ann created a moment before.
    /// </summary>
    [Fact]
    public async Task BucketFoundByReadingBack_IsNotHis_WhenItIsHers()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = await Preparation.BucketAsync(ann, fixture.Http);
        await fixture.Emulator.FaultAsync(new { match = new { method = "POST", path_regex = "^/oss/v2/buckets$" }, kind = "cut_before", times = 1 });

        var answer = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_create_bucket", body = new { bucketKey = hers, policyKey = "transient" } }, ("Idempotency-Key", "k2"));

        Assert.Equal("autodesk_conflict", answer.Code);
        (await DetailsAsync(ben, hers)).AssertNotThisAccount();
    }

    [Fact]
    public async Task DeletedBucket_IsNobodys_AndItsNextCreatorsAlone()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var key = await Preparation.BucketAsync(ann, fixture.Http);
        await Preparation.RunAsync(fixture.Http, ann, new { action = "autodesk_delete_bucket", path = new { bucketKey = key } });
        (await DetailsAsync(ann, key)).AssertNotThisAccount();

        await BucketAsync(ben, key);

        Assert.Equal(HttpStatusCode.OK, (await DetailsAsync(ben, key)).Status);
        (await DetailsAsync(ann, key)).AssertNotThisAccount();
    }

    [Fact]
    public async Task SharedBuckets_AreEverybodysInTheProfile_AutodesksOwnAreNot()
    {
        var profile = "shared-" + Guid.NewGuid().ToString("N")[..8];
        var (ann, ben) = await TwoTenants.LinkByProfileAsync(fixture, profile, sharedBuckets: true);
        var hers = await Preparation.BucketAsync(ann, fixture.Http);

        var details = await DetailsAsync(ben, hers);
        var list = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_buckets" });
        var file = await DownloadAsync(ben, ann.Storage);
        var wip = await DetailsAsync(ben, "wip.dm.prod");

        Assert.Equal(HttpStatusCode.OK, details.Status);
        Assert.Equal([hers], list.Body!["data"]!["items"]!.AsArray().Select(row => (string?)row!["bucketKey"]));
        file.AssertNotThisAccount();
        wip.AssertNotThisAccount();
    }

    [Fact]
    public async Task SharingEnds_WhenTheProfileSaysSo()
    {
        await using var hub = await HubProcess.StartAsync(fixture.Emulator.Address, settings: new Dictionary<string, string> { ["TenantHub__Provisioning__ReadProfileEvery"] = "00:00:00" });
        var app = await fixture.Emulator.AddAppAsync();
        await hub.Http.SendAsync(HttpMethod.Post, "/profiles", new { id = "main", name = "Main", credentials = new { client_id = app.ClientId, client_secret = app.Secret } });
        var ann = await LinkAsync(hub, app, "main");
        var ben = await LinkAsync(hub, app, "main");
        var hers = await Preparation.BucketAsync(ann, hub.Http);
        (await DetailsAsync(ben, hers, hub.Http)).AssertNotThisAccount();

        var shared = await hub.Http.SendAsync(HttpMethod.Put, "/profiles/main/isolation", new { shared_buckets = true });
        Assert.True((bool)shared.Body!["shared_buckets"]!);
        Assert.Equal(HttpStatusCode.OK, (await DetailsAsync(ben, hers, hub.Http)).Status);

        await hub.Http.SendAsync(HttpMethod.Put, "/profiles/main/isolation", new { shared_buckets = false });
        (await DetailsAsync(ben, hers, hub.Http)).AssertNotThisAccount();
        Assert.Equal("profile_not_found", (await hub.Http.SendAsync(HttpMethod.Put, "/profiles/none/isolation", new { shared_buckets = true })).Code);
        Assert.Equal("invalid_request", (await hub.Http.SendAsync(HttpMethod.Put, "/profiles/main/isolation", new { })).Code);
    }

    /// <summary>A signed URL for another tenant's file would be the file.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProjectFileOfAnotherAccount_GivesNoUrl(bool oneClientId)
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture, oneClientId);
        await ReadVersionAsync(ann);
        Assert.Equal(HttpStatusCode.OK, (await DownloadAsync(ann, ann.Storage)).Status);
        var before = (await fixture.Emulator.JournalAsync(ben.ClientId))[^1].Seq;

        var foreign = await DownloadAsync(ben, ann.Storage);
        var missing = await DownloadAsync(ben, "urn:adsk.objects:os.object:wip.dm.prod/00000000-1111-4222-8333-444444444444.pdf");
        var upload = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_get_signed_s3_upload_urls", path = PathOf(ann.Storage) });
        var delete = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_delete_object", path = PathOf(ann.Storage) });

        foreign.AssertNotThisAccount();
        Assert.Equal(missing.Told(), foreign.Told());
        upload.AssertNotThisAccount();
        delete.AssertNotThisAccount();
        Assert.Empty(await fixture.Emulator.JournalAsync(ben.ClientId, since: before));
    }

    /// <summary>A way around: make her object a version of his own item, and read that.</summary>
    [Fact]
    public async Task ProjectFileOfAnotherAccount_CannotBeMadeAVersionOfOnesOwn()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        foreach (var urn in new[] { ann.Storage, ann.Storage + " ", ann.Storage.Replace("wip.dm.prod/", "wip.dm.prod%2F", StringComparison.Ordinal), "urn:adsk.objects:os.object:wip.dm.prod", "urn:adsk.objects:os.object:", "x" })
        {
            var item = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_create_item", path = new { project_id = ben.ProjectId }, body = ActionCases.NewItem(ben, urn) });
            item.AssertNotThisAccount();
        }

        var version = await fixture.Http.RpcAsync(ben.Id, new
        {
            action = "autodesk_create_version",
            path = new { project_id = ben.ProjectId },
            body = ActionCases.Document(new JsonObject { ["type"] = "versions", ["attributes"] = new JsonObject { ["name"] = "x.pdf", ["extension"] = ActionCases.Extension("versions:autodesk.bim360:File") }, ["relationships"] = new JsonObject { ["item"] = ActionCases.Link("items", ben.Item), ["storage"] = ActionCases.Link("objects", ann.Storage) } }),
        });

        version.AssertNotThisAccount();
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(ben.ClientId), record => record.Method == "POST");
    }

    /// <summary>Bytes that are not what the hub has read must not be another thing to Autodesk.</summary>
    [Fact]
    public async Task MemberGivenTwice_IsRefused()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var body = ActionCases.NewItem(ben, "urn:own").ToJsonString().Replace("\"urn:own\"", $"\"urn:own\",\"id\":\"{ann.Storage}\"", StringComparison.Ordinal);

        var answer = await fixture.Http.RpcAsync(ben.Id, $$"""{"action":"autodesk_create_item","path":{"project_id":"{{ben.ProjectId}}"},"body":{{body}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    /// <summary>An object key may have slashes, and may not climb out of its bucket where a gateway would decode it.</summary>
    [Theory]
    [InlineData("../wip.dm.prod/objects/x", false)]
    [InlineData("a/../../b", false)]
    [InlineData("a/./b", false)]
    [InlineData("..\\x", false)]
    [InlineData("a/b c.txt", true)]
    [InlineData("a..b/...c", true)]
    public async Task ObjectKey_StaysInItsBucket(string key, bool taken)
    {
        var account = await fixture.LinkAsync();
        var bucket = await Preparation.BucketAsync(account, fixture.Http);

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = key } });

        Assert.Equal(taken ? null : "invalid_input", answer.Code);
    }

    [Fact]
    public async Task SignedUrlOfAnotherAccount_TakesNoBytes()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var bucket = await Preparation.BucketAsync(ann, fixture.Http);
        var signed = await Preparation.RunAsync(fixture.Http, ann, new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = "o.bin" } });
        var url = (string)signed!["urls"]![0]!;
        var made = $"{fixture.Emulator.Address}s3/{bucket}/o.bin?X-Amz-Signature=made-up";

        var foreign = await PutAsync(ben, url);
        var unknown = await PutAsync(ben, made);
        var changed = await PutAsync(ann, url + "&x=1");
        Assert.DoesNotContain(await fixture.Emulator.WholeJournalAsync(), record => record.Method == "PUT" && record.Path == new Uri(url).AbsolutePath);
        var own = await PutAsync(ann, url);

        foreign.AssertNotThisAccount();
        Assert.Equal(unknown.Told(), foreign.Told());
        changed.AssertNotThisAccount();
        Assert.DoesNotContain("X-Amz-Signature", foreign.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, own.Status);
    }

    /// <summary>
    /// What a legitimate backend meets after the hub was killed: its buckets, webhooks and begun uploads are there; URLs are signed again; a file
    /// that was only read is read again, and the refusal says so.
    /// </summary>
    [Fact]
    public async Task AfterAKill_WhatTheAccountMadeIsStillItsOwn()
    {
        await using var hub = await HubProcess.StartAsync(fixture.Emulator.Address);
        var app = await fixture.Emulator.AddAppAsync();
        var ann = await LinkAsync(hub, app);
        var ben = await LinkAsync(hub, app);
        var bucket = await Preparation.BucketAsync(ann, hub.Http);
        var hook = await Preparation.HookAsync(ann, hub.Http);
        await ReadVersionAsync(ann, hub.Http);
        var storage = await ReserveAsync(ann, hub.Http);
        var signed = await Preparation.RunAsync(hub.Http, ann, new { action = "autodesk_get_signed_s3_upload_urls", path = PathOf(storage) });
        await hub.KillAsync();
        await hub.StartAgainAsync();
        var before = (await fixture.Emulator.JournalAsync(ann.ClientId))[^1].Seq;

        Assert.Equal(HttpStatusCode.OK, (await DetailsAsync(ann, bucket, hub.Http)).Status);
        (await DetailsAsync(ben, bucket, hub.Http)).AssertNotThisAccount();
        var hooks = await hub.Http.RpcAsync(ann.Id, new { action = "autodesk_list_webhooks" });
        Assert.Equal(hook, (string?)hooks.Body!["data"]!["data"]![0]!["hookId"]);

        (await PutAsync(ann, (string)signed!["urls"]![0]!, hub.Http)).AssertNotThisAccount();
        var again = await Preparation.RunAsync(hub.Http, ann, new { action = "autodesk_get_signed_s3_upload_urls", path = PathOf(storage), query = new { uploadKey = (string)signed["uploadKey"]! } });
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(ann, (string)again!["urls"]![0]!, hub.Http)).Status);
        await Preparation.RunAsync(hub.Http, ann, new { action = "autodesk_signed_s3_upload", path = PathOf(storage), body = new { uploadKey = (string)signed["uploadKey"]! } });
        await Preparation.RunAsync(hub.Http, ann, new { action = "autodesk_create_item", path = new { project_id = ann.ProjectId }, body = ActionCases.NewItem(ann, storage) });
        (await hub.Http.RpcAsync(ben.Id, new { action = "autodesk_get_signed_s3_upload_urls", path = PathOf(storage) })).AssertNotThisAccount();

        var forgotten = await DownloadAsync(ann, ann.Storage, hub.Http);
        forgotten.AssertNotThisAccount();
        Assert.Contains("autodesk_get_version", forgotten.Text("nextStep"), StringComparison.Ordinal);
        await ReadVersionAsync(ann, hub.Http);
        Assert.Equal(HttpStatusCode.OK, (await DownloadAsync(ann, ann.Storage, hub.Http)).Status);

        // And nothing of it was asked of Autodesk twice: the project is known from before.
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(ann.ClientId, since: before), record => record.Path.Contains("/hubs/", StringComparison.Ordinal));
    }

    private async Task<Linked> LinkAsync(HubProcess hub, (string ClientId, string Secret) app, string? profile = null)
    {
        var emulated = await fixture.Emulator.AddAccountAsync([app.ClientId]);
        var answer = await hub.Http.LinkAsync(app.ClientId, app.Secret, (string)emulated["acc_account_id"]!, profile: profile);
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return new Linked((string)answer.Body!["id"]!, app.ClientId, app.Secret, emulated, answer.Body);
    }

    private async Task<string> BucketAsync(Linked account, string key)
    {
        await Preparation.RunAsync(fixture.Http, account, new { action = "autodesk_create_bucket", body = new { bucketKey = key, policyKey = "transient" } });
        return key;
    }

    private static async Task<string> ReserveAsync(Linked account, HttpClient hub)
    {
        var data = await Preparation.RunAsync(hub, account, new
        {
            action = "autodesk_create_storage",
            path = new { project_id = account.ProjectId },
            body = ActionCases.Document(new JsonObject { ["type"] = "objects", ["attributes"] = new JsonObject { ["name"] = "new.pdf" }, ["relationships"] = new JsonObject { ["target"] = ActionCases.Link("folders", account.Folder) } }),
        });
        return (string)data!["data"]!["id"]!;
    }

    private Task<HubAnswer> DetailsAsync(Linked account, string bucket, HttpClient? hub = null) => (hub ?? fixture.Http).RpcAsync(account.Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } });

    private Task<JsonNode?> ReadVersionAsync(Linked account, HttpClient? hub = null) => Preparation.RunAsync(hub ?? fixture.Http, account, new { action = "autodesk_get_version", path = new { project_id = account.ProjectId, version_id = account.Version } });

    private Task<HubAnswer> DownloadAsync(Linked account, string storage, HttpClient? hub = null) => (hub ?? fixture.Http).RpcAsync(account.Id, new { action = "autodesk_get_signed_s3_download_url", path = PathOf(storage) });

    private static Dictionary<string, string> PathOf(string storage)
    {
        var parts = storage["urn:adsk.objects:os.object:".Length..].Split('/', 2);
        return new() { ["bucketKey"] = parts[0], ["objectKey"] = parts[1] };
    }

    private Task<HubAnswer> PutAsync(Linked account, string url, HttpClient? hub = null)
    {
        var request = JsonSerializer.Serialize(new { action = "autodesk_upload_binary_to_signed_s3_url", path = new { signed_url = url }, headers = new Dictionary<string, string> { ["Content-Length"] = "5" } });
        return (hub ?? fixture.Http).SendAsync(HttpMethod.Post, "/actions/rpc", new MultipartFormDataContent { { new StringContent(request, Encoding.UTF8, "application/json"), "request" }, { new ByteArrayContent("12345"u8.ToArray()), "content", "x" } }, account.Id);
    }
}
