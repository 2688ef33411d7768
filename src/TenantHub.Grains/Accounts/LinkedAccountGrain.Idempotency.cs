using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>
/// Writes under an idempotency key. 1. Before the lane: a key that runs, or that has an answer, is answered at once. 2. Before the first
/// request leaves, the intent is stored. 3. After the answer, the answer is stored; a request that had no effect frees the key. 4. A record
/// without an answer means that nobody knows: then the hub looks before it sends (LinkedAccountGrain.ReadBack.cs).
/// </summary>
internal sealed partial class LinkedAccountGrain
{
    private readonly Dictionary<string, KeyClaim> _keysInUse = [];

    /// <summary>Step 1.</summary>
    private async Task<KeyClaim> ClaimKeyAsync(ActionDefinition action, ActionRequest request)
    {
        if (request.IdempotencyKey is not { } key || action.Safety is ActionSafety.Read) return KeyClaim.None();
        if (IdempotencyKey.Check(key) is { } invalid) return KeyClaim.Answered(invalid);

        var payload = IdempotencyKey.HashOf(request);
        if (_keysInUse.TryGetValue(key, out var running))
            return KeyClaim.Answered(running.PayloadHash == payload ? KeyErrors.InUse(running.Place) : IdempotencyKey.Reused());

        // Held before the wait for the database, so that two calls with one key cannot both find nothing there.
        var claim = KeyClaim.Hold(key, payload, _keysInUse);
        try
        {
            var record = await _keys.FindAsync(Id, key);
            if (record is { Answer: { } answer } && record.PayloadHash == payload) return Release(claim, answer with { Origin = AnswerOrigin.Replay });
            if (record is not null && record.PayloadHash != payload) return Release(claim, IdempotencyKey.Reused());
            claim.Unfinished = record;
            claim.BeforeSending = record is null ? () => BeginKeyAsync(claim) : null;
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

    /// <summary>Step 2. What cannot be written down is not sent.</summary>
    private async Task<HubError?> BeginKeyAsync(KeyClaim claim)
    {
        try
        {
            return await _keys.BeginAsync(Id, claim.Key!, claim.PayloadHash) ? null : KeyErrors.InUse(null);
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, Id, claim.Place!.Call.Name);
            return AccountErrors.KeyStorageFailed();
        }
    }

    /// <summary>Step 3. An answer that cannot be stored is given all the same: a repeat of the key will look for what it did.</summary>
    private async Task<ActionResult> SettleKeyAsync(KeyClaim claim, ApsCall call, ActionResult result)
    {
        if (claim.Key is not { } key) return result;
        try
        {
            if (result is ActionResult.Succeeded succeeded) await _keys.CompleteAsync(Id, key, succeeded);
            else if (call.Attempts > 0 && !call.EndedUncertain && result is not ActionResult.Failed { Error.Code: ErrorCode.OutcomeUnknown }) await _keys.ForgetAsync(Id, key);
        }
        catch (Exception exception)
        {
            LogKeyFailed(exception, Id, call.Action.Id);
        }

        return result;
    }
}
