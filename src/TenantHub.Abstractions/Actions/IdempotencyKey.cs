using System.Security.Cryptography;
using System.Text;
using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>What an idempotency key may be, and what it stands for.</summary>
public static class IdempotencyKey
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>For how long it is known what became of a key's write: 24 hours. After that the same key is another write.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    /// <summary>Tells what is wrong with a key; null when it may be used.</summary>
    /// <param name="key">The key.</param>
    public static ServiceError? Check(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length is > 0 and <= MaxLength && key.All(letter => letter is >= ' ' and <= '~'))
            return null;
        return new(ErrorCode.InvalidInput, ErrorSource.Caller, $"The Idempotency-Key must be 1 to {MaxLength} visible ASCII characters.")
        {
            NextStep = "Send a UUID, for example; nothing was sent.",
            Faults = [new("Idempotency-Key", $"must be 1 to {MaxLength} visible ASCII characters.")],
        };
    }

    /// <summary>The refusal of a key that was used for another payload.</summary>
    public static ServiceError Reused() =>
        new(ErrorCode.IdempotencyKeyReused, ErrorSource.Caller, "This Idempotency-Key was used for another request. Nothing was sent.")
        {
            NextStep = "Send a new key with every new write, and the same key only with an unchanged repeat.",
        };

    /// <summary>The key of one step of a write that has several: a repeat of the whole repeats each step under the same key.</summary>
    /// <param name="key">The key of the whole.</param>
    /// <param name="step">The step.</param>
    public static string OfStep(string key, string step) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\n{step}")));

    /// <summary>The key of a write that has none of its own: the same caller and the same payload give the same key.</summary>
    /// <param name="callerId">Who calls.</param>
    /// <param name="payload">The name of everything that the caller asks for.</param>
    /// <param name="slot">The span of time in which it came.</param>
    public static string OfRepeat(string? callerId, string payload, long slot) => OfStep($"{callerId}\n{payload}", $"repeat {slot}");

    /// <summary>
    /// The key of a write that has none of its own, and that may be a repeat of an earlier one. Near the edge of two spans of time the one
    /// before counts, as long as the first write is not older than the window.
    /// </summary>
    /// <param name="keys">What is known of earlier writes.</param>
    /// <param name="accountId">The linked account.</param>
    /// <param name="callerId">Who calls.</param>
    /// <param name="payload">The name of everything that the caller asks for.</param>
    /// <param name="window">For how long the same write is a repeat.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task<string> OfRepeatAsync(
        IIdempotencyStore keys,
        string accountId,
        string? callerId,
        string payload,
        TimeSpan window,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(keys);
        var slot = now.Ticks / window.Ticks;
        var before = OfRepeat(callerId, payload, slot - 1);
        var first = await keys.FindAsync(accountId, before, cancellationToken);
        return first is not null && now - first.CreatedAt < window ? before : OfRepeat(callerId, payload, slot);
    }
}
