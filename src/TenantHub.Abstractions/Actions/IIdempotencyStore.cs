namespace TenantHub.Actions;

/// <summary>
/// What is known of writes that were sent under an idempotency key. A record is made before its request leaves, so a key without a record
/// was never sent. Records are kept for 24 hours.
/// </summary>
public interface IIdempotencyStore
{
    /// <summary>Gives the record of a key; null when there is none, or when it is older than 24 hours.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IdempotencyRecord?> FindAsync(string accountId, string key, CancellationToken cancellationToken = default);

    /// <summary>Stores the intent to send. When there is a record already it stays as it is.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="payloadHash">Names the payload.</param>
    /// <returns>False when there was a record.</returns>
    Task<bool> BeginAsync(string accountId, string key, string payloadHash);

    /// <summary>Stores the answer, sealed.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="answer">The answer to give to whoever sends the key again.</param>
    Task CompleteAsync(string accountId, string key, ActionResult.Succeeded answer);

    /// <summary>Forgets a key whose request is known to have had no effect.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    Task ForgetAsync(string accountId, string key);
}

/// <summary>What is known of one key.</summary>
/// <param name="PayloadHash">Names the payload that was sent.</param>
/// <param name="CreatedAt">When it was about to be sent.</param>
/// <param name="Answer">The answer; null while there is none, or when it was lost.</param>
public sealed record IdempotencyRecord(string PayloadHash, DateTimeOffset CreatedAt, ActionResult.Succeeded? Answer);
