using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>Hubs, projects, folders, items and versions as JSON:API documents, with the members that datamanagement.yaml
/// requires.</summary>
internal static class JsonApiFaces
{
    private const string UserId = "BW9RM76WZBGL";
    private const string UserName = "John Doe";

    public static JsonObject Document(string self, JsonNode data) =>
        new()
        {
            ["jsonapi"] = new JsonObject { ["version"] = "1.0" },
            ["links"] = new JsonObject { ["self"] = Href(self) },
            ["data"] = data,
        };

    public static JsonObject Hub(EmulatedAccount account) =>
        new()
        {
            ["type"] = "hubs",
            ["id"] = account.HubId,
            ["attributes"] = new JsonObject
            {
                ["name"] = account.Name,
                ["region"] = account.Region,
                ["extension"] = Extension("hubs:autodesk.bim360:Account", "1.0"),
            },
            ["links"] = Self($"/project/v1/hubs/{account.HubId}"),
            ["relationships"] = new JsonObject { ["projects"] = Related($"/project/v1/hubs/{account.HubId}/projects") },
        };

    public static JsonObject Project(EmulatedProject project)
    {
        var path = $"/project/v1/hubs/{project.Account.HubId}/projects/{project.HubProjectId}";
        var extension = Extension("projects:autodesk.bim360:Project", "1.0");
        extension["data"] = new JsonObject { ["projectType"] = (string?)project.Fields["platform"] == "acc" ? "ACC" : "BIM360" };
        return new JsonObject
        {
            ["type"] = "projects",
            ["id"] = project.HubProjectId,
            ["attributes"] = new JsonObject
            {
                ["name"] = project.Name,
                ["scopes"] = new JsonArray("b360project." + project.Id, "O2tenant." + project.Account.Id),
                ["extension"] = extension,
            },
            ["links"] = Self(path),
            ["relationships"] = new JsonObject
            {
                ["hub"] = new JsonObject
                {
                    ["data"] = Id("hubs", project.Account.HubId),
                    ["links"] = RelatedLink($"/project/v1/hubs/{project.Account.HubId}"),
                },
                ["rootFolder"] = new JsonObject
                {
                    ["data"] = Id("folders", project.Root!.Id),
                    ["meta"] = new JsonObject { ["link"] = Href(FolderPath(project.Root)) },
                },
                ["topFolders"] = Related(path + "/topFolders"),
            },
        };
    }

    public static JsonObject Folder(EmulatedFolder folder)
    {
        var path = FolderPath(folder);
        var attributes = Times(folder.CreatedAt, folder.ModifiedAt);
        attributes["name"] = folder.Name;
        attributes["displayName"] = folder.Name;
        attributes["objectCount"] = folder.Folders.Count + folder.Items.Count;
        attributes["lastModifiedTimeRollup"] = SampleContent.Iso(folder.ModifiedAt);
        attributes["hidden"] = folder.Hidden;
        attributes["extension"] = Extension("folders:autodesk.bim360:Folder", "1.0");
        var parent = folder.Parent ?? folder;
        return new JsonObject
        {
            ["type"] = "folders",
            ["id"] = folder.Id,
            ["attributes"] = attributes,
            ["links"] = Self(path),
            ["relationships"] = new JsonObject
            {
                ["parent"] = new JsonObject { ["data"] = Id("folders", parent.Id), ["links"] = RelatedLink(path + "/parent") },
                ["refs"] = Refs(path),
                ["links"] = Links(path),
                ["contents"] = Related(path + "/contents"),
            },
        };
    }

    public static JsonObject Item(EmulatedItem item, bool withPath = false)
    {
        var path = ItemPath(item);
        var attributes = Times(item.CreatedAt, item.ModifiedAt);
        attributes["displayName"] = item.Name;
        attributes["hidden"] = item.Tip.Storage is null;
        attributes["reserved"] = false;
        attributes["extension"] = Extension("items:autodesk.bim360:File", "1.0");
        if (withPath)
            attributes["pathInProject"] = "/" + item.Folder.Name;
        return new JsonObject
        {
            ["type"] = "items",
            ["id"] = item.Id,
            ["attributes"] = attributes,
            ["links"] = Self(path),
            ["relationships"] = new JsonObject
            {
                ["tip"] = new JsonObject { ["data"] = Id("versions", item.Tip.Id), ["links"] = RelatedLink(path + "/tip") },
                ["versions"] = Related(path + "/versions"),
                ["parent"] = new JsonObject { ["data"] = Id("folders", item.Folder.Id), ["links"] = RelatedLink(path + "/parent") },
                ["refs"] = Refs(path),
                ["links"] = Links(path),
            },
        };
    }

    public static JsonObject Version(EmulatedVersion version)
    {
        var path = VersionPath(version);
        var attributes = Times(version.CreatedAt, version.CreatedAt);
        attributes["name"] = version.Name;
        attributes["displayName"] = version.Name;
        attributes["versionNumber"] = version.Number;
        attributes["fileType"] = System.IO.Path.GetExtension(version.Name).TrimStart('.');
        attributes["extension"] = Extension(
            version.Storage is null ? "versions:autodesk.core:Deleted" : "versions:autodesk.bim360:File",
            "1.0"
        );
        var relationships = new JsonObject
        {
            ["item"] = new JsonObject { ["data"] = Id("items", version.Item.Id), ["links"] = RelatedLink(ItemPath(version.Item)) },
            ["refs"] = Refs(path),
            ["links"] = Links(path),
            ["downloadFormats"] = Related(path + "/downloadFormats"),
        };
        if (version.Storage is { } storage)
        {
            attributes["storageSize"] = storage.Size;
            relationships["storage"] = new JsonObject
            {
                ["data"] = Id("objects", storage.ObjectId),
                ["meta"] = new JsonObject { ["link"] = Href(storage.Location) },
            };
        }

        return new JsonObject
        {
            ["type"] = "versions",
            ["id"] = version.Id,
            ["attributes"] = attributes,
            ["links"] = Self(path),
            ["relationships"] = relationships,
        };
    }

    public static JsonObject Id(string type, string id) => new() { ["type"] = type, ["id"] = id };

    public static JsonObject Href(string path) => new() { ["href"] = path };

    public static JsonObject RelatedLink(string path) => new() { ["related"] = Href(path) };

    public static string FolderPath(EmulatedFolder folder) =>
        $"/data/v1/projects/{folder.Project.HubProjectId}/folders/{Uri.EscapeDataString(folder.Id)}";

    private static string ItemPath(EmulatedItem item) =>
        $"/data/v1/projects/{item.Folder.Project.HubProjectId}/items/{Uri.EscapeDataString(item.Id)}";

    private static string VersionPath(EmulatedVersion version) =>
        $"/data/v1/projects/{version.Item.Folder.Project.HubProjectId}/versions/{Uri.EscapeDataString(version.Id)}";

    private static JsonObject Self(string path) => new() { ["self"] = Href(path) };

    private static JsonObject Related(string path) => new() { ["links"] = RelatedLink(path) };

    private static JsonObject Refs(string path) =>
        new()
        {
            ["links"] = new JsonObject { ["self"] = Href(path + "/relationships/refs"), ["related"] = Href(path + "/refs") },
        };

    private static JsonObject Links(string path) => new() { ["links"] = new JsonObject { ["self"] = Href(path + "/relationships/links") } };

    private static JsonObject Extension(string type, string version) =>
        new()
        {
            ["type"] = type,
            ["version"] = version,
            ["schema"] = Href($"/schema/v1/versions/{Uri.EscapeDataString(type)}-{version}"),
            ["data"] = new JsonObject(),
        };

    private static JsonObject Times(DateTimeOffset created, DateTimeOffset modified) =>
        new()
        {
            ["createTime"] = SampleContent.Iso(created),
            ["createUserId"] = UserId,
            ["createUserName"] = UserName,
            ["lastModifiedTime"] = SampleContent.Iso(modified),
            ["lastModifiedUserId"] = UserId,
            ["lastModifiedUserName"] = UserName,
        };
}
