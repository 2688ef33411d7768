using System.Globalization;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;
using static TenantHub.ApsEmulator.DataManagement.ProjectData;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>/data/v1 folders. Source: datamanagement.yaml.</summary>
internal static class FolderEndpoints
{
    private const string Folders = "/data/v1/projects/{project_id}/folders";
    private const int SearchPage = 50;
    private const int MaxDepth = 25;

    public static void Map(ApsEndpoints aps)
    {
        aps.Map(
            "GET",
            Folders + "/{folder_id}",
            ApiProducts.DataManagement,
            ["data:read"],
            "folder",
            call => WithFolder(call, folder => Get(call, folder))
        );
        aps.Map(
            "GET",
            Folders + "/{folder_id}/parent",
            ApiProducts.DataManagement,
            ["data:read"],
            "folder",
            call =>
                WithFolder(
                    call,
                    folder =>
                        folder.Parent is { } parent
                            ? Answers.JsonApi(200, JsonApiFaces.Document(call.Request.Path.ToUriComponent(), JsonApiFaces.Folder(parent)))
                            : NotFound("parent folder")
                )
        );
        aps.Map(
            "GET",
            Folders + "/{folder_id}/contents",
            ApiProducts.DataManagement,
            ["data:read"],
            "folder-contents",
            call => WithFolder(call, folder => Contents(call, folder))
        );
        aps.Map(
            "GET",
            Folders + "/{folder_id}/search",
            ApiProducts.DataManagement,
            ["data:read", "data:search"],
            "folder-search",
            call => WithFolder(call, folder => Search(call, folder))
        );
        aps.Map("POST", Folders, ApiProducts.DataManagement, ["data:create"], "folder-create", Create);
        aps.Map(
            "PATCH",
            Folders + "/{folder_id}",
            ApiProducts.DataManagement,
            ["data:write"],
            "folder-update",
            call => WithFolder(call, folder => Update(call, folder))
        );
    }

    private static IResult Get(ApsCall call, EmulatedFolder folder)
    {
        if (
            call.Header("If-Modified-Since") is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)
            && folder.ModifiedAt <= since
        )
            return Answers.Empty(304);
        return Answers.JsonApi(200, JsonApiFaces.Document(JsonApiFaces.FolderPath(folder), JsonApiFaces.Folder(folder)));
    }

    private static IResult Contents(ApsCall call, EmulatedFolder folder)
    {
        var types = call.QueryList("filter[type]");
        var ids = call.QueryList("filter[id]");
        var hidden = call.Query("includeHidden") == "true";
        var rows = new List<object>();
        if (types.Count == 0 || types.Contains("folders"))
            rows.AddRange(folder.Folders.Where(child => hidden || !child.Hidden).Where(child => ids.Count == 0 || ids.Contains(child.Id)));
        if (types.Count == 0 || types.Contains("items"))
            rows.AddRange(
                folder.Items.Where(item => hidden || item.Tip.Storage is not null).Where(item => ids.Count == 0 || ids.Contains(item.Id))
            );
        return PagedJsonApi.Answer(
            call,
            rows,
            row => row is EmulatedFolder child ? JsonApiFaces.Folder(child) : JsonApiFaces.Item((EmulatedItem)row),
            row => row is EmulatedItem item ? JsonApiFaces.Version(item.Tip) : null
        );
    }

    /// <summary>Newest versions in the folder and below, by name, type, file type or id.</summary>
    private static IResult Search(ApsCall call, EmulatedFolder folder)
    {
        var filters = call.Request.Query.Where(pair => pair.Key.StartsWith("filter[", StringComparison.Ordinal)).ToList();
        var tips = folder.Tree().SelectMany(child => child.Items).Select(item => item.Tip).Where(tip => tip.Storage is not null);
        foreach (var (key, values) in filters)
        {
            var wanted = values.OfType<string>().SelectMany(value => value.Split(',')).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var contains = key.EndsWith("-contains", StringComparison.Ordinal);
            var attribute = key["filter[".Length..key.IndexOf(']', StringComparison.Ordinal)];
            tips = tips.Where(tip =>
                Attribute(tip, attribute) is { } value
                && (contains ? wanted.Any(word => value.Contains(word, StringComparison.OrdinalIgnoreCase)) : wanted.Contains(value))
            );
        }

        return PagedJsonApi.Answer(call, [.. tips], JsonApiFaces.Version, tip => JsonApiFaces.Item(tip.Item), SearchPage, maxPage: 49);
    }

    private static string? Attribute(EmulatedVersion tip, string name) =>
        name switch
        {
            "id" => tip.Id,
            "type" => "versions",
            "name" or "displayName" => tip.Name,
            "fileType" => Path.GetExtension(tip.Name).TrimStart('.'),
            "versionNumber" => tip.Number.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };

    private static IResult Create(ApsCall call) =>
        With(
            call,
            project =>
            {
                if (Refuse(call, "folders") is { } refusal)
                    return refusal;
                if (call.Text("data", "attributes", "name") is not { Length: > 0 and <= 255 } name)
                    return Answers.JsonApiError(400, "BAD_INPUT", "data.attributes.name is required.");
                if (FindFolder(project, call.Text("data", "relationships", "parent", "data", "id")) is not { } parent)
                    return NotFound("parent folder");
                if (parent.Holds(name))
                    return Answers.JsonApiError(409, "CONFLICT", "Another object with the same name already exists in this container");
                if (parent.Depth >= MaxDepth)
                    return Answers.JsonApiError(400, "BAD_INPUT", "Folders cannot be nested any deeper.");
                var created = parent.Add(name, call.Now);
                parent.ModifiedAt = call.Now;
                DataEvents.Raise(call.State, "dm.folder.added", created);
                return Answers.JsonApi(201, JsonApiFaces.Document(JsonApiFaces.FolderPath(created), JsonApiFaces.Folder(created)));
            }
        );

    private static IResult Update(ApsCall call, EmulatedFolder folder)
    {
        if (Refuse(call, "folders") is { } refusal)
            return refusal;
        if (call.Text("data", "id") != folder.Id)
            return Answers.JsonApiError(400, "BAD_INPUT", "data.id must be the folder's.");
        var name = call.Text("data", "attributes", "name") ?? call.Text("data", "attributes", "displayName");
        if (name is not null && name != folder.Name && folder.Parent?.Holds(name) == true)
            return Answers.JsonApiError(409, "CONFLICT", "Another object with the same name already exists in this container");
        EmulatedFolder? parent = null;
        if (call.Text("data", "relationships", "parent", "data", "id") is { } parentId)
        {
            parent = FindFolder(folder.Project, parentId);
            if (parent is null || folder.Tree().Contains(parent))
                return NotFound("new parent folder");
        }

        FolderChanges.Apply(
            call.State,
            folder,
            name,
            parent,
            call.Body?["data"]?["attributes"]?["hidden"] is JsonValue hidden ? hidden.GetValue<bool>() : null
        );
        return Answers.JsonApi(200, JsonApiFaces.Document(JsonApiFaces.FolderPath(folder), JsonApiFaces.Folder(folder)));
    }
}
