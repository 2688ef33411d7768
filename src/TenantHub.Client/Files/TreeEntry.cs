namespace TenantHub.Client.Files;

/// <summary>A folder or a file of a tree.</summary>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its names from where the walk began, with / between them.</param>
/// <param name="ParentId">The folder it lies in; null at the top.</param>
/// <param name="VersionId">The newest version; null for a folder.</param>
/// <param name="Size">Its size in bytes; null for a folder, and where Autodesk tells none.</param>
/// <param name="ModifiedAt">When it last changed, as Autodesk tells it.</param>
public sealed record TreeEntry(
    bool IsFolder,
    string Id,
    string Name,
    string Path,
    string? ParentId,
    string? VersionId,
    long? Size,
    string? ModifiedAt
);

/// <summary>The folders of a path that was made.</summary>
/// <param name="FolderId">The last one.</param>
/// <param name="Folders">All of them, from the first.</param>
public sealed record MadeFolders(string FolderId, IReadOnlyList<MadeFolder> Folders);

/// <summary>One folder of a path.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Created">Whether it was made now.</param>
public sealed record MadeFolder(string Id, string Name, bool Created);

internal sealed record FolderPath(string ProjectId, string ParentId, string Path);

/// <summary>A line of a tree as the wire has it.</summary>
internal sealed record TreeLine(
    string Type,
    string? Id,
    string? Name,
    string? Path,
    string? ParentId,
    string? VersionId,
    long? Size,
    string? ModifiedAt,
    string? Cursor,
    string? Code,
    string? Detail,
    string? NextStep
)
{
    public TreeEntry ToEntry() => new(Type is "folder", Id ?? "", Name ?? "", Path ?? "", ParentId, VersionId, Size, ModifiedAt);

    public TenantHubException ToException() =>
        new(NextStep is null ? Detail ?? "" : $"{Detail} {NextStep}")
        {
            Code = Code ?? TenantHubException.Unreachable,
            Source = ErrorSources.AutodeskApi,
            Detail = Detail ?? "",
            NextStep = NextStep,
        };
}
