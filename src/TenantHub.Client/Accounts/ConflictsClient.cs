using TenantHub.Client.Http;

namespace TenantHub.Client.Accounts;

/// <summary>Autodesk accounts that more than one customer has linked or tried to link.</summary>
public sealed class ConflictsClient
{
    private readonly ClientConnection _connection;

    internal ConflictsClient(ClientConnection connection) => _connection = connection;

    /// <summary>Lists them.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">They could not be read.</exception>
    public Task<IReadOnlyList<AccountConflict>> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync("/account_conflicts", ClientJson.Default.IReadOnlyListAccountConflict, cancellationToken);

    /// <summary>Lets a customer share an Autodesk account that another one holds. That links nothing: the customer links again.</summary>
    /// <param name="claim">Who, and which account.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It was not approved.</exception>
    public Task<IReadOnlyList<AccountConflict>> ApproveAsync(AccountClaim claim, CancellationToken cancellationToken = default) =>
        DecideAsync("/account_conflicts/approve", claim, cancellationToken);

    /// <summary>Forgets that a customer was refused.</summary>
    /// <param name="claim">Who, and which account.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It was not forgotten.</exception>
    public Task<IReadOnlyList<AccountConflict>> DismissAsync(AccountClaim claim, CancellationToken cancellationToken = default) =>
        DecideAsync("/account_conflicts/dismiss", claim, cancellationToken);

    private Task<IReadOnlyList<AccountConflict>> DecideAsync(string path, AccountClaim claim, CancellationToken cancellationToken) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            path,
            claim,
            ClientJson.Default.AccountClaim,
            ClientJson.Default.IReadOnlyListAccountConflict,
            cancellationToken
        );
}

/// <summary>A customer's claim to an Autodesk account.</summary>
/// <param name="ClientId">The app under whose client id it is.</param>
/// <param name="AccAccountId">The Autodesk account.</param>
/// <param name="OriginOwnerId">The customer.</param>
public sealed record AccountClaim(string ClientId, string AccAccountId, string OriginOwnerId);

/// <summary>An Autodesk account and who wants it.</summary>
/// <param name="ClientId">The client id.</param>
/// <param name="AccAccountId">The Autodesk account.</param>
/// <param name="Owners">The customers.</param>
public sealed record AccountConflict(string ClientId, string AccAccountId, IReadOnlyList<ClaimingOwner> Owners);

/// <summary>A customer that wants an account.</summary>
/// <param name="OriginOwnerId">The customer's id in the backend.</param>
/// <param name="OriginOwnerName">The customer's name.</param>
/// <param name="State"><c>holder</c>, <c>shared</c>, <c>unresolved</c> or <c>refused</c>.</param>
/// <param name="Since">Since when.</param>
public sealed record ClaimingOwner(string OriginOwnerId, string OriginOwnerName, string State, DateTimeOffset Since);
