namespace TenantHub.Accounts;

/// <summary>
/// The list of all accounts, kept beside the grains because grains cannot be listed. It is derived: the grain's own state is the truth,
/// and a grain that activates puts its row right. One implementation per database.
/// </summary>
public interface IAccountDirectory
{
    /// <summary>Puts in a row; a row with a higher revision stays.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task UpsertAsync(AccountDescription account, CancellationToken cancellationToken = default);

    /// <summary>Lists accounts by creation, oldest first; new accounts come last, so pages do not shift.</summary>
    /// <param name="filter">What to list.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<AccountDescription>> ListAsync(AccountFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Counts the accounts that a filter matches; its page does not matter.</summary>
    /// <param name="filter">What to count.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<long> CountAsync(AccountFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Puts every row right from the stored states of the accounts, while they work. It activates none of them.</summary>
    /// <param name="cancellationToken">Ends the work between two portions; what was put right stays so.</param>
    Task<DirectoryRebuild> RebuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>What to list. An empty list means: no restriction.</summary>
public sealed record AccountFilter
{
    /// <summary>Gets the page, from 1; of what follows <see cref="After"/>, when that is set.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Gets the rows per page.</summary>
    public int PageSize { get; init; } = 25;

    /// <summary>Gets where the list begins; null for its beginning.</summary>
    public AccountCursor? After { get; init; }

    /// <summary>Gets whether the accounts whose status changed last come first, instead of the oldest ones.
    /// <see cref="After"/> does not go with it.</summary>
    public bool LatestChangesFirst { get; init; }

    /// <summary>Gets what to search for: each word must stand, in any case, somewhere in the account's id, label, owner's id or name, or
    /// Autodesk's account id; one of one or two letters at the beginning of a word.</summary>
    public string Search { get; init; } = "";

    /// <summary>Gets the owners.</summary>
    public IReadOnlyList<string> OriginOwnerIds { get; init; } = [];

    /// <summary>Gets the account ids.</summary>
    public IReadOnlyList<string> AccountIds { get; init; } = [];

    /// <summary>Gets the connector profiles.</summary>
    public IReadOnlyList<string> ProfileIds { get; init; } = [];

    /// <summary>Gets Autodesk's account ids, without <c>b.</c>.</summary>
    public IReadOnlyList<string> AccAccountIds { get; init; } = [];

    /// <summary>Gets the data regions.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Gets the statuses. When empty, unlinked accounts are left out.</summary>
    public IReadOnlyList<AccountStatus> Statuses { get; init; } = [];
}
