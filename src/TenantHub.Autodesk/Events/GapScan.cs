using System.Globalization;
using System.Text.Json;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Events;

/// <summary>
/// Reads what changed in a folder and everything below it since an instant, a page at a time: folders and versions that were added, and
/// files that were deleted. What was only renamed or moved leaves no trace of when, and is not found.
/// </summary>
/// <param name="hooks">The account's calls.</param>
/// <param name="projectId">The project.</param>
/// <param name="folderId">The folder.</param>
/// <param name="since">The instant.</param>
/// <param name="events">The events that are wanted.</param>
public sealed class GapScan(AccountHooks hooks, string projectId, string folderId, DateTimeOffset since, IReadOnlySet<string> events)
{
    private const string ListContents = "autodesk_list_folder_contents";
    private const string ListVersions = "autodesk_list_item_versions";

    // Autodesk's times may be whole seconds.
    private readonly DateTimeOffset _since = since.AddTicks(-(since.Ticks % TimeSpan.TicksPerSecond));
    private readonly Queue<Page> _pages = new([new Page(folderId, null, null)]);

    /// <summary>Gets whether everything was read.</summary>
    public bool IsDone => _pages.Count == 0;

    /// <summary>Reads the next page. One that cannot be read stays the next one.</summary>
    public async Task<(IReadOnlyList<FoundChange> Found, ServiceError? Error)> NextAsync()
    {
        var page = _pages.Peek();
        var query = new Dictionary<string, string[]>();
        if (page.Next is { } cursor)
            query["next"] = [cursor];
        var path = new Dictionary<string, string> { ["project_id"] = projectId };
        if (page.ItemId is { } item)
            path["item_id"] = item;
        else
            (path["folder_id"], query["includeHidden"]) = (page.FolderId, ["true"]);
        var (answer, error) = await hooks.RunAsync(page.ItemId is null ? ListContents : ListVersions, path, null, query);
        if (answer is null && error!.Code is not (ErrorCode.AutodeskNotFound or ErrorCode.NotThisAccount))
            return ([], error);
        _pages.Dequeue();
        if (answer?.Data is not { } data)
            return ([], null); // It went away meanwhile.
        if (answer.Next is { } next)
            _pages.Enqueue(page with { Next = next });
        using var document = JsonDocument.Parse(data.Memory);
        return (
            page.ItemId is null ? [.. ReadFolder(document.RootElement, page.FolderId)] : [.. ReadVersions(document.RootElement, page)],
            null
        );
    }

    private List<FoundChange> ReadFolder(JsonElement root, string parent)
    {
        var found = new List<FoundChange>();
        foreach (var row in AccountHooks.Rows(root))
        {
            if (ResourceRow.Text(row, "type") != "folders" || ResourceRow.Text(row, "id") is not { } id)
                continue;
            _pages.Enqueue(new Page(id, null, null));
            if (ResourceRow.Instant(row, "createTime") >= _since)
                Add(found, EventNames.FolderAdded, id, row, parent, null);
        }

        foreach (var tip in AccountHooks.Rows(root, "included"))
        {
            if (ResourceRow.Text(tip, "type") != "versions" || !(ResourceRow.Instant(tip, "createTime") >= _since))
                continue;
            if (ResourceRow.Text(tip, "relationships", "item", "data", "id") is not { } item)
                continue;

            // The newest version is here; what came before it may be of the same time.
            if (NumberOf(tip) > 1)
                _pages.Enqueue(new Page(parent, item, null));
            else
                AddVersion(found, tip, item, parent);
        }

        return found;
    }

    private IEnumerable<FoundChange> ReadVersions(JsonElement root, Page page)
    {
        var found = new List<FoundChange>();
        foreach (var version in AccountHooks.Rows(root).Where(version => ResourceRow.Instant(version, "createTime") >= _since))
            AddVersion(found, version, page.ItemId!, page.FolderId);
        return found.OrderBy(change => change.At);
    }

    private void AddVersion(List<FoundChange> found, JsonElement version, string item, string parent)
    {
        var isDeletion = ResourceRow.Text(version, "attributes", "extension", "type") == "versions:autodesk.core:Deleted";
        if (ResourceRow.Text(version, "id") is { } id)
            Add(found, isDeletion ? EventNames.VersionDeleted : EventNames.VersionAdded, id, version, parent, item);
    }

    private void Add(List<FoundChange> found, string eventName, string urn, JsonElement row, string parent, string? item)
    {
        if (!events.Contains(eventName))
            return;
        var payload = new Dictionary<string, object?>
        {
            ["name"] = ResourceRow.Text(row, "attributes", "displayName") ?? ResourceRow.Text(row, "attributes", "name"),
            ["source"] = urn,
            ["parentFolderUrn"] = parent,
            ["project"] = projectId,
            ["createdTime"] = ResourceRow.Text(row, "attributes", "createTime"),
            ["modifiedTime"] = ResourceRow.Text(row, "attributes", "lastModifiedTime"),
        };
        if (item is not null)
            (payload["lineageUrn"], payload["version"]) = (item, NumberOf(row).ToString(CultureInfo.InvariantCulture));
        found.Add(new(eventName, urn, ResourceRow.Instant(row, "createTime") ?? _since, JsonBytes.From(payload)));
    }

    private static int NumberOf(JsonElement version) =>
        int.TryParse(ResourceRow.Text(version, "attributes", "versionNumber"), CultureInfo.InvariantCulture, out var number) ? number : 1;

    private sealed record Page(string FolderId, string? ItemId, string? Next);
}

/// <summary>A change that Autodesk may not have told.</summary>
/// <param name="Event">The event that it would have been.</param>
/// <param name="ResourceUrn">What changed.</param>
/// <param name="At">When.</param>
/// <param name="Payload">What was read of it.</param>
public sealed record FoundChange(string Event, string ResourceUrn, DateTimeOffset At, JsonBytes Payload);
