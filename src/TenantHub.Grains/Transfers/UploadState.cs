using TenantHub.Errors;
using TenantHub.Events;

namespace TenantHub.Transfers;

/// <summary>What is stored of an upload, apart from its parts.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.upload-state")]
internal sealed record UploadState
{
    [Id(0)]
    public UploadRequest? Request { get; init; }

    [Id(1)]
    public string AccountId { get; init; } = "";

    [Id(2)]
    public string UploadId { get; init; } = "";

    /// <summary>Gets the storage object's URN.</summary>
    [Id(3)]
    public string ObjectId { get; init; } = "";

    /// <summary>Gets Autodesk's name for the upload, with which whoever is let in writes parts.</summary>
    [Id(4)]
    public Secret? UploadKey { get; init; }

    [Id(5)]
    public long PartBytes { get; init; }

    [Id(6)]
    public UploadStatus Status { get; init; }

    /// <summary>Gets why the upload has ended without a file, or could not be completed so far.</summary>
    [Id(7)]
    public ServiceError? Error { get; init; }

    /// <summary>Gets whether storage has made one object of the parts.</summary>
    [Id(8)]
    public bool IsAssembled { get; init; }

    /// <summary>Gets the size; null while it is not known.</summary>
    [Id(9)]
    public long? Size { get; init; }

    [Id(10)]
    public DateTimeOffset CreatedAt { get; init; }

    [Id(11)]
    public DateTimeOffset UpdatedAt { get; init; }

    [Id(12)]
    public DateTimeOffset ExpiresAt { get; init; }

    [Id(13)]
    public string? Created { get; init; }

    [Id(14)]
    public string? FileName { get; init; }

    [Id(15)]
    public string? ItemId { get; init; }

    [Id(16)]
    public string? VersionId { get; init; }

    /// <summary>Gets how often the upload was begun anew under its id; it is part of the idempotency keys.</summary>
    [Id(17)]
    public int Round { get; init; }

    /// <summary>Gets the event that is to be handed over; null when there is none.</summary>
    [Id(18)]
    public LifecycleEvent? Outbox { get; init; }

    public bool HasEnded => Status is UploadStatus.Done or UploadStatus.Failed or UploadStatus.Expired or UploadStatus.Aborted;

    /// <summary>Whether another attempt under the same id may begin: nothing was made, and nothing can be any more.</summary>
    public bool MayBeginAnew => Status is UploadStatus.Failed or UploadStatus.Expired or UploadStatus.Aborted;
}
