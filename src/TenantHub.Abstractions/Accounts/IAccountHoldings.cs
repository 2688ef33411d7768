namespace TenantHub.Accounts;

/// <summary>
/// What belongs to which account, of the things that Autodesk keeps by client id and not by account. It keeps accounts apart that share a
/// client id. Rows of their own instead of grain state, because an account may hold 100,000 things and needs to know of one at a time.
/// </summary>
public interface IAccountHoldings
{
    /// <summary>Tells which of the things the account holds.</summary>
    /// <param name="holder">The account and its client id.</param>
    /// <param name="kind">What they are.</param>
    /// <param name="things">Their ids, exactly as Autodesk writes them.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlySet<string>> FindAsync(
        Holder holder,
        HoldingKind kind,
        IReadOnlyCollection<string> things,
        CancellationToken cancellationToken = default
    );

    /// <summary>Tells which of the things accounts outside a connector profile hold: what a profile shares ends at the profile.</summary>
    /// <param name="holder">The account that asks, and its client id.</param>
    /// <param name="kind">What they are.</param>
    /// <param name="things">Their ids, exactly as Autodesk writes them.</param>
    /// <param name="profileId">The connector profile of the account that asks.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlySet<string>> FindHeldOutsideAsync(
        Holder holder,
        HoldingKind kind,
        IReadOnlyCollection<string> things,
        string profileId,
        CancellationToken cancellationToken = default
    );

    /// <summary>Writes down that Autodesk has given the thing to the account. Whoever held a bucket or a webhook of this id before held one
    /// that is gone.</summary>
    /// <param name="holder">The account and its client id.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="thing">Its id.</param>
    Task RecordAsync(Holder holder, HoldingKind kind, string thing);

    /// <summary>Writes down that the account holds the thing, unless another account holds it.</summary>
    /// <param name="holder">The account and its client id.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="thing">Its id.</param>
    /// <returns>False when another account holds it.</returns>
    Task<bool> TryRecordAsync(Holder holder, HoldingKind kind, string thing);

    /// <summary>Forgets a thing that is gone.</summary>
    /// <param name="holder">The account and its client id.</param>
    /// <param name="kind">What it was.</param>
    /// <param name="thing">Its id.</param>
    Task ForgetAsync(Holder holder, HoldingKind kind, string thing);

    /// <summary>Lists an account's buckets and webhooks, which stay at Autodesk when it is unlinked, in the order of their ids.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="most">How many at most.</param>
    Task<IReadOnlyList<Holding>> ListLastingAsync(string accountId, int most);

    /// <summary>
    /// Forgets what an account that is gone has proven and reserved. Its buckets and webhooks stay written down as its own: they are nobody
    /// else's.
    /// </summary>
    /// <param name="accountId">The linked account.</param>
    Task ForgetPassingAsync(string accountId);

    /// <summary>Gives an account the buckets and webhooks of the unlinked accounts that its owner had of the same Autodesk
    /// account.</summary>
    /// <param name="holder">The account that is linked now, and its client id.</param>
    /// <param name="ownerId">Its owner.</param>
    /// <param name="accAccountId">Autodesk's account id.</param>
    /// <returns>How many there were.</returns>
    Task<int> TakeBackAsync(Holder holder, string ownerId, string accAccountId);

    /// <summary>Finds the one account that holds a bucket or a webhook; null when there is none.</summary>
    /// <param name="clientId">The client id under which Autodesk keeps it.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="thing">Its id.</param>
    Task<string?> FindHolderAsync(string clientId, HoldingKind kind, string thing);
}

/// <summary>An account under the client id that it uses: with another one, Autodesk shows it other things.</summary>
/// <param name="ClientId">The client id.</param>
/// <param name="AccountId">The linked account.</param>
public readonly record struct Holder(string ClientId, string AccountId);

/// <summary>Something that an account holds.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Thing">Its id.</param>
public readonly record struct Holding(HoldingKind Kind, string Thing);

/// <summary>What an account can hold.</summary>
public enum HoldingKind
{
    /// <summary>A bucket that was created through TenantHub. One account holds it.</summary>
    Bucket,

    /// <summary>A webhook that was created through TenantHub. One account holds it.</summary>
    Webhook,

    /// <summary>A storage object that was reserved through TenantHub: kept for 30 days, after which its version tells of it.</summary>
    StorageObject,

    /// <summary>A project that Autodesk has shown to be the account's: believed for 30 days.</summary>
    Project,
}
