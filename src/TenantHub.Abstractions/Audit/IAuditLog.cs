namespace TenantHub.Audit;

/// <summary>The audit: append-only, one chain for all servers that share the database.</summary>
public interface IAuditLog
{
    /// <summary>Appends a row; its number, time and hash are given to it. What cannot be appended throws.</summary>
    /// <param name="entry">The row; <see cref="AuditEntry.Sequence"/>, <see cref="AuditEntry.At"/> and <see cref="AuditEntry.Hash"/> are
    /// not looked at.</param>
    /// <returns>The row as it was written.</returns>
    Task<AuditEntry> AppendAsync(AuditEntry entry);

    /// <summary>Reads changes, the newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<AuditedChange>> ListAsync(AuditFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Reads all rows as they are, the oldest first, some at a time.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<AuditEntry> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Looks over the chain. When it is sound and joins what was found sound before, its end becomes the head that is
    /// kept.</summary>
    /// <param name="known">An earlier head that was kept elsewhere; null for none.</param>
    /// <param name="range">Which rows; null for the whole chain.</param>
    /// <param name="progress">Is told the number of the row that was looked at, now and then.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    Task<AuditVerification> VerifyAsync(
        AuditHead? known = null,
        AuditRange? range = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    );
}
