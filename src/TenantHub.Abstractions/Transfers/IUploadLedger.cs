namespace TenantHub.Transfers;

/// <summary>
/// The parts of uploads, a row for each, and the list of all uploads, which is derived from the grains. Rows of their own instead of grain
/// state, because an upload has up to 10,000 parts and one is written at a time.
/// </summary>
public interface IUploadLedger
{
    /// <summary>Gives the stored parts of an upload.</summary>
    /// <param name="key">The upload (<see cref="UploadId.KeyOf"/>).</param>
    Task<IReadOnlyList<UploadPart>> ReadPartsAsync(string key);

    /// <summary>Writes down a part; one of the same number is replaced.</summary>
    /// <param name="key">The upload.</param>
    /// <param name="part">The part.</param>
    Task RecordPartAsync(string key, UploadPart part);

    /// <summary>Forgets the parts of an upload that has ended.</summary>
    /// <param name="key">The upload.</param>
    Task ForgetPartsAsync(string key);

    /// <summary>Puts an upload into the list.</summary>
    /// <param name="upload">The upload.</param>
    Task UpsertAsync(UploadDescription upload);

    /// <summary>Lists the uploads of an account, newest first.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="before">Only those that were begun before this one; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<UploadDescription>> ListAsync(
        string accountId,
        UploadCursor? before,
        int limit,
        CancellationToken cancellationToken = default
    );
}

/// <summary>A place in a list of uploads: after this one.</summary>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="Id">Its id.</param>
public readonly record struct UploadCursor(DateTimeOffset CreatedAt, string Id);
