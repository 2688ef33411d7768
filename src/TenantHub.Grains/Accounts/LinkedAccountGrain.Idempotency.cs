using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>
/// Writes under an idempotency key. 1. Before the lane: a key that runs, or that has an answer, is answered at once. 2. Before a request
/// leaves, the intent is stored. 3. After the answer, the answer is stored; a request that had no effect frees the key. 4. A record
/// without an answer means that nobody knows: then the hub looks before it sends (LinkedAccountGrain.ReadBack.cs).
/// <para>
/// Two hubs may each believe for a while that they own the account: one of them was frozen, or cut off. So the database decides who may send
/// (step 2: of all who have seen the same record, one gets it), and whoever got it sends soon or not at all: within half of the time that
/// another one lets pass, since that instant, before it trusts what it sees at Autodesk.
/// </para>
/// </summary>
internal sealed partial class LinkedAccountGrain
{
    private Dictionary<string, KeyClaim>? _keysInUse;

    /// <summary>Step 1.</summary>
    private ValueTask<KeyClaim> ClaimKeyAsync(ActionDefinition action, ActionRequest request) =>
        request.IdempotencyKey is { } key && action.Safety is not ActionSafety.Read ? new(ClaimKeyAsync(action, request, key)) : new(KeyClaim.None());

    private async Task<KeyClaim> ClaimKeyAsync(ActionDefinition action, ActionRequest request, string key)
    {
        if (IdempotencyKey.Check(key) is { } invalid) return KeyClaim.Answered(invalid);

        var payload = IdempotencyKey.HashOf(request);
        if (_keysInUse?.GetValueOrDefault(key) is { } running)
            return KeyClaim.Answered(running.PayloadHash == payload ? KeyErrors.InUse(running.Place) : IdempotencyKey.Reused());

        // Held before the wait for the database, so that two calls with one key cannot both find nothing there.
        var claim = KeyClaim.Hold(key, payload, _keysInUse ??= []);
        try
        {
            var record = await _keys.FindAsync(Id, key);
            if (record is { Answer: { } answer } && record.PayloadHash == payload) return Release(claim, answer with { Origin = AnswerOrigin.Replay });
            if (record is not null && record.PayloadHash != payload) return Release(claim, IdempotencyKey.Reused());
            claim.Unfinished = record;
            return claim;
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, Id, action.Id);
            return Release(claim, AccountErrors.KeyStorageFailed());
        }
    }

    private static KeyClaim Release(KeyClaim claim, ActionResult answer)
    {
        claim.Dispose();
        return KeyClaim.Answered(answer);
    }

    /// <summary>Step 2. What cannot be written down is not sent. Written down long ago is as good as not: after a freeze another hub may have the key.</summary>
    private async Task<HubError?> HoldKeyAsync(KeyClaim claim)
    {
        try
        {
            while (claim.SendingAt is not { } since || _clock.GetUtcNow() - since >= _resilience.SettleTime / 2)
            {
                claim.SendingAt = (claim.SendingAt ?? claim.Unfinished?.SendingAt) is { } seen
                    ? await _keys.RenewAsync(Id, claim.Key!, seen)
                    : await _keys.BeginAsync(Id, claim.Key!, claim.PayloadHash);
                if (claim.SendingAt is null) return KeyErrors.InUse(null);
            }

            return null;
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, Id, claim.Place!.Call.Name);
            return AccountErrors.KeyStorageFailed();
        }
    }

    private static bool HadNoEffect(KeyClaim claim, ApsCall call, ActionResult result) => call.Attempts == 0
        ? claim.Unfinished is null
        : !call.EndedUncertain && result is not ActionResult.Failed { Error.Code: ErrorCode.OutcomeUnknown };

    /// <summary>Step 3. An answer that cannot be stored is given all the same: a repeat of the key will look for what it did.</summary>
    private async Task<ActionResult> SettleKeyAsync(KeyClaim claim, ApsCall call, ActionResult result)
    {
        if (claim.Key is not { } key) return result;
        try
        {
            if (result is ActionResult.Succeeded succeeded) await _keys.CompleteAsync(Id, key, succeeded);
            else if (claim.SendingAt is { } sendingAt && HadNoEffect(claim, call, result)) await _keys.ForgetAsync(Id, key, sendingAt);
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, Id, call.Action.Id);
        }

        return result;
    }
}
