namespace TenantHub.Accounts;

/// <summary>
/// Whose an Autodesk account is. An Account ID is no secret, so naming it proves nothing: the first owner who links it under a client id
/// holds it, and a second one needs an operator. A row of its own for each, because that one owner holds it is the database's rule.
/// </summary>
public interface IAccountClaims
{
    /// <summary>Claims an Autodesk account for an owner. Whoever is refused is written down, for operators to see.</summary>
    /// <param name="account">The Autodesk account.</param>
    /// <param name="ownerId">The owner's id.</param>
    /// <param name="ownerName">The owner's name for people.</param>
    /// <param name="mayShare">Whether the owner may have it though another one holds it.</param>
    /// <returns>Whether the owner may link it.</returns>
    Task<bool> ClaimAsync(AutodeskAccount account, string ownerId, string ownerName, bool mayShare);

    /// <summary>Gives up a claim, unless the owner has another linked account of it. The next one who shared it holds it then.</summary>
    /// <param name="account">The Autodesk account.</param>
    /// <param name="ownerId">The owner's id.</param>
    /// <param name="keepsApproval">Whether what an operator has allowed stays allowed: a link that fails may be tried again.</param>
    Task ReleaseAsync(AutodeskAccount account, string ownerId, bool keepsApproval = false);

    /// <summary>Lists the claims on all Autodesk accounts that more than one owner has linked or tried to link.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<AccountClaim>> ListConflictsAsync(CancellationToken cancellationToken = default);

    /// <summary>Which of some Autodesk accounts more than one owner has linked or tried to link.</summary>
    /// <param name="accounts">The Autodesk accounts.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlySet<AutodeskAccount>> FindContestedAsync(
        IEnumerable<AutodeskAccount> accounts,
        CancellationToken cancellationToken = default
    );

    /// <summary>Whether any owner has an Autodesk account under a client id.</summary>
    /// <param name="clientId">The client id.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<bool> IsClientKnownAsync(string clientId, CancellationToken cancellationToken = default);

    /// <summary>Lets an owner share an Autodesk account that another one holds: what exists is settled, and the next link
    /// succeeds.</summary>
    /// <param name="account">The Autodesk account.</param>
    /// <param name="ownerId">The owner's id.</param>
    /// <returns>False when the owner has never asked for it.</returns>
    Task<bool> ApproveAsync(AutodeskAccount account, string ownerId);

    /// <summary>Forgets that an owner was refused.</summary>
    /// <param name="account">The Autodesk account.</param>
    /// <param name="ownerId">The owner's id.</param>
    /// <returns>False when the owner was not refused.</returns>
    Task<bool> DismissAsync(AutodeskAccount account, string ownerId);
}

/// <summary>An Autodesk account under the client id with which it is reached.</summary>
/// <param name="ClientId">The client id.</param>
/// <param name="AccAccountId">Autodesk's account id, lower case and without <c>b.</c>.</param>
public readonly record struct AutodeskAccount(string ClientId, string AccAccountId)
{
    /// <summary>Gets which Autodesk account a linked account is of.</summary>
    /// <param name="linked">The linked account.</param>
    public static AutodeskAccount Of(AccountDescription linked)
    {
        ArgumentNullException.ThrowIfNull(linked);
        return new(linked.ClientId, linked.AccAccountId);
    }
}

/// <summary>An owner's claim on an Autodesk account.</summary>
/// <param name="Account">The Autodesk account.</param>
/// <param name="OwnerId">The owner's id.</param>
/// <param name="OwnerName">The owner's name.</param>
/// <param name="State">What the claim is worth.</param>
/// <param name="Since">Since when it stands.</param>
public sealed record AccountClaim(AutodeskAccount Account, string OwnerId, string OwnerName, ClaimState State, DateTimeOffset Since);

/// <summary>What a claim is worth.</summary>
public enum ClaimState
{
    /// <summary>The owner holds the Autodesk account.</summary>
    Holder,

    /// <summary>An operator lets the owner share it.</summary>
    Shared,

    /// <summary>The owner had linked it before claims were kept, as another owner had. It works, and waits for an operator's
    /// word.</summary>
    Unresolved,

    /// <summary>The owner tried to link it and was refused.</summary>
    Refused,
}
