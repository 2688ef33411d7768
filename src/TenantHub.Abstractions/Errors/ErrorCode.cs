namespace TenantHub.Errors;

/// <summary>Every error that a caller can meet. On the wire in snake_case; docs/errors.md has one section for each.</summary>
public enum ErrorCode
{
    /// <summary>The request cannot be read: not JSON, a wrong type, an unknown field.</summary>
    InvalidRequest,

    /// <summary>The action's input breaks its schema; nothing was sent.</summary>
    InvalidInput,

    /// <summary>No action has this id.</summary>
    UnknownAction,

    /// <summary>No API key was given, or it is not valid.</summary>
    Unauthenticated,

    /// <summary>The API key may not do this.</summary>
    Forbidden,

    /// <summary>No such account, or not one that the caller may see.</summary>
    AccountNotFound,

    /// <summary>No such connector profile.</summary>
    ProfileNotFound,

    /// <summary>A connector profile with this id exists.</summary>
    ProfileExists,

    /// <summary>The account's status does not allow the operation.</summary>
    AccountNotReady,

    /// <summary>An operator suspended the account.</summary>
    AccountSuspended,

    /// <summary>The connector profile does not enable this action.</summary>
    ActionNotEnabled,

    /// <summary>An id in the input belongs to another account.</summary>
    NotThisAccount,

    /// <summary>The request body is larger than allowed.</summary>
    BodyTooLarge,

    /// <summary>The content type is not one that the endpoint reads.</summary>
    UnsupportedMediaType,

    /// <summary>No such endpoint, or not with this method.</summary>
    EndpointNotFound,

    /// <summary>The account's lane has no free place.</summary>
    LaneFull,

    /// <summary>The call could not start before the caller's deadline.</summary>
    DeadlineExceeded,

    /// <summary>Autodesk refused client id and secret.</summary>
    CredentialsRejected,

    /// <summary>The Autodesk app lacks a scope.</summary>
    ScopeNotGranted,

    /// <summary>An API product is not enabled on the Autodesk app.</summary>
    ApiProductNotEnabled,

    /// <summary>The client id is not provisioned as a custom integration in the account.</summary>
    CustomIntegrationMissing,

    /// <summary>Autodesk demands an acting user (User-Id) and none is known.</summary>
    ActingUserRequired,

    /// <summary>The acting user may not do this.</summary>
    ActingUserNotAllowed,

    /// <summary>The account is not in the region that the link names.</summary>
    WrongRegion,

    /// <summary>Autodesk found nothing under the given id.</summary>
    AutodeskNotFound,

    /// <summary>Autodesk says the thing exists already or is in the way.</summary>
    AutodeskConflict,

    /// <summary>Autodesk refused the request for its content.</summary>
    AutodeskRejected,

    /// <summary>Autodesk's rate limit for the client id is used up.</summary>
    AutodeskRateLimited,

    /// <summary>Autodesk could not be reached or failed.</summary>
    AutodeskUnavailable,

    /// <summary>Autodesk did not answer in time.</summary>
    AutodeskTimeout,

    /// <summary>A write may or may not have taken effect: its answer was lost.</summary>
    OutcomeUnknown,

    /// <summary>The database did not answer or refused a write.</summary>
    StorageUnavailable,

    /// <summary>TenantHub is overloaded or stopping.</summary>
    HubUnavailable,

    /// <summary>A fault in TenantHub.</summary>
    InternalError,

    /// <summary>No permit could be had before the caller's deadline: Autodesk's limit for the client id, or the account's own, is used
    /// up.</summary>
    QuotaExceeded,

    /// <summary>The idempotency key was used for another request.</summary>
    IdempotencyKeyReused,

    /// <summary>A call with the same idempotency key is running.</summary>
    IdempotencyKeyInUse,

    /// <summary>No such client id or quota group.</summary>
    QuotaNotFound,

    /// <summary>No API key has this id.</summary>
    KeyNotFound,

    /// <summary>The call log has no such record.</summary>
    CallNotFound,

    /// <summary>The bucket belongs to another Autodesk app.</summary>
    NotBucketOwner,

    /// <summary>Autodesk does this only for a signed-in user (three-legged OAuth), not for an app.</summary>
    NeedsThreeLegged,

    /// <summary>The connector profile is retired: no new accounts are linked with it.</summary>
    ProfileRetired,

    /// <summary>The owner has linked the same Autodesk account already.</summary>
    AccountExists,

    /// <summary>Another owner holds the Autodesk account; an operator can let the second one in.</summary>
    AccountTaken,

    /// <summary>Autodesk lets the app administer the account, and not see its projects and files.</summary>
    ProjectDataDenied,

    /// <summary>The profile demands a proof that the customer controls the Autodesk account, and it has not been seen.</summary>
    OwnershipNotProven,

    /// <summary>No connect session has this token.</summary>
    ConnectSessionNotFound,

    /// <summary>The connect session's time is over.</summary>
    ConnectSessionExpired,

    /// <summary>The connect session has linked its account; its token is used up.</summary>
    ConnectSessionUsed,

    /// <summary>No such event endpoint, or no such undelivered event.</summary>
    EventNotFound,

    /// <summary>Too much was refused from this address, for this link or for this owner within a short time.</summary>
    TooManyRequests,

    /// <summary>The cursor of a list that accounts share is not known any more: TenantHub has restarted, or many pages were read
    /// since.</summary>
    CursorExpired,

    /// <summary>The caller's key may not run this action: it is not on the key's list, or does more than the key may.</summary>
    ActionNotAllowed,

    /// <summary>A person has to approve the call first; it waits.</summary>
    ApprovalRequired,

    /// <summary>A person has refused the call.</summary>
    ApprovalRefused,

    /// <summary>There is no such approval, or it is not the caller's.</summary>
    ApprovalNotFound,

    /// <summary>The approval was decided already, or has expired.</summary>
    ApprovalDecided,

    /// <summary>The account has no upload of this id.</summary>
    UploadNotFound,

    /// <summary>The upload has ended: finished, failed, expired or given up.</summary>
    UploadEnded,

    /// <summary>The request does not fit where the upload stands.</summary>
    UploadConflict,

    /// <summary>The bytes that came do not have the hash that was declared.</summary>
    ChecksumMismatch,

    /// <summary>The account has no subscription of this id.</summary>
    SubscriptionNotFound,

    /// <summary>The account has as many hooks at Autodesk as it may have.</summary>
    HookLimitReached,

    /// <summary>TenantHub is not told under which address Autodesk reaches it.</summary>
    EventsNotConfigured,
}
