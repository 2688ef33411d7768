using Orleans.Concurrency;
using TenantHub.Errors;

namespace TenantHub.Transfers;

/// <summary>
/// One upload and its ledger; the key is <see cref="UploadId.KeyOf"/>, so an upload of another account does not exist. The bytes never
/// enter the
/// grain: whoever has them sends them to the URLs that it gives, and tells it of every part that storage has taken.
/// </summary>
[Alias("tenanthub.upload")]
public interface IUploadGrain : IGrainWithStringKey
{
    /// <summary>
    /// Begins the upload: rights and limits are tried and the place at Autodesk is reserved before a byte moves. Begun again with the same
    /// request it is described; one that has ended without a file begins anew.
    /// </summary>
    /// <param name="request">The file and its place.</param>
    [Alias("Create"), ResponseTimeout("00:04:00")]
    Task<UploadResult> CreateAsync(UploadRequest request);

    /// <summary>Describes the upload; answers at once, also while the file is being made.</summary>
    [Alias("Describe"), AlwaysInterleave, ReadOnly] // It changes nothing.
    Task<UploadResult> DescribeAsync();

    /// <summary>
    /// Takes over the sending: parts of whoever sent before are refused from now on. The result holds the parts that are stored.
    /// </summary>
    /// <param name="writer">A name that nobody else has.</param>
    /// <param name="size">The file's size in bytes, when it was not known before; null to leave it.</param>
    [Alias("Begin")]
    Task<UploadResult> BeginAsync(string writer, long? size);

    /// <summary>Gives signed URLs for parts that follow each other.</summary>
    /// <param name="firstPart">The first one, from 1.</param>
    /// <param name="count">How many, 1 to 25.</param>
    /// <param name="callerId">Who asks; the URLs of an upload that goes directly are its caller's alone. Null for the server
    /// itself.</param>
    /// <param name="fresh">Whether URLs that were given before are not good any more.</param>
    [Alias("Sign"), AlwaysInterleave, ResponseTimeout("00:03:00")] // Beside parts that are being recorded; it writes no state.
    Task<SignedParts> SignAsync(int firstPart, int count, string? callerId, bool fresh);

    /// <summary>Asks, immediately before a part leaves, whether it still may: account, profile, key and sender are as they were.</summary>
    /// <param name="writer">The name under which the sending was begun.</param>
    /// <param name="callerId">Whose request the bytes come in; it need not be who has begun the upload.</param>
    /// <returns>Why it may not; null when it may.</returns>
    [Alias("MaySend"), AlwaysInterleave, ReadOnly] // It changes nothing.
    Task<ServiceError?> MaySendAsync(string writer, string? callerId);

    /// <summary>Writes down that storage has a part. Written down twice is once.</summary>
    /// <param name="writer">Who has sent it.</param>
    /// <param name="part">The part.</param>
    /// <returns>Why it is not written down; null when it is.</returns>
    [Alias("RecordPart"), AlwaysInterleave] // Several parts are on their way at once; each is a row of its own.
    Task<ServiceError?> RecordPartAsync(string writer, UploadPart part);

    /// <summary>
    /// Makes the item or the version of the stored parts, once: called again it goes on where it stopped, and when the file is made it is
    /// described. When a hash was declared and is not told, the result says from where the bytes can be read.
    /// </summary>
    /// <param name="size">The file's size in bytes.</param>
    /// <param name="sha256">The hash of the bytes that were sent, as 64 lower-case hexadecimal digits; null when it is not known.</param>
    [Alias("Complete"), ResponseTimeout("00:10:00")]
    Task<UploadResult> CompleteAsync(long size, string? sha256);

    /// <summary>Gives the upload up. One that has ended stays as it is.</summary>
    [Alias("Abort")]
    Task<UploadResult> AbortAsync();
}
