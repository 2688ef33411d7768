namespace TenantHub.Security;

/// <summary>The API keys. Stored are their hashes: a key is 256 random bits, so a fast hash gives nothing away and costs each call
/// nothing.</summary>
public interface IApiKeyStore
{
    /// <summary>Stores a new key.</summary>
    /// <param name="key">What is known of it.</param>
    /// <param name="hash">The key's SHA-256 in lower-case hexadecimal.</param>
    Task AddAsync(ApiKey key, string hash);

    /// <summary>Gives the key with the hash, also a revoked or expired one; null when there is none.</summary>
    /// <param name="hash">The SHA-256 of what a caller has sent.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<ApiKey?> FindByHashAsync(string hash, CancellationToken cancellationToken = default);

    /// <summary>Gives the key with the id; null when there is none.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<ApiKey?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Lists keys, the oldest first, revoked ones too.</summary>
    /// <param name="page">The page, from 1.</param>
    /// <param name="pageSize">The keys per page.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<ApiKey>> ListAsync(int page, int pageSize, CancellationToken cancellationToken = default);

    /// <summary>Revokes a key for good; one that is revoked stays as it is.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="at">When.</param>
    /// <returns>The key as it is now; null when there is none.</returns>
    Task<ApiKey?> RevokeAsync(string id, DateTimeOffset at);

    /// <summary>Notes that a key was used.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="at">When; an earlier note stays when it is later.</param>
    Task TouchAsync(string id, DateTimeOffset at);
}
