using TenantHub.Autodesk.Provisioning;
using TenantHub.Errors;

namespace TenantHub.Accounts;

/// <summary>The errors that an account grain answers with, each with its next step.</summary>
internal static class AccountErrors
{
    public static ServiceError NotFound(string id) =>
        new(ErrorCode.AccountNotFound, ErrorSource.Caller, $"There is no linked account {id}.")
        {
            NextStep = "List the accounts with GET /accounts, or link one with POST /accounts.",
        };

    public static ServiceError StoodStill() =>
        new(
            ErrorCode.HubUnavailable,
            ErrorSource.Hub,
            "The server that has the account stood still for a while, and others may have answered for it. Nothing was sent."
        )
        {
            NextStep = "Send the call again.",
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static ServiceError Damaged(string id, string damage) =>
        new(ErrorCode.StorageUnavailable, ErrorSource.Storage, $"Account {id} cannot be used. {damage}")
        {
            NextStep =
                $"To try again does not help: have an operator restore what is named (deploy/runbook.md, Restore), or unlink the account with DELETE /accounts/{id} and link it again.",
        };

    public static ServiceError NamesProof() =>
        new(
            ErrorCode.InvalidInput,
            ErrorSource.Caller,
            "A name of the form TH-XXXX-XXXX shows that its giver is the account's admin, so it cannot be given here."
        )
        {
            Faults = [new("body", "must hold no text of the form TH-XXXX-XXXX.")],
            NextStep = "Let the account's admin give it in Autodesk's Account Admin.",
        };

    public static ServiceError ApprovalDemandedSince() =>
        new(
            ErrorCode.AccountNotReady,
            ErrorSource.Caller,
            "While this call waited its profile began to demand that a person approves it. Nothing was sent."
        )
        {
            NextStep = "Send the call again: it waits for its approval then.",
        };

    public static ServiceError ChangedMeanwhile(string id) =>
        new(
            ErrorCode.AccountNotReady,
            ErrorSource.Caller,
            $"Somebody else has changed account {id} meanwhile. Nothing was changed by this request."
        )
        {
            NextStep = "Look at the account with GET /accounts/{id}, and send the change again if it is still wanted.",
        };

    public static ServiceError AlreadyLinked(string id) =>
        new(ErrorCode.AccountNotReady, ErrorSource.Caller, $"Account {id} is linked already.")
        {
            NextStep = "Change it with PATCH /accounts/{id}, or link a new account.",
        };

    /// <summary>Another owner holds the Autodesk account. It tells neither who, nor whether the account works.</summary>
    public static ServiceError Taken() =>
        new(ErrorCode.AccountTaken, ErrorSource.Caller, "This Autodesk account cannot be linked for this customer. Nothing was stored.")
        {
            NextStep = "Check the Account ID. If it is right, ask whoever operates this service to let the customer in.",
        };

    public static ServiceError KeyEnded() =>
        new(
            ErrorCode.Unauthenticated,
            ErrorSource.Caller,
            "The API key was revoked, or has expired, while the call waited. Nothing was sent."
        )
        {
            NextStep = "Send the call again with a key that is valid.",
        };

    public static ServiceError Suspended(string id) =>
        new(ErrorCode.AccountSuspended, ErrorSource.Caller, $"Account {id} is suspended; nothing was sent.")
        {
            NextStep = $"Resume it with POST /accounts/{id}/resume.",
        };

    public static ServiceError UnknownAction(string actionId) =>
        new(ErrorCode.UnknownAction, ErrorSource.Caller, $"There is no action \"{actionId}\".")
        {
            NextStep = "List the actions with GET /actions.",
        };

    public static ServiceError NotEnabled(string actionId, string profileId) =>
        new(
            ErrorCode.ActionNotEnabled,
            ErrorSource.Caller,
            $"The connector profile {profileId} does not enable {actionId}; nothing was sent."
        )
        {
            NextStep = "Ask your admin to enable the action in the connector profile.",
        };

    /// <summary>The caller's key is limited to other actions. What the profile enables makes no difference.</summary>
    public static ServiceError NotAllowed(string actionId) =>
        new(ErrorCode.ActionNotAllowed, ErrorSource.Caller, $"This API key may not run {actionId}; nothing was sent.")
        {
            NextStep = "Ask whoever made the key for one whose list of actions and ceiling (read, write, destructive) allow it.",
        };

    public static ServiceError Composite(string actionId) =>
        new(ErrorCode.InvalidRequest, ErrorSource.Caller, $"{actionId} carries a file, and files do not pass through grains.")
        {
            NextStep = "Send it as multipart/form-data to POST /actions/rpc, or run its steps one by one.",
        };

    public static ServiceError NoSuchProfile(string profileId) =>
        new(ErrorCode.ProfileNotFound, ErrorSource.Caller, $"There is no connector profile {profileId}.")
        {
            NextStep = "Create it with POST /profiles.",
        };

    public static ServiceError AccountIsFixed(string id) =>
        new(
            ErrorCode.AccountNotReady,
            ErrorSource.Caller,
            $"Account {id} has worked with its Autodesk account; it cannot be moved to another one."
        )
        {
            NextStep = "Link the other Autodesk account as an account of its own.",
        };

    public static ServiceError ProfileRetired(string profileId) =>
        new(ErrorCode.ProfileRetired, ErrorSource.Caller, $"The connector profile {profileId} is retired; nothing was stored.")
        {
            NextStep = "Link the account with another profile.",
        };

    public static ServiceError NoCredentials(string? profileId) =>
        new(
            ErrorCode.InvalidRequest,
            ErrorSource.Caller,
            profileId is null
                ? "credentials.client_id and credentials.client_secret are needed."
                : $"The connector profile {profileId} has no app of its own, so credentials.client_id and credentials.client_secret are needed."
        )
        {
            NextStep = "Copy both from the app's page in the Autodesk developer portal.",
        };

    public static ServiceError ProfilesCredentials(string id, string profileId) =>
        new(
            ErrorCode.InvalidRequest,
            ErrorSource.Caller,
            $"Account {id} has no secret of its own: it uses the app of the connector profile {profileId}."
        )
        {
            NextStep = $"Change the secret with POST /profiles/{profileId}/credentials.",
        };

    public static ServiceError StorageFailed() =>
        new(ErrorCode.StorageUnavailable, ErrorSource.Storage, "The change could not be stored, so it was not made.")
        {
            NextStep = "Try again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError Superseded(string id) =>
        new(ErrorCode.HubUnavailable, ErrorSource.Hub, $"Another server has taken over the account {id}. Nothing was sent.")
        {
            NextStep = "Send the call again: the server that has the account takes it.",
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    /// <summary>The refusal of a call for an account whose customer has not shown yet that it is theirs.</summary>
    public static ServiceError OwnershipNotProven(ProvisioningCheck? check) =>
        new(
            ErrorCode.OwnershipNotProven,
            ErrorSource.Hub,
            $"The connector profile demands a proof that the customer controls the Autodesk account, and it was not seen yet. {check?.Seen} Nothing was sent."
        )
        {
            NextStep =
                check?.NextStep ?? "Verify the account with POST /accounts/{id}/verify; its checks say what the account's admin has to do.",
        };

    public static ServiceError TokenTooLate() =>
        new(
            ErrorCode.DeadlineExceeded,
            ErrorSource.AutodeskAuth,
            "Autodesk's token endpoint has not answered before the call's deadline. Nothing was sent."
        )
        {
            NextStep = "Try again, or allow a longer wait with the header Prefer: wait=<seconds>.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError NotReadyInTime() =>
        new(
            ErrorCode.DeadlineExceeded,
            ErrorSource.Hub,
            "What a call needs before it is sent was not there by its deadline: the database, or another server, is slow. Nothing was sent."
        )
        {
            NextStep = "Try again, or allow a longer wait with the header Prefer: wait=<seconds>; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError DatabaseTooLate() =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            "The database has not answered before the call's deadline. Nothing was sent."
        )
        {
            NextStep = "Send the call again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError PermitTooLate() =>
        new(
            ErrorCode.DeadlineExceeded,
            ErrorSource.Hub,
            "The keeper of Autodesk's limit has not answered before the call's deadline. Nothing was sent."
        )
        {
            NextStep = "Try again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    /// <summary>Another silo that a call depends on went away in the middle, before the call was sent.</summary>
    public static ServiceError PartnerGone() =>
        new(ErrorCode.HubUnavailable, ErrorSource.Hub, "A server that the call depends on stopped or died. No write was sent.")
        {
            NextStep = "Send the call again.",
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    /// <summary>The same after a write without a key was sent.</summary>
    public static ServiceError PartnerGoneSince() =>
        new(
            ErrorCode.OutcomeUnknown,
            ErrorSource.Hub,
            "A server that the call depends on stopped or died after the write was sent. Whether it took effect is not known."
        )
        {
            NextStep = "Look for the effect before you send the write again; with an Idempotency-Key TenantHub does that.",
        };

    /// <summary>The refusal of a call that the last verification has shown to be hopeless.</summary>
    public static ServiceError Hopeless(ErrorCode cause, ProvisioningCheck check) =>
        new(
            cause,
            cause is ErrorCode.WrongRegion ? ErrorSource.Caller : ErrorSource.AutodeskAuth,
            $"The last verification ({check.CheckedAt:u}) found: {check.Seen} Nothing was sent."
        )
        {
            NextStep = check.NextStep,
        };

    /// <summary>Why what was found is not stored, or null: what whoever links can put right at once (a wrong secret, a wrong region), or an
    /// app
    /// of the account's own that has got no token. Somebody else's client id is no secret, and naming it must hold no claim.</summary>
    /// <param name="checks">What the doctor found.</param>
    /// <param name="bringsOwnApp">Whether client id and secret are new with this request.</param>
    public static ServiceError? NotToBeStored(IReadOnlyList<ProvisioningCheck> checks, bool bringsOwnApp)
    {
        ProvisioningCheck? Find(string name, CheckOutcome outcome) =>
            checks.FirstOrDefault(check => check.Name == name && check.Outcome == outcome);

        if (Find(ProvisioningCauses.Credentials, CheckOutcome.Failed) is { } refused)
            return new(ErrorCode.CredentialsRejected, ErrorSource.AutodeskAuth, refused.Seen + NothingStored)
            {
                NextStep = refused.NextStep,
            };
        if (Find(ProvisioningCauses.Region, CheckOutcome.Failed) is { } region)
            return new(ErrorCode.WrongRegion, ErrorSource.Caller, region.Seen + NothingStored) { NextStep = region.NextStep };
        if (!bringsOwnApp || Find(ProvisioningCauses.Credentials, CheckOutcome.Unknown) is not { } untried)
            return null;
        return checks.FirstOrDefault(check => check is { Cause: ErrorCode.ScopeNotGranted }) is { } scope
            ? new(ErrorCode.ScopeNotGranted, ErrorSource.AutodeskAuth, $"{untried.Seen} {scope.Seen}{NothingStored}")
            {
                NextStep = scope.NextStep,
            }
            : new(
                ErrorCode.AutodeskUnavailable,
                ErrorSource.AutodeskAuth,
                $"The credentials could not be tried. {untried.Seen}{NothingStored}"
            )
            {
                NextStep = "Try again after Retry-After.",
                RetryAfter = TimeSpan.FromSeconds(30),
            };
    }

    private const string NothingStored = " Nothing was stored.";

    public static ServiceError OwnCapReached(int limit, TimeSpan wait) =>
        new(
            ErrorCode.QuotaExceeded,
            ErrorSource.Hub,
            $"The connector profile lets this account send {limit} requests a minute, and they are used up. Nothing was sent."
        )
        {
            NextStep = "Try again after Retry-After, or have limits.requests_per_minute raised in the profile.",
            RetryAfter = wait,
        };

    public static ServiceError CircuitOpen(string clientId, string quotaGroup, string region, TimeSpan wait) =>
        new(
            ErrorCode.AutodeskUnavailable,
            ErrorSource.AutodeskApi,
            $"Autodesk keeps failing for the client id {clientId}, {quotaGroup}, in region {region}. Nothing was sent."
        )
        {
            NextStep = "Try again after Retry-After: one request is tried then, and all go on when it succeeds.",
            RetryAfter = wait,
        };

    public static ServiceError KeyStorageFailed() =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            "The Idempotency-Key could not be looked up or written down. Nothing was sent."
        )
        {
            NextStep = "Send the same key again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };
}
