using System.Text.Json.Nodes;

namespace TenantHub.Server.Actions;

/// <summary>One case for each of the 49 actions that are one request. The two that carry files have tests of their own.</summary>
public static class ActionCases
{
    private static readonly string[] AccountRead = ["account:read"];
    private static readonly string[] AccountWrite = ["account:write"];
    private static readonly string[] DataRead = ["data:read"];
    private static readonly string[] DataCreate = ["data:create"];
    private static readonly string[] DataWrite = ["data:write"];
    private static readonly string[] Upload = ["data:create", "data:write"];
    private static readonly string[] Hooks = ["data:read", "data:write"];

    private static readonly Dictionary<string, Func<Linked, Prepared, ActionCase>> Cases = new()
    {
        ["autodesk_list_account_users"] = (a, _) =>
            Get($"/hq/v1/accounts/{a.AccAccountId}/users", AccountRead, hq: a.Region) with
            {
                Query = new()
                {
                    ["limit"] = "5",
                    ["offset"] = "2",
                    ["sort"] = "name",
                },
                WireQuery = "sort=name&limit=5&offset=2",
            },
        ["autodesk_get_account_user"] = (a, _) =>
            Get($"/hq/v1/accounts/{a.AccAccountId}/users/{a.User(1)}", AccountRead, hq: a.Region) with
            {
                Path = new() { ["user_id"] = a.User(1) },
            },
        ["autodesk_create_account_user"] = (a, _) =>
            Send(
                "POST",
                $"/hq/v1/accounts/{a.AccAccountId}/users",
                AccountWrite,
                new JsonObject { ["email"] = "new@example.com", ["first_name"] = "Ada" },
                201,
                hq: a.Region
            ),
        ["autodesk_update_account_user"] = (a, _) =>
            Send(
                "PATCH",
                $"/hq/v1/accounts/{a.AccAccountId}/users/{a.User(2)}",
                AccountWrite,
                new JsonObject { ["status"] = "inactive" },
                hq: a.Region
            ) with
            {
                Path = new() { ["user_id"] = a.User(2) },
            },
        ["autodesk_list_account_projects"] = (a, _) =>
            Get($"/construction/admin/v1/accounts/{a.AccAccountId}/projects", AccountRead, hq: a.Region) with
            {
                Query = new() { ["filter[status]"] = "active", ["filter[name]"] = "River side" },
                WireQuery = "filter%5Bstatus%5D=active&filter%5Bname%5D=River%20side",
            },
        ["autodesk_create_account_project"] = (a, _) =>
            Send(
                "POST",
                $"/hq/v1/accounts/{a.AccAccountId}/projects",
                AccountWrite,
                new JsonObject
                {
                    ["name"] = "New tower",
                    ["start_date"] = "2026-01-01",
                    ["end_date"] = "2027-01-01",
                    ["project_type"] = "Office",
                    ["value"] = "10",
                    ["currency"] = "USD",
                },
                201,
                hq: a.Region
            ),
        ["autodesk_update_account_project"] = (a, _) =>
            Send(
                "PATCH",
                $"/hq/v1/accounts/{a.AccAccountId}/projects/{a.ProjectId}",
                AccountWrite,
                new JsonObject { ["name"] = "Renamed" },
                hq: a.Region
            ) with
            {
                Path = new() { ["project_id"] = "b." + a.ProjectId },
            },
        ["autodesk_list_account_companies"] = (a, _) => Get($"/hq/v1/accounts/{a.AccAccountId}/companies", AccountRead, hq: a.Region),
        ["autodesk_list_project_users"] = (a, _) =>
            Get($"/construction/admin/v1/projects/{a.ProjectId}/users", AccountRead, hq: a.Region) with
            {
                Path = new() { ["project_id"] = a.ProjectId },
            },
        ["autodesk_add_project_user"] = (a, _) =>
            Send(
                "POST",
                $"/construction/admin/v1/projects/{a.ProjectId}/users",
                AccountWrite,
                new JsonObject
                {
                    ["email"] = "site@example.com",
                    ["products"] = new JsonArray(new JsonObject { ["key"] = "docs", ["access"] = "member" }),
                },
                201,
                hq: a.Region,
                actAs: a.User(0)
            ) with
            {
                Path = new() { ["project_id"] = "b." + a.ProjectId },
            },
        ["autodesk_update_project_user"] = (a, _) =>
            Send(
                "PATCH",
                $"/construction/admin/v1/projects/{a.ProjectId}/users/{a.User(1)}",
                AccountWrite,
                new JsonObject { ["roleIds"] = new JsonArray("r1") },
                201,
                hq: a.Region,
                actAs: a.User(0)
            ) with
            {
                Path = new() { ["project_id"] = a.ProjectId, ["user_id"] = a.User(1) },
            },
        ["autodesk_list_project_industry_roles"] = (a, _) =>
            Get($"/hq/v2/accounts/{a.AccAccountId}/projects/{a.ProjectId}/industry_roles", AccountRead, hq: a.Region) with
            {
                Path = new() { ["project_id"] = "b." + a.ProjectId },
            },
        ["autodesk_list_business_units"] = (a, _) =>
            Get($"/hq/v1/accounts/{a.AccAccountId}/business_units_structure", AccountRead, hq: a.Region),
        ["autodesk_create_business_units"] = (a, _) =>
            Send(
                "PUT",
                $"/hq/v1/accounts/{a.AccAccountId}/business_units_structure",
                AccountWrite,
                new JsonObject { ["business_units"] = new JsonArray(new JsonObject { ["id"] = "u1", ["name"] = "North" }) },
                hq: a.Region
            ),

        ["autodesk_list_hubs"] = (a, _) => Get("/project/v1/hubs", DataRead),
        ["autodesk_get_hub"] = (a, _) => Get($"/project/v1/hubs/{a.HubId}", DataRead) with { Path = new() { ["hub_id"] = a.AccAccountId } },
        ["autodesk_list_projects"] = (a, _) =>
            Get($"/project/v1/hubs/{a.HubId}/projects", DataRead) with
            {
                Query = new() { ["page[number]"] = "0", ["page[limit]"] = "1" },
                WireQuery = "page%5Blimit%5D=1&page%5Bnumber%5D=0",
            },
        ["autodesk_get_project"] = (a, _) =>
            Get($"/project/v1/hubs/{a.HubId}/projects/b.{a.ProjectId}", DataRead) with
            {
                Path = new() { ["project_id"] = a.ProjectId },
            },
        ["autodesk_list_top_folders"] = (a, _) =>
            Get($"/project/v1/hubs/{a.HubId}/projects/b.{a.ProjectId}/topFolders", DataRead) with
            {
                Path = new() { ["project_id"] = "b." + a.ProjectId },
                Query = new() { ["excludeDeleted"] = "true" },
                WireQuery = "excludeDeleted=true",
            },
        ["autodesk_get_folder"] = (a, _) => Get(Data(a, "folders", a.Folder), DataRead) with { Path = In(a, "folder_id", a.Folder) },
        ["autodesk_list_folder_contents"] = (a, _) =>
            Get(Data(a, "folders", a.Folder) + "/contents", DataRead) with
            {
                Path = In(a, "folder_id", a.Folder),
                Query = new() { ["filter[type]"] = "folders" },
                WireQuery = "filter%5Btype%5D=folders",
            },
        ["autodesk_search_folder"] = (a, _) =>
            Get(Data(a, "folders", a.Folder) + "/search", ["data:read", "data:search"]) with
            {
                Path = In(a, "folder_id", a.Folder),
                Query = new() { ["filter[fileType]"] = "pdf" },
                WireQuery = "filter%5BfileType%5D=pdf",
            },
        ["autodesk_create_folder"] = (a, _) =>
            Send(
                "POST",
                $"/data/v1/projects/b.{a.ProjectId}/folders",
                DataCreate,
                Document(
                    new JsonObject
                    {
                        ["type"] = "folders",
                        ["attributes"] = new JsonObject
                        {
                            ["name"] = "Reports",
                            ["extension"] = Extension("folders:autodesk.bim360:Folder"),
                        },
                        ["relationships"] = new JsonObject { ["parent"] = Link("folders", a.Folder) },
                    }
                ),
                201,
                jsonApi: true,
                userId: a.User(0)
            ) with
            {
                Path = new() { ["project_id"] = a.ProjectId },
            },
        ["autodesk_update_folder"] = (a, _) =>
            Send(
                "PATCH",
                Data(a, "folders", a.ItemFolder),
                DataWrite,
                Document(
                    new JsonObject
                    {
                        ["type"] = "folders",
                        ["id"] = a.ItemFolder,
                        ["attributes"] = new JsonObject { ["name"] = "Old drawings" },
                    }
                ),
                jsonApi: true,
                userId: a.User(0)
            ) with
            {
                Path = In(a, "folder_id", a.ItemFolder),
            },
        ["autodesk_get_item"] = (a, _) =>
            Get(Data(a, "items", a.Item), DataRead) with
            {
                Path = In(a, "item_id", a.Item),
                Query = new() { ["includePathInProject"] = "true" },
                WireQuery = "includePathInProject=true",
            },
        ["autodesk_get_item_tip_version"] = (a, _) =>
            Get(Data(a, "items", a.Item) + "/tip", DataRead) with
            {
                Path = In(a, "item_id", a.Item),
            },
        ["autodesk_list_item_versions"] = (a, _) =>
            Get(Data(a, "items", a.Item) + "/versions", DataRead) with
            {
                Path = In(a, "item_id", a.Item),
            },
        ["autodesk_create_item"] = (a, p) =>
            Send(
                "POST",
                $"/data/v1/projects/b.{a.ProjectId}/items",
                DataCreate,
                NewItem(a, p.ObjectId!),
                201,
                jsonApi: true,
                userId: a.User(0)
            ) with
            {
                Path = new() { ["project_id"] = a.ProjectId },
            },
        ["autodesk_update_item"] = (a, _) =>
            Send(
                "PATCH",
                Data(a, "items", a.Item),
                DataWrite,
                Document(
                    new JsonObject
                    {
                        ["type"] = "items",
                        ["id"] = a.Item,
                        ["attributes"] = new JsonObject { ["displayName"] = "plan.pdf" },
                    }
                ),
                jsonApi: true,
                userId: a.User(0)
            ) with
            {
                Path = In(a, "item_id", a.Item),
            },
        ["autodesk_get_version"] = (a, _) => Get(Data(a, "versions", a.Version), DataRead) with { Path = In(a, "version_id", a.Version) },
        ["autodesk_create_version"] = (a, p) =>
            Send(
                "POST",
                $"/data/v1/projects/b.{a.ProjectId}/versions",
                DataCreate,
                Document(
                    new JsonObject
                    {
                        ["type"] = "versions",
                        ["attributes"] = new JsonObject
                        {
                            ["name"] = "site-plan.pdf",
                            ["extension"] = Extension("versions:autodesk.bim360:File"),
                        },
                        ["relationships"] = new JsonObject { ["item"] = Link("items", a.Item), ["storage"] = Link("objects", p.ObjectId!) },
                    }
                ),
                201,
                jsonApi: true,
                userId: a.User(0)
            ) with
            {
                Path = new() { ["project_id"] = a.ProjectId },
            },
        ["autodesk_get_version_download_formats"] = (a, _) =>
            Get(Data(a, "versions", a.Version) + "/downloadFormats", DataRead) with
            {
                Path = In(a, "version_id", a.Version),
            },
        ["autodesk_get_version_downloads"] = (a, _) =>
            Get(Data(a, "versions", a.Version) + "/downloads", DataRead) with
            {
                Path = In(a, "version_id", a.Version),
            },
        ["autodesk_create_storage"] = (a, _) =>
            Send(
                "POST",
                $"/data/v1/projects/b.{a.ProjectId}/storage",
                DataCreate,
                Document(
                    new JsonObject
                    {
                        ["type"] = "objects",
                        ["attributes"] = new JsonObject { ["name"] = "x.pdf" },
                        ["relationships"] = new JsonObject { ["target"] = Link("folders", a.Folder) },
                    }
                ),
                201,
                jsonApi: true,
                userId: a.User(0)
            ) with
            {
                Path = new() { ["project_id"] = a.ProjectId },
            },

        ["autodesk_list_buckets"] = (a, _) =>
            Get("/oss/v2/buckets", ["bucket:read"]) with
            {
                Query = new() { ["limit"] = "7" },
                WireQuery = $"region={a.Region}&limit=7",
            },
        ["autodesk_create_bucket"] = (a, p) =>
            Send(
                "POST",
                "/oss/v2/buckets",
                ["bucket:create"],
                new JsonObject { ["bucketKey"] = p.NewBucket, ["policyKey"] = "transient" }
            ) with
            {
                WireHeaders = new()
                {
                    ["x-ads-region"] = a.Region,
                    ["content-type"] = "application/json",
                    ["region"] = null,
                },
            },
        ["autodesk_get_bucket_details"] = (_, p) =>
            Get($"/oss/v2/buckets/{p.Bucket}/details", ["bucket:read"]) with
            {
                Path = new() { ["bucketKey"] = p.Bucket! },
            },
        ["autodesk_delete_bucket"] = (_, p) =>
            Delete($"/oss/v2/buckets/{p.Bucket}", ["bucket:delete"], 200) with
            {
                Path = new() { ["bucketKey"] = p.Bucket! },
            },
        ["autodesk_list_bucket_objects"] = (_, p) =>
            Get($"/oss/v2/buckets/{p.Bucket}/objects", DataRead) with
            {
                Path = new() { ["bucketKey"] = p.Bucket! },
                Query = new() { ["beginsWith"] = "a/b" },
                WireQuery = "beginsWith=a%2Fb",
            },
        ["autodesk_delete_object"] = (_, p) =>
            Delete($"/oss/v2/buckets/{p.Bucket}/objects/a%2Fb%20c.txt", DataWrite, 200) with
            {
                Path = new() { ["bucketKey"] = p.Bucket!, ["objectKey"] = "a/b c.txt" },
            },
        ["autodesk_get_signed_s3_download_url"] = (a, _) =>
            Get(StoragePath(a) + "/signeds3download", DataRead) with
            {
                Path = StorageIn(a),
                Query = new() { ["minutesExpiration"] = "10" },
                WireQuery = "minutesExpiration=10",
            },
        ["autodesk_get_signed_s3_upload_urls"] = (_, p) =>
            Get($"/oss/v2/buckets/{p.Bucket}/objects/new.bin/signeds3upload", Upload) with
            {
                Path = new() { ["bucketKey"] = p.Bucket!, ["objectKey"] = "new.bin" },
                Query = new() { ["parts"] = "2", ["firstPart"] = "1" },
                WireQuery = "parts=2&firstPart=1",
            },
        ["autodesk_signed_s3_upload"] = (_, p) =>
            Send(
                "POST",
                $"/oss/v2/buckets/{p.Bucket}/objects/up.bin/signeds3upload",
                Upload,
                new JsonObject { ["uploadKey"] = p.UploadKey, ["size"] = 5 }
            ) with
            {
                Path = new() { ["bucketKey"] = p.Bucket!, ["objectKey"] = "up.bin" },
                Headers = new() { ["x-ads-meta-Content-Type"] = "text/plain" },
                WireHeaders = new() { ["x-ads-meta-content-type"] = "text/plain", ["content-type"] = "application/json" },
            },

        ["autodesk_list_webhooks"] = (a, _) =>
            Get("/webhooks/v1/hooks", DataRead) with
            {
                WireHeaders = Region(a),
                Query = new() { ["status"] = "active" },
                WireQuery = "status=active",
            },
        ["autodesk_list_webhooks_by_system"] = (a, _) =>
            Get("/webhooks/v1/systems/data/hooks", DataRead) with
            {
                Path = new() { ["system"] = "data" },
                WireHeaders = Region(a),
            },
        ["autodesk_get_webhook"] = (a, p) =>
            Get($"/webhooks/v1/systems/data/events/dm.version.added/hooks/{p.Hook}", DataRead) with
            {
                Path = HookIn(p),
                WireHeaders = Region(a),
            },
        ["autodesk_create_webhook"] = (a, _) =>
            Send(
                "POST",
                "/webhooks/v1/systems/data/events/dm.folder.added/hooks",
                Hooks,
                new JsonObject
                {
                    ["callbackUrl"] = "https://example.com/cb",
                    ["scope"] = new JsonObject { ["folder"] = a.Folder },
                },
                201
            ) with
            {
                Path = new() { ["system"] = "data", ["event"] = "dm.folder.added" },
                WireHeaders = new() { ["x-ads-region"] = a.Region, ["content-type"] = "application/json" },
            },
        ["autodesk_update_webhook"] = (a, p) =>
            Send(
                "PATCH",
                $"/webhooks/v1/systems/data/events/dm.version.added/hooks/{p.Hook}",
                Hooks,
                new JsonObject { ["status"] = "inactive" }
            ) with
            {
                Path = HookIn(p),
                WireHeaders = new() { ["x-ads-region"] = a.Region, ["content-type"] = "application/json" },
            },
        ["autodesk_delete_webhook"] = (a, p) =>
            Delete($"/webhooks/v1/systems/data/events/dm.version.added/hooks/{p.Hook}", Hooks, 204) with
            {
                Path = HookIn(p),
                WireHeaders = Region(a),
            },
    };

    public static IEnumerable<string> Ids => Cases.Keys;

    public static ActionCase Of(string id, Linked account, Prepared prepared) => Cases[id](account, prepared);

    private static ActionCase Get(string path, string[] scopes, string? hq = null) =>
        new()
        {
            Method = "GET",
            WirePath = path,
            Scopes = scopes,
            WireHeaders = hq is null
                ? new() { ["content-type"] = null, ["region"] = null }
                : new() { ["region"] = hq, ["content-type"] = null },
        };

    private static ActionCase Delete(string path, string[] scopes, int status) =>
        Get(path, scopes) with
        {
            Method = "DELETE",
            Status = status,
        };

    private static ActionCase Send(
        string method,
        string path,
        string[] scopes,
        JsonNode body,
        int status = 200,
        string? hq = null,
        bool jsonApi = false,
        string? actAs = null,
        string? userId = null
    )
    {
        var headers = new Dictionary<string, string?> { ["content-type"] = jsonApi ? "application/vnd.api+json" : "application/json" };
        if (hq is not null)
            headers["region"] = hq;
        if (actAs is not null)
            headers["user-id"] = actAs;
        if (userId is not null)
            headers["x-user-id"] = userId;
        return new()
        {
            Method = method,
            WirePath = path,
            Scopes = scopes,
            Body = body,
            Status = status,
            WireHeaders = headers,
        };
    }

    private static string Data(Linked account, string kind, string urn) =>
        $"/data/v1/projects/b.{account.ProjectId}/{kind}/{Uri.EscapeDataString(urn)}";

    private static Dictionary<string, string> In(Linked account, string name, string urn) =>
        new() { ["project_id"] = account.ProjectId, [name] = urn };

    private static Dictionary<string, string> HookIn(Prepared prepared) =>
        new()
        {
            ["system"] = "data",
            ["event"] = "dm.version.added",
            ["hook_id"] = prepared.Hook!,
        };

    private static Dictionary<string, string?> Region(Linked account) =>
        new() { ["x-ads-region"] = account.Region, ["content-type"] = null };

    private static Dictionary<string, string> StorageIn(Linked account) =>
        new() { ["bucketKey"] = account.Storage.Split(':', '/')[^2], ["objectKey"] = account.Storage.Split('/')[^1] };

    private static string StoragePath(Linked account) =>
        $"/oss/v2/buckets/{StorageIn(account)["bucketKey"]}/objects/{StorageIn(account)["objectKey"]}";

    public static JsonObject NewItem(Linked account, string objectId, string name = "new.pdf") =>
        Document(
            new JsonObject
            {
                ["type"] = "items",
                ["attributes"] = new JsonObject { ["displayName"] = name, ["extension"] = Extension("items:autodesk.bim360:File") },
                ["relationships"] = new JsonObject { ["tip"] = Link("versions", "1"), ["parent"] = Link("folders", account.Folder) },
            },
            new JsonArray(
                new JsonObject
                {
                    ["type"] = "versions",
                    ["id"] = "1",
                    ["attributes"] = new JsonObject { ["name"] = name, ["extension"] = Extension("versions:autodesk.bim360:File") },
                    ["relationships"] = new JsonObject { ["storage"] = Link("objects", objectId) },
                }
            )
        );

    public static JsonObject Document(JsonObject data, JsonArray? included = null)
    {
        var document = new JsonObject
        {
            ["jsonapi"] = new JsonObject { ["version"] = "1.0" },
            ["data"] = data,
        };
        if (included is not null)
            document["included"] = included;
        return document;
    }

    public static JsonObject Link(string type, string id) =>
        new()
        {
            ["data"] = new JsonObject { ["type"] = type, ["id"] = id },
        };

    public static JsonObject Extension(string type) => new() { ["type"] = type, ["version"] = "1.0" };
}

/// <summary>What some cases need to be there first.</summary>
public sealed record Prepared(string NewBucket)
{
    public string? Bucket { get; init; }

    public string? ObjectId { get; init; }

    public string? UploadKey { get; init; }

    public string? Hook { get; init; }
}
