namespace TenantHub.Autodesk.Events;

/// <summary>
/// The events that can be subscribed to. A name may end in <c>*</c> and stands for all that begin like it. Each is listened to by a hook of
/// its own: what a hook with a pattern says of the event that happened is not documented.
/// </summary>
public static class EventNames
{
    /// <summary>Data Management's event system.</summary>
    public const string Data = "data";

    /// <summary>A file or a new version of one.</summary>
    public const string VersionAdded = "dm.version.added";

    /// <summary>A file was deleted.</summary>
    public const string VersionDeleted = "dm.version.deleted";

    /// <summary>A folder.</summary>
    public const string FolderAdded = "dm.folder.added";

    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        [Data] =
        [
            VersionAdded,
            "dm.version.modified",
            VersionDeleted,
            "dm.version.moved",
            "dm.version.moved.out",
            "dm.version.copied",
            "dm.version.copied.out",
            "dm.lineage.reserved",
            "dm.lineage.unreserved",
            "dm.lineage.updated",
            FolderAdded,
            "dm.folder.modified",
            "dm.folder.deleted",
            "dm.folder.purged",
            "dm.folder.moved",
            "dm.folder.moved.out",
            "dm.folder.copied",
            "dm.folder.copied.out",
            "dm.operation.started",
            "dm.operation.completed",
        ],
        ["adsk.c4r"] = ["model.sync", "model.publish"],
        ["autodesk.construction.issues"] =
        [
            "issue.created-1.0",
            "issue.updated-1.0",
            "issue.deleted-1.0",
            "issue.restored-1.0",
            "issue.unlinked-1.0",
        ],
    };

    /// <summary>Gets the systems whose events can be subscribed to.</summary>
    public static IEnumerable<string> Systems => Known.Keys;

    /// <summary>The events that a name stands for; none when it is not known.</summary>
    /// <param name="name">An event, or the beginning of some and <c>*</c>.</param>
    public static IReadOnlyList<(string System, string Event)> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return
        [
            .. from system in Known
            from known in system.Value
            where known == name || (name.Length > 1 && name[^1] == '*' && known.StartsWith(name[..^1], StringComparison.Ordinal))
            select (system.Key, known),
        ];
    }
}
