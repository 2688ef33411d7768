using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Calls;
using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>
/// A write takes effect once, also when it is repeated under its idempotency key (docs/adr/0007). 1. Before the lane: a key that runs, or
/// that has an answer, is answered at once. 2. Before a request leaves, the intent is stored. 3. After the answer, the answer is stored; a
/// request that had no effect frees the key. 4. A record without an answer means that nobody knows: then we look before we send. 5. For a
/// day after the database has lost its last writes a key without a record means no more than that.
/// </summary>
/// <remarks>
/// Two silos may each believe for a while that they own the account: one of them was frozen, or cut off. So the database decides who may
/// send (step 2: of all who have seen the same record, one gets it), and whoever got it sends soon or not at all: within half of the time
/// that another one lets pass, since that instant, before it trusts what it sees at Autodesk.
/// </remarks>
internal sealed partial class WriteOnce(
    IIdempotencyStore keys,
    AutodeskCalls calls,
    ReadBack readBack,
    IOptions<ResilienceOptions> resilience,
    TimeProvider clock,
    ILogger<WriteOnce> logger
)
{
    private static readonly TimeSpan LongestLoss = TimeSpan.FromHours(1); // No standby should lag by more.

    /// <summary>Step 1.</summary>
    public ValueTask<KeyClaim> ClaimAsync(ActiveAccount account, ActionDefinition action, ActionRequest request, long until) =>
        action.Safety is ActionSafety.Read ? new(KeyClaim.None)
        : request.IdempotencyKey is { } key ? new(ClaimAsync(account, action, request, key, until))
        : request.RepeatWindow is { } window && !Replaces(action) ? new(ClaimRepeatAsync(account, action, request, window, until))
        : new(KeyClaim.None);

    /// <summary>
    /// Sends the call; whoever calls holds the lane. Gives its result when that is not simply Autodesk's response: found by looking, or not
    /// known. A write whose answer was lost is sent again only under a key, once, and only after a look has shown that it had no effect.
    /// </summary>
    public async Task<ActionResult?> SendAsync(ApsCall call, KeyClaim claim, CancellationToken cancellationToken)
    {
        if (claim.Key is not null)
            claim.Place = call.Place;
        var mayHaveHappened = claim.Unfinished is not null && !call.Action.RetrySafe;
        if (mayHaveHappened)
        {
            // Step 4. Only what is certainly not there is sent.
            var earlier = await readBack.LookAsync(call, claim.Unfinished!.CreatedAt, claim.Unfinished.SendingAt);
            if (earlier.ToResult(call) is { } known)
                return known;
        }

        var forgottenAt = claim is { Key: not null, Unfinished: null } ? keys.MayHaveForgottenAt : null;
        if (forgottenAt is { } since && !call.Action.RetrySafe && call.Action.ReadBack is not null)
        {
            // Step 5. What the key's first call has made would be as old as what the database has lost.
            var earlier = await readBack.LookAsync(call, since - LongestLoss, since);
            if (earlier.Found is not null)
                return earlier.ToResult(call);
            if (!earlier.IsAbsent)
                return KeyErrors.PerhapsForgotten(earlier.Seen);
            mayHaveHappened = true;
        }

        for (var sends = 1; ; sends++)
        {
            await calls.RunAsync(call, cancellationToken);
            if (claim.Earlier is { } deleted && call.Response is ApsResponse.Answered { Status: 404 })
                return deleted with { Origin = AnswerOrigin.Replay };
            if (
                (call.WasUncertain || claim.Unfinished is not null || forgottenAt is not null)
                && call is { Action.Method: "DELETE", Response: ApsResponse.Answered { Status: 404 } gone }
            )
                return new ActionResult.Succeeded(gone.Status, null, null) { Origin = AnswerOrigin.ReadBack }; // Gone, as was asked for.
            if (call.Action.RetrySafe)
                return null;
            var conflict = mayHaveHappened && call.Response is ApsResponse.Answered { Status: 409 }; // With the earlier request, perhaps, which came late.
            if (!call.EndedUncertain && !conflict)
                return null;

            mayHaveHappened = true;
            var look = await readBack.LookAsync(call, claim.Unfinished?.CreatedAt ?? call.FirstSentAt, clock.GetUtcNow());
            if (look.Found is not null)
                return look.ToResult(call);
            if (conflict)
                return null;
            if (!look.IsAbsent || claim.Key is null || sends == 2)
                return look.Unknown(call);
        }
    }

    /// <summary>Step 2. What cannot be written down is not sent. Written down long ago is as good as not: after a freeze another silo may
    /// have the key.</summary>
    public async Task<ServiceError?> HoldAsync(ActiveAccount account, KeyClaim claim, long until)
    {
        try
        {
            while (claim.SendingAt is not { } since || clock.GetUtcNow() - since >= resilience.Value.SettleTime / 2)
            {
                var right = (claim.SendingAt ?? claim.Unfinished?.SendingAt) is { } seen
                    ? keys.RenewAsync(account.Id, claim.Key!, seen)
                    : keys.BeginAsync(account.Id, claim.Key!, claim.PayloadHash);
                claim.SendingAt = await clock.WithinAsync(right, until);
                if (claim.SendingAt is null)
                    return KeyErrors.InUse(null);
            }

            return null;
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, account.Id, claim.Place!.Call.Name);
            return AccountErrors.KeyStorageFailed();
        }
    }

    /// <summary>Step 3. An answer that cannot be stored is given all the same: a repeat of the key will look for what it did.</summary>
    public ValueTask<ActionResult> SettleAsync(ApsCall call, KeyClaim claim, ActionResult result) =>
        claim.Key is { } key ? new(SettleAsync(call, claim, key, result)) : new(result);

    /// <summary>The answers kept under idempotency keys are the customer's data, and go with the account. What is left after a failure is
    /// unreadable to all and gone in a day.</summary>
    public Task ForgetAsync(ActiveAccount account) => keys.ForgetAccountAsync(account.Id);

    /// <summary>A write that has no key of its own gets one of its caller, its payload and its time. A first one that still waits here has
    /// no record yet.</summary>
    private async Task<KeyClaim> ClaimRepeatAsync(
        ActiveAccount account,
        ActionDefinition action,
        ActionRequest request,
        TimeSpan window,
        long until
    )
    {
        var (now, payload) = (clock.GetUtcNow(), CanonicalCall.HashOf(action, request));
        var key = IdempotencyKey.OfRepeat(request.CallerId, payload, (now.Ticks / window.Ticks) - 1);
        if (account.KeysInUse?.ContainsKey(key) is true)
            return await ClaimAsync(account, action, request, key, until);
        try
        {
            key = await clock.WithinAsync(IdempotencyKey.OfRepeatAsync(keys, account.Id, request.CallerId, payload, window, now), until);
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, account.Id, action.Id);
            return KeyClaim.Answered(AccountErrors.KeyStorageFailed());
        }

        var claim = await ClaimAsync(account, action, request, key, until);
        return AnswersRepeats(action) || claim.Answer is not ActionResult.Succeeded { Origin: AnswerOrigin.Replay } deleted
            ? claim
            : KeyClaim.Again(deleted);
    }

    /// <summary>Whether a repeat without a key is answered from the record: only what would have a second effect. Off, on and off again has
    /// to end with off, and what was deleted and made again has to be gone after a second deletion (docs/adr/0036).</summary>
    public static bool AnswersRepeats(ActionDefinition action) => !Replaces(action) && action.Method is not "DELETE";

    /// <summary>Whether the action says how a thing is to be: sent again it makes it so again.</summary>
    private static bool Replaces(ActionDefinition action) => action.Method is "PATCH" or "PUT";

    private async Task<KeyClaim> ClaimAsync(ActiveAccount account, ActionDefinition action, ActionRequest request, string key, long until)
    {
        if (IdempotencyKey.Check(key) is { } invalid)
            return KeyClaim.Answered(invalid);

        var payload = CanonicalCall.HashOf(action, request);
        if (account.KeysInUse?.GetValueOrDefault(key) is { } running)
            return KeyClaim.Answered(running.PayloadHash == payload ? KeyErrors.InUse(running.Place) : IdempotencyKey.Reused());

        // Held before the wait for the database, so that two calls with one key cannot both find nothing there.
        var claim = KeyClaim.Hold(key, payload, account.KeysInUse ??= []);
        try
        {
            var record = await clock.WithinAsync(keys.FindAsync(account.Id, key), until);
            if (record is { Answer: { } answer } && record.PayloadHash == payload)
                return Release(claim, answer with { Origin = AnswerOrigin.Replay });
            if (record is not null && record.PayloadHash != payload)
                return Release(claim, IdempotencyKey.Reused());
            claim.Unfinished = record;
            return claim;
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, account.Id, action.Id);
            return Release(claim, AccountErrors.KeyStorageFailed());
        }
    }

    private async Task<ActionResult> SettleAsync(ApsCall call, KeyClaim claim, string key, ActionResult result)
    {
        try
        {
            if (result is ActionResult.Succeeded succeeded)
                await clock.WithinAsync(keys.CompleteAsync(call.Account.Id, key, succeeded), call.StartBy);
            else if (claim.SendingAt is { } sendingAt && HadNoEffect(claim, call, result))
                await clock.WithinAsync(keys.ForgetAsync(call.Account.Id, key, sendingAt), call.StartBy);
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, call.Account.Id, call.Action.Id);
        }

        return result;
    }

    private static KeyClaim Release(KeyClaim claim, ActionResult answer)
    {
        claim.Dispose();
        return KeyClaim.Answered(answer);
    }

    private static bool HadNoEffect(KeyClaim claim, ApsCall call, ActionResult result) =>
        call.Attempts == 0
            ? claim.Unfinished is null
            : !call.EndedUncertain && result is not ActionResult.Failed { Error.Code: ErrorCode.OutcomeUnknown };

    [LoggerMessage(
        2006,
        LogLevel.Error,
        "Account {AccountId}: the record of the idempotency key of {ActionId} could not be read or written"
    )]
    private partial void LogKeyFailed(Exception exception, string accountId, string actionId);
}
