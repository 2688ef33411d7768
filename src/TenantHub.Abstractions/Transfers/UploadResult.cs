using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Transfers;

/// <summary>How an operation on an upload ended. After a failure the upload may still be there, and is then described too.</summary>
/// <param name="Upload">The upload as it is now; null when there is none.</param>
/// <param name="Error">Why the operation did not do what was asked; null when it did.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.upload-result")]
public sealed record UploadResult([property: Id(0)] UploadDescription? Upload, [property: Id(1)] ServiceError? Error)
{
    /// <summary>Gets Autodesk's document of the item or version that was made just now; null otherwise.</summary>
    [Id(2)]
    public JsonBytes? Resource { get; init; }

    /// <summary>Gets from where the stored bytes can be read, when their hash is to be told to
    /// <see cref="IUploadGrain.CompleteAsync"/> before the file is made; null otherwise.</summary>
    [Id(3)]
    public Secret? ReadBackUrl { get; init; }

    /// <summary>Gets the parts that are stored, for whoever begins to send; empty otherwise.</summary>
    [Id(4)]
    public IReadOnlyList<UploadPart> Parts { get; init; } = [];

    /// <summary>Gets whether whoever begins to send is to compute the file's SHA-256, because one was declared.</summary>
    [Id(5)]
    public bool WantsSha256 { get; init; }

    /// <summary>Gets whether the file that was made just now was told by Autodesk, or looked for because its answer was lost.</summary>
    [Id(6)]
    public AnswerOrigin Origin { get; init; }
}

/// <summary>A part that storage has taken.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Md5">The MD5 of its bytes, in lower-case hexadecimal.</param>
/// <param name="Tries">How often it was sent until storage had it.</param>
/// <param name="StoredAt">When storage had it.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.upload-part")]
public sealed record UploadPart(
    [property: Id(0)] int Number,
    [property: Id(1)] long Size,
    [property: Id(2)] string Md5,
    [property: Id(3)] int Tries,
    [property: Id(4)] DateTimeOffset StoredAt
);

/// <summary>Signed URLs for parts, or why there are none: exactly one of the two.</summary>
/// <param name="Parts">The URLs, by ascending number of their part.</param>
/// <param name="Error">Why there are none.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.signed-parts")]
public sealed record SignedParts([property: Id(0)] IReadOnlyList<SignedPart> Parts, [property: Id(1)] ServiceError? Error);

/// <summary>Where to send a part.</summary>
/// <param name="Number">The part's number, from 1.</param>
/// <param name="Url">The URL, which lets whoever has it write this part.</param>
/// <param name="ExpiresAt">Until when the sending must have begun.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.signed-part")]
public sealed record SignedPart([property: Id(0)] int Number, [property: Id(1)] Secret Url, [property: Id(2)] DateTimeOffset ExpiresAt);
