using System.Globalization;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Auth;
using TenantHub.ApsEmulator.Oss;
using static TenantHub.ApsEmulator.DataManagement.ProjectData;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>/data/v1 items, versions and storage. Source: datamanagement.yaml.</summary>
internal static class ItemEndpoints
{
    private const string Project = "/data/v1/projects/{project_id}";

    public static void Map(ApsEndpoints aps)
    {
        Read(
            aps,
            "/items/{item_id}",
            "item",
            call =>
                WithItem(
                    call,
                    item => One(call, JsonApiFaces.Item(item, call.Query("includePathInProject") == "true"), JsonApiFaces.Version(item.Tip))
                )
        );
        Read(aps, "/items/{item_id}/tip", "item-tip", call => WithItem(call, item => One(call, JsonApiFaces.Version(item.Tip))));
        Read(aps, "/items/{item_id}/versions", "item-versions", call => WithItem(call, item => Versions(call, item)));
        Read(aps, "/items/{item_id}/parent", "item", call => WithItem(call, item => One(call, JsonApiFaces.Folder(item.Folder))));
        Read(
            aps,
            "/versions/{version_id}/item",
            "version",
            call => WithVersion(call, version => One(call, JsonApiFaces.Item(version.Item), JsonApiFaces.Version(version.Item.Tip)))
        );
        Read(aps, "/versions/{version_id}", "version", call => WithVersion(call, version => One(call, JsonApiFaces.Version(version))));
        Read(
            aps,
            "/versions/{version_id}/downloadFormats",
            "download-formats",
            call => WithVersion(call, version => One(call, Formats(version)))
        );
        Read(
            aps,
            "/versions/{version_id}/downloads",
            "downloads",
            call => WithVersion(call, _ => Answers.JsonApi(200, JsonApiFaces.Document(call.Request.Path, new JsonArray())))
        );
        aps.Map("POST", Project + "/storage", ApiProducts.DataManagement, ["data:create"], "storage-create", CreateStorage);
        aps.Map("POST", Project + "/items", ApiProducts.DataManagement, ["data:create"], "item-create", CreateItem);
        aps.Map(
            "PATCH",
            Project + "/items/{item_id}",
            ApiProducts.DataManagement,
            ["data:write"],
            "item-update",
            call => WithItem(call, item => UpdateItem(call, item))
        );
        aps.Map("POST", Project + "/versions", ApiProducts.DataManagement, ["data:create"], "version-create", CreateVersion);
    }

    private static void Read(ApsEndpoints aps, string path, string quotaGroup, Func<ApsCall, IResult> handler) =>
        aps.Map("GET", Project + path, ApiProducts.DataManagement, ["data:read"], quotaGroup, handler);

    private static IResult One(ApsCall call, JsonObject data, JsonObject? included = null, int status = 200)
    {
        var document = JsonApiFaces.Document(call.Request.Path.ToUriComponent(), data);
        if (included is not null)
            document["included"] = new JsonArray(included);
        return Answers.JsonApi(status, document);
    }

    private static IResult Versions(ApsCall call, EmulatedItem item)
    {
        var numbers = call.QueryList("filter[versionNumber]");
        return PagedJsonApi.Answer(
            call,
            [
                .. item
                    .Versions.AsEnumerable()
                    .Reverse()
                    .Where(version => numbers.Count == 0 || numbers.Contains(version.Number.ToString(CultureInfo.InvariantCulture))),
            ],
            JsonApiFaces.Version
        );
    }

    private static JsonObject Formats(EmulatedVersion version) =>
        new()
        {
            ["type"] = "downloadFormats",
            ["id"] = Ids.Uuid(version.Id, "formats"),
            ["attributes"] = new JsonObject
            {
                ["formats"] = new JsonArray(new JsonObject { ["fileType"] = Path.GetExtension(version.Name).TrimStart('.') }),
            },
        };

    private static IResult CreateStorage(ApsCall call) =>
        With(
            call,
            project =>
            {
                if (Refuse(call, "objects") is { } refusal)
                    return refusal;
                if (call.Text("data", "attributes", "name") is not { Length: > 0 } name)
                    return Answers.JsonApiError(400, "BAD_INPUT", "data.attributes.name is required.");
                var (type, id) = (
                    call.Text("data", "relationships", "target", "data", "type"),
                    call.Text("data", "relationships", "target", "data", "id")
                );
                var path = type == "items" ? FindItem(project, id)?.Folder : FindFolder(project, id);
                if (path is null)
                    return NotFound("target");
                var stored = WipStorage.Reserve(call.State, project, name, Guid.NewGuid().ToString());
                return Answers.JsonApi(
                    201,
                    JsonApiFaces.Document(
                        stored.Location,
                        new JsonObject
                        {
                            ["type"] = "objects",
                            ["id"] = stored.ObjectId,
                            ["relationships"] = new JsonObject
                            {
                                ["target"] = new JsonObject
                                {
                                    ["data"] = JsonApiFaces.Id(type!, id!),
                                    ["links"] = JsonApiFaces.RelatedLink(JsonApiFaces.FolderPath(path)),
                                },
                            },
                        }
                    )
                );
            }
        );

    private static IResult CreateItem(ApsCall call) =>
        With(
            call,
            project =>
            {
                if (Refuse(call, "items") is { } refusal)
                    return refusal;
                if (FindFolder(project, call.Text("data", "relationships", "parent", "data", "id")) is not { } folder)
                    return NotFound("parent folder");
                if (call.Body?["included"] is not JsonArray { Count: > 0 } included || included[0] is not JsonObject version)
                    return Answers.JsonApiError(400, "BAD_INPUT", "included must hold the first version.");
                if ((string?)version["attributes"]?["name"] is not { Length: > 0 } name)
                    return Answers.JsonApiError(400, "BAD_INPUT", "The version needs a name.");
                if (
                    (
                        CopiedVersion(call)?.Storage
                        ?? FindStorage(call, project, (string?)version["relationships"]?["storage"]?["data"]?["id"])
                    )
                    is not { } storage
                )
                    return NoStorage();
                if (folder.Holds(name))
                    return Answers.JsonApiError(409, "CONFLICT", "Another object with the same name already exists in this container");

                var item = new EmulatedItem(folder, name, Ids.Short(folder.Id, storage.Key), call.Now);
                item.AddVersion(name, storage, call.Now);
                folder.Items.Add(item);
                DataEvents.RaiseAdded(call.State, item.Tip, CopiedVersion(call));
                return One(call, JsonApiFaces.Item(item), JsonApiFaces.Version(item.Tip), 201);
            }
        );

    private static IResult UpdateItem(ApsCall call, EmulatedItem item)
    {
        if (Refuse(call, "items") is { } refusal)
            return refusal;
        if (call.Text("data", "id") != item.Id)
            return Answers.JsonApiError(400, "BAD_INPUT", "data.id must be the item's.");
        if (call.Text("data", "attributes", "displayName") is not { Length: > 0 })
            return Answers.JsonApiError(400, "BAD_INPUT", "data.attributes.displayName is required.");
        return One(call, JsonApiFaces.Item(item)); // On ACC and BIM 360 the name of an item does not change.
    }

    private static IResult CreateVersion(ApsCall call) =>
        With(
            call,
            project =>
            {
                if (Refuse(call, "versions") is { } refusal)
                    return refusal;
                if (FindItem(project, call.Text("data", "relationships", "item", "data", "id")) is not { } item)
                    return NotFound("item");
                if (call.Text("data", "attributes", "extension", "type") == "versions:autodesk.core:Deleted")
                {
                    item.AddVersion(item.Name, null, call.Now);
                    DataEvents.Raise(call.State, "dm.version.deleted", item.Tip);
                }
                else
                {
                    if (call.Text("data", "attributes", "name") is not { Length: > 0 } name)
                        return Answers.JsonApiError(400, "BAD_INPUT", "data.attributes.name is required.");
                    if (
                        (
                            CopiedVersion(call)?.Storage
                            ?? FindStorage(call, project, call.Text("data", "relationships", "storage", "data", "id"))
                        )
                        is not { } storage
                    )
                        return NoStorage();
                    item.AddVersion(name, storage, call.Now);
                    DataEvents.RaiseAdded(call.State, item.Tip, CopiedVersion(call));
                }

                var data = JsonApiFaces.Version(item.Tip);
                var face = JsonApiFaces.Item(item);
                face["links"] = new JsonObject(); // As the specification has it here, unlike anywhere else.
                return One(call, data, face, 201);
            }
        );

    /// <summary>The version to copy from. It may lie in any project that the app can see, which with one app for several customers is all
    /// of theirs.</summary>
    private static EmulatedVersion? CopiedVersion(ApsCall call) =>
        call.Query("copyFrom") is not { } id
            ? null
            : call
                .State.Accounts.Values.Where(account => account.ProvisionedClientIds.Contains(call.App.ClientId))
                .SelectMany(account => account.Projects)
                .SelectMany(Items)
                .SelectMany(item => item.Versions)
                .FirstOrDefault(version => version.Id == id);

    /// <summary>A storage object of this project whose upload was completed.</summary>
    private static StoredObject? FindStorage(ApsCall call, EmulatedProject project, string? objectId) =>
        WipStorage
            .Bucket(call.State, project.Account)
            .Objects.Values.FirstOrDefault(stored => stored.ObjectId == objectId && stored.Project == project && stored.IsComplete);

    private static IResult NoStorage() =>
        Answers.JsonApiError(
            400,
            "BAD_INPUT",
            "The storage object does not exist, belongs to another project, or was not uploaded and completed."
        );
}
