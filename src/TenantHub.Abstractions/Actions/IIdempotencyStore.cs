namespace TenantHub.Actions;

/// <summary>
/// What is known of writes that were sent under an idempotency key. A record is made before its request leaves, so a key without a record
/// was never sent. Records are kept for 24 hours.
/// </summary>
public interface IIdempotencyStore
{
    /// <summary>Gets when, in the last 24 hours, the database was found to have lost its last writes: a key that is unknown may have been
    /// used before then. Null when that is not so.</summary>
    DateTimeOffset? MayHaveForgottenAt { get; }

    /// <summary>Gives the record of a key; null when there is none, or when it is older than 24 hours.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IdempotencyRecord?> FindAsync(string accountId, string key, CancellationToken cancellationToken = default);

    /// <summary>Stores the intent to send. When there is a record already it stays as it is.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="payloadHash">Names the payload.</param>
    /// <returns>The record's <see cref="IdempotencyRecord.SendingAt"/>; null when there was a record.</returns>
    Task<DateTimeOffset?> BeginAsync(string accountId, string key, string payloadHash);

    /// <summary>Takes the right to send again. Of all who have seen the same record only one gets it.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="seen">The record's <see cref="IdempotencyRecord.SendingAt"/> as the caller knows it.</param>
    /// <returns>The new one; null when another server was first, or has the answer.</returns>
    Task<DateTimeOffset?> RenewAsync(string accountId, string key, DateTimeOffset seen);

    /// <summary>Stores the answer, sealed.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="answer">The answer to give to whoever sends the key again.</param>
    Task CompleteAsync(string accountId, string key, ActionResult.Succeeded answer);

    /// <summary>Forgets a key whose request is known to have had no effect, unless another server is sending under it by now.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="key">The key.</param>
    /// <param name="sendingAt">The record's <see cref="IdempotencyRecord.SendingAt"/> as the caller knows it.</param>
    Task ForgetAsync(string accountId, string key, DateTimeOffset sendingAt);

    /// <summary>Forgets every key of an account with its answers.</summary>
    /// <param name="accountId">The linked account.</param>
    Task ForgetAccountAsync(string accountId);
}

/// <summary>What is known of one key.</summary>
/// <param name="PayloadHash">Names the payload that was sent.</param>
/// <param name="CreatedAt">When it was first about to be sent.</param>
/// <param name="SendingAt">When it was last about to be sent; it also names who may send (see
/// <see cref="IIdempotencyStore.RenewAsync"/>).</param>
/// <param name="Answer">The answer; null while there is none, or when it was lost.</param>
public sealed record IdempotencyRecord(
    string PayloadHash,
    DateTimeOffset CreatedAt,
    DateTimeOffset SendingAt,
    ActionResult.Succeeded? Answer
);
