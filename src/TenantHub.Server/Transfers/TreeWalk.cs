using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Transfers;

/// <summary>
/// Walks a tree of folders depth first, page by page. A cursor holds the way from the beginning to the page that was told last: for each
/// folder its page and the subfolder that the walk is in. It is as long as the tree is deep, however wide the tree is.
/// </summary>
internal sealed class TreeWalk(ProjectFolders folders, TreePlace place, TimeProvider clock)
{
    private const int MaxWaits = 20;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly Stack<Level> _levels = new();
    private IReadOnlyList<TreeStep>? _toRestore = place.Steps;
    private int _folders;
    private int _items;

    /// <summary>Gets where the walk stands: after what was told last.</summary>
    public string Cursor =>
        _toRestore is { } steps
            ? new TreePlace(steps).ToString()
            : new TreePlace([.. _levels.Reverse().Select(level => level.Step)]).ToString();

    /// <summary>Gives the lines of the next page, and a cursor or the end after them.</summary>
    public async Task<(IReadOnlyList<TreeLine>? Lines, ServiceError? Error)> NextAsync(CancellationToken cancellationToken)
    {
        if (_toRestore is not null && await RestoreAsync(cancellationToken) is { } notRestored)
            return (null, notRestored);
        while (_levels.TryPeek(out var level))
        {
            if (level.Page is null)
            {
                if (await LoadAsync(level, cancellationToken) is { } error)
                    return (null, error);
                List<TreeLine> lines = [.. level.Page!.Entries.Select(entry => TreeLine.Of(entry, level.Step))];
                _folders += level.Page.Entries.Count(entry => entry.IsFolder);
                _items += level.Page.Entries.Count(entry => !entry.IsFolder);
                level.Step = level.Step with { IsTold = true };
                lines.Add(TreeLine.At(Cursor));
                return (lines, null);
            }

            if (level.NextFolder() is { } child)
            {
                level.Step = level.Step with { InFolder = child.Id };
                _levels.Push(new(new TreeStep(child.Id, level.Step.PathOf(child.Name), null, false, null)));
            }
            else if (level.Page.Next is { } next)
            {
                level.Page = null;
                level.Step = level.Step with { Page = next, IsTold = false, InFolder = null };
            }
            else
            {
                _levels.Pop();
            }
        }

        return ([TreeLine.End(_folders, _items)], null);
    }

    /// <summary>Reads again the pages on the way to where the walk stood; what they hold was told.</summary>
    private async Task<ServiceError?> RestoreAsync(CancellationToken cancellationToken)
    {
        var levels = new List<Level>();
        foreach (var step in _toRestore!)
        {
            var level = new Level(step);
            if (step.IsTold && await LoadAsync(level, cancellationToken) is { } error)
                return error;
            levels.Add(level);
        }

        levels.ForEach(_levels.Push);
        _toRestore = null;
        return null;
    }

    /// <summary>A limit that is used up is waited for: a tree has more folders than a minute has permits.</summary>
    private async Task<ServiceError?> LoadAsync(Level level, CancellationToken cancellationToken)
    {
        for (var waits = 0; ; waits++)
        {
            var (page, error) = await folders.ReadAsync(level.Step.FolderId, level.Step.Page, null, cancellationToken);
            if (page is not null)
            {
                level.Page = page;
                return null;
            }

            var isBusy =
                error!.Code is ErrorCode.QuotaExceeded or ErrorCode.AutodeskRateLimited or ErrorCode.LaneFull or ErrorCode.DeadlineExceeded;
            if (!isBusy || waits == MaxWaits || error.RetryAfter is not { } wait || wait > LongestWait)
                return error;
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private sealed class Level(TreeStep step)
    {
        public TreeStep Step { get; set; } = step;

        public FolderPage? Page { get; set; }

        /// <summary>The folder of the page after the one that the walk was in.</summary>
        public FolderEntry? NextFolder() =>
            Page!
                .Entries.Where(entry => entry.IsFolder)
                .SkipWhile(entry => Step.InFolder is not null && entry.Id != Step.InFolder)
                .Skip(Step.InFolder is null ? 0 : 1)
                .FirstOrDefault();
    }
}

/// <summary>A folder on the way to where a walk stands.</summary>
/// <param name="FolderId">The folder; null for the project's top.</param>
/// <param name="Path">Its names from where the walk began.</param>
/// <param name="Page">The cursor of its page; null for the first.</param>
/// <param name="IsTold">Whether what the page holds was told.</param>
/// <param name="InFolder">The subfolder of the page in which the walk is; null before the first.</param>
internal sealed record TreeStep(string? FolderId, string Path, string? Page, bool IsTold, string? InFolder)
{
    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}/{name}";
}

/// <summary>Where a walk stands, as a cursor.</summary>
internal sealed record TreePlace(IReadOnlyList<TreeStep> Steps)
{
    private const int MaxDepth = 100;

    public static TreePlace Start(string? folderId) => new([new TreeStep(folderId, "", null, false, null)]);

    public static TreePlace? Parse(string text)
    {
        try
        {
            var steps = JsonSerializer.Deserialize<List<TreeStep>>(Base64Url.DecodeFromChars(text), JsonBody.Options);
            return steps is { Count: > 0 and <= MaxDepth } && steps.All(step => step is { Path: not null }) ? new(steps) : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    public override string ToString() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(Steps, JsonBody.Options));
}

/// <summary>One line of a walk: a folder, an item, a cursor, the end, or an error with the cursor from which to try again.</summary>
internal sealed record TreeLine(string Type)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ParentId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VersionId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModifiedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cursor { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Folders { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Items { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextStep { get; init; }

    public static TreeLine Of(FolderEntry entry, TreeStep parent) =>
        new(entry.IsFolder ? "folder" : "item")
        {
            Id = entry.Id,
            Name = entry.Name,
            Path = parent.PathOf(entry.Name),
            ParentId = parent.FolderId,
            VersionId = entry.VersionId,
            Size = entry.Size,
            ModifiedAt = entry.ModifiedAt,
        };

    public static TreeLine At(string cursor) => new("cursor") { Cursor = cursor };

    public static TreeLine End(int folders, int items) => new("end") { Folders = folders, Items = items };

    public static TreeLine Failed(ServiceError error, string cursor) =>
        new("error")
        {
            Code = WireName.Of(error.Code),
            Detail = error.Detail,
            NextStep = error.NextStep,
            Cursor = cursor,
        };
}
