namespace TenantHub.Approvals;

/// <summary>The calls that wait for a person. The call itself is the customer's data, and is sealed.</summary>
public interface IApprovalStore
{
    /// <summary>Stores a wanted approval, of which nothing has been told.</summary>
    /// <param name="approval">What is wanted.</param>
    Task AddAsync(Approval approval);

    /// <summary>Gives the newest approval for an account with a fingerprint; null when there is none.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="fingerprint">See <see cref="Approval.Fingerprint"/>.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<Approval?> FindNewestAsync(string accountId, string fingerprint, CancellationToken cancellationToken = default);

    /// <summary>Gives an approval; null when there is none of the id.</summary>
    /// <param name="id">The approval's id.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<Approval?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Lists approvals in any state, the newest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="before">The id before which the list begins; null for its beginning.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<Approval>> ListAsync(int limit, string? before = null, CancellationToken cancellationToken = default);

    /// <summary>Lists what is pending and has not expired, the oldest first: whoever decides comes to all of it.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="after">The id after which the list begins; null for its beginning.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<Approval>> ListPendingAsync(
        DateTimeOffset now,
        int limit,
        string? after = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Counts what an account has pending that has not expired. What its own caller has taken back counts as long as it stays
    /// refused: else one caller could ask without end.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="callerId">The caller whose share is counted too.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<(int OfAll, int OfCaller)> CountPendingAsync(
        string accountId,
        string callerId,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    );

    /// <summary>Decides a pending approval, which is to be told. Of all who decide, one does.</summary>
    /// <param name="decided">The approval as it is to be, with its new state.</param>
    /// <returns>Whether it was pending and not expired at <see cref="Approval.DecidedAt"/>.</returns>
    Task<bool> DecideAsync(Approval decided);

    /// <summary>Notes that an approved call has taken effect.</summary>
    /// <param name="id">The approval's id.</param>
    /// <param name="until">Until when a repeat of the call gets its answer (<see cref="Approval.ExpiresAt"/>); null to leave that as it
    /// is.</param>
    Task UseAsync(string id, DateTimeOffset? until = null);

    /// <summary>Lists approvals of which something is to be told: that they wait, how they were decided, or that nobody decided in
    /// time.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<Approval>> ListUntoldAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken = default);

    /// <summary>Notes what has been told of an approval; what was told before stays told.</summary>
    /// <param name="id">The approval's id.</param>
    /// <param name="told">What has been told.</param>
    Task TellAsync(string id, ApprovalTold told);

    /// <summary>Forgets the approvals of an account.</summary>
    /// <param name="accountId">The linked account.</param>
    Task ForgetAccountAsync(string accountId);
}
