using System.Text.Json;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Transfers;

/// <summary>The folders of a project: what is in them, finding by name, making.</summary>
/// <param name="calls">The account's calls.</param>
/// <param name="projectId">The project.</param>
public sealed class ProjectFolders(AccountCalls calls, string projectId)
{
    private const string ListTop = "autodesk_list_top_folders";
    private const string ListContents = "autodesk_list_folder_contents";
    private const string ListProjects = "autodesk_list_projects";
    private const string ListHubs = "autodesk_list_hubs";
    private const string CreateFolder = "autodesk_create_folder";
    private static readonly object Version1 = new { version = "1.0" };

    /// <summary>Gives one page of the account's hubs, as entries of the type <c>hubs</c>: its own.</summary>
    /// <param name="calls">The account's calls.</param>
    /// <param name="cursor">The page; null for the first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static Task<(FolderPage? Page, ServiceError? Error)> ListHubsAsync(
        AccountCalls calls,
        string? cursor,
        CancellationToken cancellationToken
    ) => ListAsync(calls, ListHubs, cursor, cancellationToken);

    /// <summary>Gives one page of the account's projects, as entries of the type <c>projects</c>.</summary>
    /// <param name="calls">The account's calls.</param>
    /// <param name="cursor">The page; null for the first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static Task<(FolderPage? Page, ServiceError? Error)> ListProjectsAsync(
        AccountCalls calls,
        string? cursor,
        CancellationToken cancellationToken
    ) => ListAsync(calls, ListProjects, cursor, cancellationToken);

    private static async Task<(FolderPage? Page, ServiceError? Error)> ListAsync(
        AccountCalls calls,
        string actionId,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(calls);
        var query = new Dictionary<string, string[]>();
        if (cursor is not null)
            query["next"] = [cursor];
        var (answer, error) = await calls.RunAsync(actionId, new Dictionary<string, string>(), query, cancellationToken: cancellationToken);
        return answer is null ? (null, error) : (new(Entries(answer.Data), answer.Next), null);
    }

    /// <summary>Gives one page of what a folder holds; of the project's top folders when no folder is named.</summary>
    /// <param name="folderId">The folder; null for the top.</param>
    /// <param name="cursor">The page; null for the first.</param>
    /// <param name="type"><c>folders</c> or <c>items</c>; null for both.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<(FolderPage? Page, ServiceError? Error)> ReadAsync(
        string? folderId,
        string? cursor,
        string? type,
        CancellationToken cancellationToken
    )
    {
        var path = new Dictionary<string, string> { ["project_id"] = projectId };
        var query = new Dictionary<string, string[]>();
        if (folderId is not null)
            path["folder_id"] = folderId;
        if (folderId is not null && type is not null)
            query["filter[type]"] = [type];
        if (cursor is not null)
            query["next"] = [cursor];
        var (answer, error) = await calls.RunAsync(
            folderId is null ? ListTop : ListContents,
            path,
            query,
            cancellationToken: cancellationToken
        );
        return answer is null ? (null, error) : (new(Entries(answer.Data), answer.Next), null);
    }

    /// <summary>Finds an entry by its name, whose case does not matter; null when there is none.</summary>
    public async Task<(FolderEntry? Entry, ServiceError? Error)> FindAsync(
        string? folderId,
        string name,
        string type,
        CancellationToken cancellationToken
    )
    {
        string? cursor = null;
        do
        {
            var (page, error) = await ReadAsync(folderId, cursor, type, cancellationToken);
            if (page is null)
                return (null, error);
            if (
                page.Entries.FirstOrDefault(entry =>
                    entry.Type == type && string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase)
                ) is
                { } found
            )
                return (found, null);
            cursor = page.Next;
        } while (cursor is not null);
        return (null, null);
    }

    /// <summary>Gives the folder of this name, making it when it is not there. Of two callers at once one makes it: Autodesk refuses the
    /// second, who then finds the first one's.</summary>
    public async Task<(FolderEntry? Folder, bool IsNew, ServiceError? Error)> EnsureAsync(
        string parentId,
        string name,
        CancellationToken cancellationToken
    )
    {
        var (found, error) = await FindAsync(parentId, name, "folders", cancellationToken);
        if (found is not null || error is not null)
            return (found, false, error);
        var (made, refused) = await calls.RunAsync(
            CreateFolder,
            new Dictionary<string, string> { ["project_id"] = projectId },
            body: Body(parentId, name),
            cancellationToken: cancellationToken
        );
        if (made is not null && Entry(made.Data) is { } entry)
            return (entry, true, null);
        if (made is null && refused!.Code is not ErrorCode.AutodeskConflict)
            return (null, false, refused);
        (found, error) = await FindAsync(parentId, name, "folders", cancellationToken);
        return (found, made is not null, found is null ? error ?? refused : null);
    }

    /// <summary>Tells what is wrong with a path of names; null when nothing is.</summary>
    public static string? FaultOf(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count is 0 or > 25)
            return "must be 1 to 25 names with / between them, such as Plans/Level 1.";
        return names.Select(AutodeskName.FaultOf).FirstOrDefault(fault => fault is not null) is { } wrong
            ? $"has a name that {wrong}"
            : null;
    }

    private static JsonBytes Body(string parentId, string name) =>
        JsonBytes.From(
            new
            {
                jsonapi = Version1,
                data = new
                {
                    type = "folders",
                    attributes = new { name, extension = new { type = "folders:autodesk.bim360:Folder", version = "1.0" } },
                    relationships = new { parent = new { data = new { type = "folders", id = parentId } } },
                },
            }
        );

    private static FolderEntry? Entry(JsonBytes? data)
    {
        if (data is null)
            return null;
        using var document = JsonDocument.Parse(data.Memory);
        return document.RootElement.Member("data") is { } entry ? Read(entry, []) : null;
    }

    private static List<FolderEntry> Entries(JsonBytes? data)
    {
        if (data is null)
            return [];
        using var document = JsonDocument.Parse(data.Memory);
        if (document.RootElement.Member("data") is not { ValueKind: JsonValueKind.Array } rows)
            return [];
        var tips = new Dictionary<string, JsonElement>();
        if (document.RootElement.Member("included") is { ValueKind: JsonValueKind.Array } included)
        {
            foreach (var version in included.EnumerateArray())
            {
                if (version.Text("id") is { } id)
                    tips[id] = version;
            }
        }

        return [.. rows.EnumerateArray().Select(row => Read(row, tips)).OfType<FolderEntry>()];
    }

    private static FolderEntry? Read(JsonElement row, Dictionary<string, JsonElement> tips)
    {
        if (row.Text("id") is not { } id || row.Text("type") is not { } type)
            return null;
        var name = row.Text("attributes", "displayName") ?? row.Text("attributes", "name") ?? "";
        var versionId = row.Text("relationships", "tip", "data", "id");
        var tip = versionId is not null && tips.TryGetValue(versionId, out var version) ? version : default(JsonElement?);
        var size =
            tip?.Member("attributes", "storageSize") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var bytes)
                ? bytes
                : (long?)null;
        return new FolderEntry(type, id, name, versionId, size, row.Text("attributes", "lastModifiedTime"));
    }
}

/// <summary>A page of what a folder holds.</summary>
/// <param name="Entries">Folders and items.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
public sealed record FolderPage(IReadOnlyList<FolderEntry> Entries, string? Next);

/// <summary>A folder or an item, or a hub or a project above them.</summary>
/// <param name="Type"><c>folders</c> or <c>items</c>; of the lists above them <c>hubs</c> or <c>projects</c>.</param>
/// <param name="Id">Its URN.</param>
/// <param name="Name">Its name.</param>
/// <param name="VersionId">The item's newest version; null of a folder.</param>
/// <param name="Size">The size of that version in bytes; null when Autodesk does not say it.</param>
/// <param name="ModifiedAt">When it was last changed, as Autodesk says it.</param>
public sealed record FolderEntry(string Type, string Id, string Name, string? VersionId, long? Size, string? ModifiedAt)
{
    /// <summary>Gets whether it is a folder.</summary>
    public bool IsFolder => Type == "folders";
}
