using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Project files of all customers lie in buckets of Autodesk's, and a signed URL is the file: the hub knows whose they
/// are.</summary>
public sealed class FileIsolationTests(ServerFixture fixture)
{
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
        foreach (
            var urn in new[]
            {
                ann.Storage,
                ann.Storage + " ",
                ann.Storage.Replace("wip.dm.prod/", "wip.dm.prod%2F", StringComparison.Ordinal),
                "urn:adsk.objects:os.object:wip.dm.prod",
                "urn:adsk.objects:os.object:",
                "x",
            }
        )
        {
            var item = await fixture.Http.RpcAsync(
                ben.Id,
                new
                {
                    action = "autodesk_create_item",
                    path = new { project_id = ben.ProjectId },
                    body = ActionCases.NewItem(ben, urn),
                }
            );
            item.AssertNotThisAccount();
        }

        var version = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action = "autodesk_create_version",
                path = new { project_id = ben.ProjectId },
                body = ActionCases.Document(
                    new JsonObject
                    {
                        ["type"] = "versions",
                        ["attributes"] = new JsonObject
                        {
                            ["name"] = "x.pdf",
                            ["extension"] = ActionCases.Extension("versions:autodesk.bim360:File"),
                        },
                        ["relationships"] = new JsonObject
                        {
                            ["item"] = ActionCases.Link("items", ben.Item),
                            ["storage"] = ActionCases.Link("objects", ann.Storage),
                        },
                    }
                ),
            }
        );

        version.AssertNotThisAccount();
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(ben.ClientId), record => record.Method == "POST");
    }

    /// <summary>Bytes that are not what the hub has read must not be another thing to Autodesk.</summary>
    [Fact]
    public async Task MemberGivenTwice_IsRefused()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var body = ActionCases
            .NewItem(ben, "urn:own")
            .ToJsonString()
            .Replace("\"urn:own\"", $"\"urn:own\",\"id\":\"{ann.Storage}\"", StringComparison.Ordinal);

        var answer = await fixture.Http.RpcAsync(
            ben.Id,
            $$"""{"action":"autodesk_create_item","path":{"project_id":"{{ben.ProjectId}}"},"body":{{body}}}"""
        );

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

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = key } }
        );

        Assert.Equal(taken ? null : "invalid_input", answer.Code);
    }

    [Fact]
    public async Task SignedUrlOfAnotherAccount_TakesNoBytes()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var bucket = await Preparation.BucketAsync(ann, fixture.Http);
        var signed = await Preparation.RunAsync(
            fixture.Http,
            ann,
            new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = "o.bin" } }
        );
        var url = (string)signed!["urls"]![0]!;
        var made = $"{fixture.Emulator.Address}s3/{bucket}/o.bin?X-Amz-Signature=made-up";

        var foreign = await PutAsync(ben, url);
        var unknown = await PutAsync(ben, made);
        var changed = await PutAsync(ann, url + "&x=1");
        Assert.DoesNotContain(
            await fixture.Emulator.WholeJournalAsync(),
            record => record.Method == "PUT" && record.Path == new Uri(url).AbsolutePath
        );
        var own = await PutAsync(ann, url);

        foreign.AssertNotThisAccount();
        Assert.Equal(unknown.Told(), foreign.Told());
        changed.AssertNotThisAccount();
        Assert.DoesNotContain("X-Amz-Signature", foreign.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, own.Status);
    }

    /// <summary>
    /// What a legitimate backend meets after the hub was killed: its buckets, webhooks and begun uploads are there; URLs are signed again;
    /// a file that was only read is read again, and the refusal says so.
    /// </summary>
    [Fact]
    public async Task AfterAKill_WhatTheAccountMadeIsStillItsOwn()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var app = await fixture.Emulator.AddAppAsync();
        var ann = await LinkAsync(hub, app);
        var ben = await LinkAsync(hub, app);
        var bucket = await Preparation.BucketAsync(ann, hub.Http);
        var hook = await Preparation.HookAsync(ann, hub.Http);
        await ReadVersionAsync(ann, hub.Http);
        var storage = await ReserveAsync(ann, hub.Http);
        var signed = await Preparation.RunAsync(
            hub.Http,
            ann,
            new { action = "autodesk_get_signed_s3_upload_urls", path = PathOf(storage) }
        );
        await hub.KillAsync();
        await hub.StartAgainAsync();
        var before = (await fixture.Emulator.JournalAsync(ann.ClientId))[^1].Seq;

        Assert.Equal(HttpStatusCode.OK, (await DetailsAsync(ann, bucket, hub.Http)).Status);
        (await DetailsAsync(ben, bucket, hub.Http)).AssertNotThisAccount();
        var hooks = await hub.Http.RpcAsync(ann.Id, new { action = "autodesk_list_webhooks" });
        Assert.Equal(hook, (string?)hooks.Body!["data"]!["data"]![0]!["hookId"]);

        (await PutAsync(ann, (string)signed!["urls"]![0]!, hub.Http)).AssertNotThisAccount();
        var again = await Preparation.RunAsync(
            hub.Http,
            ann,
            new
            {
                action = "autodesk_get_signed_s3_upload_urls",
                path = PathOf(storage),
                query = new { uploadKey = (string)signed["uploadKey"]! },
            }
        );
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(ann, (string)again!["urls"]![0]!, hub.Http)).Status);
        await Preparation.RunAsync(
            hub.Http,
            ann,
            new
            {
                action = "autodesk_signed_s3_upload",
                path = PathOf(storage),
                body = new { uploadKey = (string)signed["uploadKey"]! },
            }
        );
        await Preparation.RunAsync(
            hub.Http,
            ann,
            new
            {
                action = "autodesk_create_item",
                path = new { project_id = ann.ProjectId },
                body = ActionCases.NewItem(ann, storage),
            }
        );
        (
            await hub.Http.RpcAsync(ben.Id, new { action = "autodesk_get_signed_s3_upload_urls", path = PathOf(storage) })
        ).AssertNotThisAccount();

        var forgotten = await DownloadAsync(ann, ann.Storage, hub.Http);
        forgotten.AssertNotThisAccount();
        Assert.Contains("autodesk_get_version", forgotten.Text("nextStep"), StringComparison.Ordinal);
        await ReadVersionAsync(ann, hub.Http);
        Assert.Equal(HttpStatusCode.OK, (await DownloadAsync(ann, ann.Storage, hub.Http)).Status);

        // And nothing of it was asked of Autodesk twice: the project is known from before.
        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(ann.ClientId, since: before),
            record => record.Path.Contains("/hubs/", StringComparison.Ordinal)
        );
    }

    private async Task<Linked> LinkAsync(ServerProcess hub, (string ClientId, string Secret) app, string? profile = null)
    {
        var emulated = await fixture.Emulator.AddAccountAsync([app.ClientId]);
        var answer = await hub.Http.LinkAsync(app.ClientId, app.Secret, (string)emulated["acc_account_id"]!, profile: profile);
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return new Linked((string)answer.Body!["id"]!, app.ClientId, app.Secret, emulated, answer.Body);
    }

    private static async Task<string> ReserveAsync(Linked account, HttpClient hub)
    {
        var data = await Preparation.RunAsync(
            hub,
            account,
            new
            {
                action = "autodesk_create_storage",
                path = new { project_id = account.ProjectId },
                body = ActionCases.Document(
                    new JsonObject
                    {
                        ["type"] = "objects",
                        ["attributes"] = new JsonObject { ["name"] = "new.pdf" },
                        ["relationships"] = new JsonObject { ["target"] = ActionCases.Link("folders", account.Folder) },
                    }
                ),
            }
        );
        return (string)data!["data"]!["id"]!;
    }

    private Task<ApiAnswer> DetailsAsync(Linked account, string bucket, HttpClient? hub = null) =>
        (hub ?? fixture.Http).RpcAsync(account.Id, new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } });

    private Task<JsonNode?> ReadVersionAsync(Linked account, HttpClient? hub = null) =>
        Preparation.RunAsync(
            hub ?? fixture.Http,
            account,
            new { action = "autodesk_get_version", path = new { project_id = account.ProjectId, version_id = account.Version } }
        );

    private Task<ApiAnswer> DownloadAsync(Linked account, string storage, HttpClient? hub = null) =>
        (hub ?? fixture.Http).RpcAsync(account.Id, new { action = "autodesk_get_signed_s3_download_url", path = PathOf(storage) });

    private static Dictionary<string, string> PathOf(string storage)
    {
        var parts = storage["urn:adsk.objects:os.object:".Length..].Split('/', 2);
        return new() { ["bucketKey"] = parts[0], ["objectKey"] = parts[1] };
    }

    private Task<ApiAnswer> PutAsync(Linked account, string url, HttpClient? hub = null)
    {
        var request = JsonSerializer.Serialize(
            new
            {
                action = "autodesk_upload_binary_to_signed_s3_url",
                path = new { signed_url = url },
                headers = new Dictionary<string, string> { ["Content-Length"] = "5" },
            }
        );
        return (hub ?? fixture.Http).SendAsync(
            HttpMethod.Post,
            "/actions/rpc",
            new MultipartFormDataContent
            {
                { new StringContent(request, Encoding.UTF8, "application/json"), "request" },
                { new ByteArrayContent("12345"u8.ToArray()), "content", "x" },
            },
            account.Id
        );
    }
}
