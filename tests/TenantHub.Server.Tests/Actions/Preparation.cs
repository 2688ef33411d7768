using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>Makes, through TenantHub itself, what an action needs to find.</summary>
internal static class Preparation
{
    public static async Task<Prepared> ForAsync(string action, Linked account, HttpClient hub)
    {
        // What the account is known to own is not asked for again, so that the action's own request is the only one.
        await KnowProjectsAsync(account, hub);
        if (action is "autodesk_get_signed_s3_download_url")
            await RunAsync(
                hub,
                account,
                new { action = "autodesk_get_version", path = new { project_id = account.ProjectId, version_id = account.Version } }
            );
        if (action is "autodesk_create_webhook")
            await KnowFolderAsync(account, hub);
        var prepared = new Prepared("bucket-" + Guid.NewGuid().ToString("N")[..12]);
        if (
            action
            is "autodesk_get_bucket_details"
                or "autodesk_delete_bucket"
                or "autodesk_list_bucket_objects"
                or "autodesk_delete_object"
                or "autodesk_get_signed_s3_upload_urls"
                or "autodesk_signed_s3_upload"
        )
            prepared = prepared with { Bucket = await BucketAsync(account, hub) };
        if (action is "autodesk_delete_object")
            await ObjectAsync(account, hub, prepared.Bucket!, "a/b c.txt", complete: true);
        if (action is "autodesk_signed_s3_upload")
            prepared = prepared with { UploadKey = await ObjectAsync(account, hub, prepared.Bucket!, "up.bin", complete: false) };
        if (action is "autodesk_create_item" or "autodesk_create_version")
            prepared = prepared with { ObjectId = await StorageAsync(account, hub) };
        if (
            action
            is "autodesk_get_webhook"
                or "autodesk_update_webhook"
                or "autodesk_delete_webhook"
                or "autodesk_list_webhooks"
                or "autodesk_list_webhooks_by_system"
        )
            prepared = prepared with { Hook = await HookAsync(account, hub) };
        return prepared;
    }

    public static async Task<string> BucketAsync(Linked account, HttpClient hub)
    {
        var bucket = "b-" + Guid.NewGuid().ToString("N")[..12];
        await RunAsync(hub, account, new { action = "autodesk_create_bucket", body = new { bucketKey = bucket, policyKey = "transient" } });
        return bucket;
    }

    /// <summary>Lets the hub see that the account's projects are its own.</summary>
    public static Task KnowProjectsAsync(Linked account, HttpClient hub) =>
        RunAsync(hub, account, new { action = "autodesk_list_projects" });

    /// <summary>Lets the hub see that the account's folder is its own.</summary>
    public static Task KnowFolderAsync(Linked account, HttpClient hub) =>
        RunAsync(
            hub,
            account,
            new { action = "autodesk_get_folder", path = new { project_id = account.ProjectId, folder_id = account.Folder } }
        );

    public static async Task<string> HookAsync(Linked account, HttpClient hub)
    {
        await KnowFolderAsync(account, hub);
        var data = await RunAsync(
            hub,
            account,
            new
            {
                action = "autodesk_create_webhook",
                path = new Dictionary<string, string> { ["system"] = "data", ["event"] = "dm.version.added" },
                body = new { callbackUrl = "https://example.com/" + Guid.NewGuid(), scope = new { folder = account.Folder } },
            }
        );
        return (string)data!["id"]!;
    }

    private static async Task<string> StorageAsync(Linked account, HttpClient hub)
    {
        var data = await RunAsync(
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
        var objectId = (string)data!["data"]!["id"]!;
        var parts = objectId["urn:adsk.objects:os.object:".Length..].Split('/', 2);
        await ObjectAsync(account, hub, parts[0], parts[1], complete: true);
        return objectId;
    }

    /// <summary>Sends five bytes to a signed URL; gives the upload key.</summary>
    private static async Task<string> ObjectAsync(Linked account, HttpClient hub, string bucket, string key, bool complete)
    {
        var path = new { bucketKey = bucket, objectKey = key };
        var signed = await RunAsync(hub, account, new { action = "autodesk_get_signed_s3_upload_urls", path });
        var uploadKey = (string)signed!["uploadKey"]!;
        using var direct = new HttpClient(new SocketsHttpHandler());
        using var put = await direct.PutAsync(new Uri((string)signed["urls"]![0]!), new ByteArrayContent("12345"u8.ToArray()));
        put.EnsureSuccessStatusCode();
        if (complete)
            await RunAsync(
                hub,
                account,
                new
                {
                    action = "autodesk_signed_s3_upload",
                    path,
                    body = new { uploadKey },
                }
            );
        return uploadKey;
    }

    public static async Task<JsonNode?> RunAsync(HttpClient hub, Linked account, object body)
    {
        var answer = await hub.RpcAsync(account.Id, body);
        Assert.True((int)answer.Status == 200, answer.Body?.ToJsonString());
        return answer.Body!["data"];
    }
}
