using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Buckets belong to the client id: Autodesk lists them all and lets the app use them all.</summary>
public sealed class BucketIsolationTests(ServerFixture fixture)
{
    [Fact]
    public async Task BucketOfAnotherAccount_IsAnsweredAsOneThatDoesNotExist()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = await Preparation.BucketAsync(ann, fixture.Http);
        var before = (await fixture.Emulator.JournalAsync(ben.ClientId))[^1].Seq;

        foreach (
            var call in new Func<string, object>[]
            {
                key => new { action = "autodesk_get_bucket_details", path = new { bucketKey = key } },
                key => new { action = "autodesk_delete_bucket", path = new { bucketKey = key } },
                key => new { action = "autodesk_list_bucket_objects", path = new { bucketKey = key } },
                key => new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = key, objectKey = "x" } },
                key => new { action = "autodesk_get_signed_s3_download_url", path = new { bucketKey = key, objectKey = "x" } },
                key => new
                {
                    action = "autodesk_signed_s3_upload",
                    path = new { bucketKey = key, objectKey = "x" },
                    body = new { uploadKey = "u" },
                },
                key => new { action = "autodesk_delete_object", path = new { bucketKey = key, objectKey = "x" } },
            }
        )
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
        List<string> hers = [],
            his = [];
        for (var i = 0; i < 9; i++)
            (i % 3 == 1 ? his : hers).Add(await BucketAsync(i % 3 == 1 ? ben : ann, $"t{i}-{Guid.NewGuid():N}"));

        var seen = new List<string>();
        string? next = null;
        do
        {
            var query = new JsonObject { ["page_size"] = 2 };
            if (next is not null)
                query["next"] = next;
            var page = await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_buckets", query });
            seen.AddRange(page.Body!["data"]!["items"]!.AsArray().Select(row => (string)row!["bucketKey"]!));
            next = page.Text("next");
            var text =
                page.Body.ToJsonString()
                + (next is null ? "" : Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(next)));
            Assert.All(hers, key => Assert.DoesNotContain(key, text, StringComparison.Ordinal));
        } while (next is not null);

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

        var stolen = await fixture.Http.RpcAsync(
            ann.Id,
            new { action = "autodesk_list_buckets", query = new { page_size = 1, next = page.Text("next") } }
        );
        var own = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_list_buckets", query = new { page_size = 1, next = page.Text("next") } }
        );

        Assert.Equal("cursor_expired", stolen.Code); // As one that was never given out.
        Assert.Equal("query.next", (string?)stolen.Body!["errors"]![0]!["field"]);
        Assert.Equal(HttpStatusCode.OK, own.Status);
    }

    /// <summary>Whoever creates a bucket has it; whoever tries to create one that exists has nothing.</summary>
    [Fact]
    public async Task TryingToCreateABucketThatExists_DoesNotMakeItOnesOwn()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = await Preparation.BucketAsync(ann, fixture.Http);

        var tried = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = hers, policyKey = "transient" } }
        );
        var keyed = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = hers, policyKey = "transient" } },
            ("Idempotency-Key", "k1")
        );

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
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_regex = "^/oss/v2/buckets$" },
                kind = "cut_before",
                client_id = ben.ClientId,
                times = 1,
            }
        );

        var answer = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = hers, policyKey = "transient" } },
            ("Idempotency-Key", "k2")
        );

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

    /// <summary>Two profiles may have one client id: Autodesk tells their accounts apart as little as those of one profile.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SharedBuckets_EndAtTheProfile_ThoughAnotherHasTheSameApp(bool otherHasAProfile)
    {
        var (profile, other) = ("shared-" + Guid.NewGuid().ToString("N")[..8], "other-" + Guid.NewGuid().ToString("N")[..8]);
        var (ann, _) = await TwoTenants.LinkByProfileAsync(fixture, profile, sharedBuckets: true);
        if (otherHasAProfile)
            await fixture.Http.SendAsync(
                HttpMethod.Post,
                "/profiles",
                new
                {
                    id = other,
                    name = "Other",
                    credentials = new { client_id = ann.ClientId, client_secret = ann.Secret },
                    shared_buckets = true,
                }
            );
        var cat = await TwoTenants.LinkAsync(fixture, (ann.ClientId, ann.Secret), otherHasAProfile ? other : null);
        var (hers, cats) = (await Preparation.BucketAsync(ann, fixture.Http), await Preparation.BucketAsync(cat, fixture.Http));

        (await DetailsAsync(ann, cats)).AssertNotThisAccount();
        (await DetailsAsync(cat, hers)).AssertNotThisAccount();
        var deleted = await fixture.Http.RpcAsync(ann.Id, new { action = "autodesk_delete_bucket", path = new { bucketKey = cats } });
        deleted.AssertNotThisAccount();
        var list = await fixture.Http.RpcAsync(ann.Id, new { action = "autodesk_list_buckets" });
        Assert.Equal([hers], list.Body!["data"]!["items"]!.AsArray().Select(row => (string?)row!["bucketKey"]));
    }

    [Fact]
    public async Task SharingEnds_WhenTheProfileSaysSo()
    {
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Provisioning__ReadProfileEvery"] = "00:00:00" }
        );
        var app = await fixture.Emulator.AddAppAsync();
        await hub.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = "main",
                name = "Main",
                credentials = new { client_id = app.ClientId, client_secret = app.Secret },
            }
        );
        var ann = await LinkAsync(hub, app, "main");
        var ben = await LinkAsync(hub, app, "main");
        var hers = await Preparation.BucketAsync(ann, hub.Http);
        (await DetailsAsync(ben, hers, hub.Http)).AssertNotThisAccount();

        var shared = await hub.Http.SendAsync(HttpMethod.Put, "/profiles/main/isolation", new { shared_buckets = true });
        Assert.True((bool)shared.Body!["shared_buckets"]!);
        Assert.Equal(HttpStatusCode.OK, (await DetailsAsync(ben, hers, hub.Http)).Status);

        await hub.Http.SendAsync(HttpMethod.Put, "/profiles/main/isolation", new { shared_buckets = false });
        (await DetailsAsync(ben, hers, hub.Http)).AssertNotThisAccount();
        Assert.Equal(
            "profile_not_found",
            (await hub.Http.SendAsync(HttpMethod.Put, "/profiles/none/isolation", new { shared_buckets = true })).Code
        );
        Assert.Equal("invalid_request", (await hub.Http.SendAsync(HttpMethod.Put, "/profiles/main/isolation", new { })).Code);
    }

    private async Task<Linked> LinkAsync(ServerProcess hub, (string ClientId, string Secret) app, string? profile = null)
    {
        var emulated = await fixture.Emulator.AddAccountAsync([app.ClientId]);
        var answer = await hub.Http.LinkAsync(app.ClientId, app.Secret, (string)emulated["acc_account_id"]!, profile: profile);
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return new Linked((string)answer.Body!["id"]!, app.ClientId, app.Secret, emulated, answer.Body);
    }

    private async Task<string> BucketAsync(Linked account, string key)
    {
        await Preparation.RunAsync(
            fixture.Http,
            account,
            new { action = "autodesk_create_bucket", body = new { bucketKey = key, policyKey = "transient" } }
        );
        return key;
    }

    private Task<ApiAnswer> DetailsAsync(Linked account, string bucket, HttpClient? hub = null) =>
        (hub ?? fixture.Http).RpcAsync(account.Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } });

    private Task<ApiAnswer> DownloadAsync(Linked account, string storage, HttpClient? hub = null) =>
        (hub ?? fixture.Http).RpcAsync(account.Id, new { action = "autodesk_get_signed_s3_download_url", path = PathOf(storage) });

    private static Dictionary<string, string> PathOf(string storage)
    {
        var parts = storage["urn:adsk.objects:os.object:".Length..].Split('/', 2);
        return new() { ["bucketKey"] = parts[0], ["objectKey"] = parts[1] };
    }
}
