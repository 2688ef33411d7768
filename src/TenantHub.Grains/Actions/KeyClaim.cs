using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>
/// A call's hold on its idempotency key: while it lasts, no other call of the account runs under the same key. A call without a key, and
/// every read, holds nothing.
/// </summary>
internal sealed class KeyClaim : IDisposable
{
    private readonly Dictionary<string, KeyClaim>? _inUse;

    private KeyClaim(ActionResult? answer) => Answer = answer;

    private KeyClaim(string key, string payloadHash, Dictionary<string, KeyClaim> inUse)
    {
        (Key, PayloadHash, _inUse) = (key, payloadHash, inUse);
        inUse.Add(key, this);
    }

    /// <summary>Gets the key; null when there is none to keep.</summary>
    public string? Key { get; }

    public string PayloadHash { get; } = "";

    /// <summary>Gets what the call is answered with at once; null when it has to run.</summary>
    public ActionResult? Answer { get; private init; }

    /// <summary>Gets or sets the record of an earlier call under this key whose outcome is not known.</summary>
    public IdempotencyRecord? Unfinished { get; set; }

    /// <summary>Gets the answer of the same deletion, when the caller made it a short while ago; null when it did not.</summary>
    public ActionResult.Succeeded? Earlier { get; private init; }

    /// <summary>Gets or sets the call's place in the lane once it has one: others that come with the same key are told what it is
    /// doing.</summary>
    public Lane.Entry? Place { get; set; }

    /// <summary>Gets or sets the instant under which the database knows this call as the one that may send; null before it does.</summary>
    public DateTimeOffset? SendingAt { get; set; }

    /// <summary>Gets the claim of a call that has no key; it holds nothing.</summary>
    public static KeyClaim None { get; } = new(answer: null);

    public static KeyClaim Answered(ActionResult answer) => new(answer);

    /// <summary>The claim of a deletion that is sent again; it holds nothing.</summary>
    public static KeyClaim Again(ActionResult.Succeeded earlier) => new(answer: null) { Earlier = earlier };

    /// <summary>What is not there any more is gone by the caller's own deletion, and that was a success.</summary>
    public ActionResult? Gone(ServiceError error) =>
        error.Code is ErrorCode.AutodeskNotFound or ErrorCode.NotThisAccount or ErrorCode.NotBucketOwner && Earlier is { } deleted
            ? deleted with
            {
                Origin = AnswerOrigin.Replay,
            }
            : null;

    public static KeyClaim Hold(string key, string payloadHash, Dictionary<string, KeyClaim> inUse) => new(key, payloadHash, inUse);

    /// <summary>Frees the key. Once it is free another call may hold it, so a second time changes nothing.</summary>
    public void Dispose()
    {
        if (Key is not null && _inUse!.GetValueOrDefault(Key) == this)
            _inUse!.Remove(Key);
    }
}
