namespace TenantHub.Client.Files;

/// <summary>A file that is to go up.</summary>
public sealed record NewUpload
{
    /// <summary>Gets the project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the folder.</summary>
    public required string FolderId { get; init; }

    /// <summary>Gets the file's name.</summary>
    public required string FileName { get; init; }

    /// <summary>Gets its size in bytes; null when it is not known yet.</summary>
    public long? Size { get; init; }

    /// <summary>Gets what storage keeps as the file's type; null for none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Gets the hash that the whole file must have, in hexadecimal; null for none.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Gets what happens when the folder has a file of the name: <c>version</c>, <c>fail</c> or <c>rename</c>; null for the
    /// first.</summary>
    public string? IfExists { get; init; }

    /// <summary>Gets the acting user; null for the account's own.</summary>
    public string? ActAsUserId { get; init; }
}

/// <summary>How far a file has gone up.</summary>
public sealed record Upload
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets <c>open</c>, <c>uploading</c>, <c>completing</c>, <c>done</c>, <c>failed</c>, <c>expired</c> or
    /// <c>aborted</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Gets the project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the folder.</summary>
    public required string FolderId { get; init; }

    /// <summary>Gets the file's name.</summary>
    public required string FileName { get; init; }

    /// <summary>Gets its size in bytes; null when it is not known yet.</summary>
    public long? Size { get; init; }

    /// <summary>Gets up to where storage has it.</summary>
    public long Offset { get; init; }

    /// <summary>Gets when it ends if it is not finished.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets the item that was made, or got a new version; null until it is done.</summary>
    public string? ItemId { get; init; }

    /// <summary>Gets the version that was made; null until it is done.</summary>
    public string? VersionId { get; init; }

    /// <summary>Gets why it stands or has failed; null when nothing is wrong.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets what to do next; null when nothing is to be done.</summary>
    public string? NextStep { get; init; }
}

/// <summary>A part of an upload that storage has.</summary>
/// <param name="Part">Its number, from 1.</param>
/// <param name="Offset">Where in the file it begins.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Md5">The MD5 of its bytes, in lower-case hexadecimal.</param>
public sealed record UploadPart(int Part, long Offset, long Size, string Md5);

internal sealed record UploadParts(IReadOnlyList<UploadPart> Parts);

internal sealed record UploadsPage(IReadOnlyList<Upload> Data, string? Next);
