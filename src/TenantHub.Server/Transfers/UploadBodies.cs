using System.Globalization;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>The body of POST /files/uploads.</summary>
internal sealed record CreateUploadBody
{
    public string? ProjectId { get; init; }

    public string? FolderId { get; init; }

    public string? FileName { get; init; }

    public long? Size { get; init; }

    public string? ContentType { get; init; }

    public string? Sha256 { get; init; }

    public IfExists IfExists { get; init; }

    public UploadMode Mode { get; init; }

    public string? ActAsUserId { get; init; }
}

/// <summary>The body of POST /files/uploads/{id}/urls.</summary>
internal sealed record SignPartsBody
{
    public int FirstPart { get; init; } = 1;

    public int Count { get; init; } = 25;

    /// <summary>Gets whether URLs that were given before have expired.</summary>
    public bool Fresh { get; init; }
}

/// <summary>Where to send parts.</summary>
internal sealed record SignedPartsResponse(IReadOnlyList<SignedPartResponse> Parts);

/// <summary>Where to send one part, and which bytes of the file it has.</summary>
internal sealed record SignedPartResponse(int Part, string Url, long Offset, long Size, DateTimeOffset ExpiresAt);

/// <summary>A list of uploads.</summary>
internal sealed record UploadsPage(IReadOnlyList<UploadResponse> Data, string? Next);

/// <summary>An upload on the wire.</summary>
internal sealed record UploadResponse(
    string Id,
    string AccountId,
    UploadStatus Status,
    UploadMode Mode,
    string ProjectId,
    string FolderId,
    string FileName,
    long? Size,
    long Offset,
    long PartBytes,
    int PartsStored,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset ExpiresAt,
    string? Created,
    string? ItemId,
    string? VersionId,
    string? Reason,
    string? NextStep,
    string Url
)
{
    public static UploadResponse From(UploadDescription upload) =>
        new(
            upload.Id,
            upload.AccountId,
            upload.Status,
            upload.Mode,
            upload.ProjectId,
            upload.FolderId,
            upload.FileName,
            upload.Size,
            upload.Offset,
            upload.PartBytes,
            upload.PartsStored,
            upload.CreatedAt,
            upload.UpdatedAt,
            upload.ExpiresAt,
            upload.Created,
            upload.ItemId,
            upload.VersionId,
            upload.Reason,
            upload.NextStep ?? NextOf(upload),
            AddressOf(upload)
        );

    public static string AddressOf(UploadDescription upload) => "/files/uploads/" + upload.Id;

    private static string? NextOf(UploadDescription upload) =>
        upload switch
        {
            { Status: UploadStatus.Open or UploadStatus.Uploading, Mode: UploadMode.Direct } =>
                $"Get URLs with POST {AddressOf(upload)}/urls, PUT each part to its URL, then POST {AddressOf(upload)}/complete.",
            { Status: UploadStatus.Open or UploadStatus.Uploading } => string.Create(
                CultureInfo.InvariantCulture,
                $"PUT the whole file to {AddressOf(upload)}, or go on at byte {upload.Offset} with tus (PATCH) or Content-Range."
            ),
            { Status: UploadStatus.Completing } => $"Ask for the file with POST {AddressOf(upload)}/complete.",
            _ => null,
        };
}

/// <summary>The parts of an upload that storage has, by number; none once it has ended.</summary>
internal sealed record StoredPartsResponse(IReadOnlyList<StoredPartResponse> Parts);

/// <summary>A part that storage has: where in the file it lies, and the MD5 of its bytes in lower-case hexadecimal.</summary>
internal sealed record StoredPartResponse(int Part, long Offset, long Size, string Md5);
