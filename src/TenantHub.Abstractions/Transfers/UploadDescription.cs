namespace TenantHub.Transfers;

/// <summary>An upload as people and callers see it. It holds no secret.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.upload-description")]
public sealed record UploadDescription
{
    /// <summary>Gets the upload's id, <c>upl_</c> and a ULID.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Gets the linked account.</summary>
    [Id(1)]
    public required string AccountId { get; init; }

    /// <summary>Gets the project.</summary>
    [Id(2)]
    public required string ProjectId { get; init; }

    /// <summary>Gets the folder's URN.</summary>
    [Id(3)]
    public required string FolderId { get; init; }

    /// <summary>Gets the file's name; the one that it got in the end, when it was renamed.</summary>
    [Id(4)]
    public required string FileName { get; init; }

    /// <summary>Gets which way the bytes go.</summary>
    [Id(5)]
    public required UploadMode Mode { get; init; }

    /// <summary>Gets how far the upload has come.</summary>
    [Id(6)]
    public required UploadStatus Status { get; init; }

    /// <summary>Gets why it stands where it stands, in one sentence; null when there is nothing to say.</summary>
    [Id(7)]
    public string? Reason { get; init; }

    /// <summary>Gets what to do next; null when nothing is to be done.</summary>
    [Id(8)]
    public string? NextStep { get; init; }

    /// <summary>Gets the file's size in bytes; null while it is not known.</summary>
    [Id(9)]
    public long? Size { get; init; }

    /// <summary>Gets how many bytes from the beginning on are stored: where to go on.</summary>
    [Id(10)]
    public long Offset { get; init; }

    /// <summary>Gets the size of every part but the last, in bytes.</summary>
    [Id(11)]
    public required long PartBytes { get; init; }

    /// <summary>Gets how many parts are stored.</summary>
    [Id(12)]
    public int PartsStored { get; init; }

    /// <summary>Gets when the upload was begun.</summary>
    [Id(13)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when it last came further.</summary>
    [Id(14)]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Gets when it ends, finished or not: the parts are lost then.</summary>
    [Id(15)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets what was made, <c>item</c> or <c>version</c>; null before that.</summary>
    [Id(16)]
    public string? Created { get; init; }

    /// <summary>Gets the item's id; null before it is made.</summary>
    [Id(17)]
    public string? ItemId { get; init; }

    /// <summary>Gets the version's id; null before it is made.</summary>
    [Id(18)]
    public string? VersionId { get; init; }

    /// <summary>Gets the media type under which the bytes are stored; null for storage's own.</summary>
    [Id(19)]
    public string? ContentType { get; init; }

    /// <summary>Gets who has begun it, as in <see cref="Actions.ActionRequest.CallerId"/>; null when it is not known.</summary>
    [Id(20)]
    public string? CallerId { get; init; }

    /// <summary>Gets whether a person has approved it: for who has begun it, and for nobody else.</summary>
    [Id(21)]
    public bool IsApproved { get; init; }
}

/// <summary>How far an upload has come.</summary>
public enum UploadStatus
{
    /// <summary>Begun; no byte is stored.</summary>
    Open,

    /// <summary>Parts are stored, and not all.</summary>
    Uploading,

    /// <summary>All bytes are stored; the file is being made of them.</summary>
    Completing,

    /// <summary>The item or the version is there.</summary>
    Done,

    /// <summary>It cannot succeed any more.</summary>
    Failed,

    /// <summary>It was not finished in time.</summary>
    Expired,

    /// <summary>Its caller has given it up.</summary>
    Aborted,
}
