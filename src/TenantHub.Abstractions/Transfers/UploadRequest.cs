using TenantHub.Actions;
using TenantHub.Security;

namespace TenantHub.Transfers;

/// <summary>What is to be uploaded, and where to.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.upload-request")]
public sealed record UploadRequest
{
    /// <summary>Gets the project, with or without the prefix <c>b.</c></summary>
    [Id(0)]
    public required string ProjectId { get; init; }

    /// <summary>Gets the folder's URN.</summary>
    [Id(1)]
    public required string FolderId { get; init; }

    /// <summary>Gets the file's name in the folder.</summary>
    [Id(2)]
    public required string FileName { get; init; }

    /// <summary>Gets the file's size in bytes; null when it is not known before its end.</summary>
    [Id(3)]
    public long? Size { get; init; }

    /// <summary>Gets the media type under which the bytes are stored; null for storage's own.</summary>
    [Id(4)]
    public string? ContentType { get; init; }

    /// <summary>Gets the SHA-256 that the whole file must have, as 64 lower-case hexadecimal digits; null when it is not checked.</summary>
    [Id(5)]
    public string? Sha256 { get; init; }

    /// <summary>Gets what happens when the folder has a file of this name.</summary>
    [Id(6)]
    public IfExists IfExists { get; init; }

    /// <summary>Gets which way the bytes go.</summary>
    [Id(7)]
    public UploadMode Mode { get; init; }

    /// <summary>Gets the user to act as; null for the account's own.</summary>
    [Id(8)]
    public string? ActingUserId { get; init; }

    /// <summary>Gets who uploads, as in <see cref="ActionRequest.CallerId"/>; signed URLs are given to nobody else.</summary>
    [Id(9)]
    public string? CallerId { get; init; }

    /// <summary>Gets how long each call to Autodesk may wait before it is sent; null for TenantHub's default.</summary>
    [Id(10)]
    public TimeSpan? MaxWait { get; init; }

    /// <summary>Gets how urgent the calls to Autodesk are.</summary>
    [Id(11)]
    public CallPriority Priority { get; init; }

    /// <summary>Gets what the caller's actions are limited to; null when they are not.</summary>
    [Id(12)]
    public CallerRights? Rights { get; init; }

    /// <summary>Gets whether a person has approved it.</summary>
    [Id(13)]
    public bool IsApproved { get; init; }
}

/// <summary>What happens when the folder has a file of the name already.</summary>
public enum IfExists
{
    /// <summary>The file becomes the next version of the one that is there.</summary>
    Version,

    /// <summary>Nothing is made, and the upload fails.</summary>
    Fail,

    /// <summary>The file gets the next free name, such as <c>plan (2).pdf</c>.</summary>
    Rename,
}

/// <summary>Which way the bytes of an upload go.</summary>
public enum UploadMode
{
    /// <summary>Through the server, which sends them on to Autodesk's storage while they come.</summary>
    Through,

    /// <summary>From the caller to Autodesk's storage, to signed URLs.</summary>
    Direct,
}
