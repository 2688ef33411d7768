using TenantHub.Errors;

namespace TenantHub.Server.Errors;

/// <summary>The only place where error codes become HTTP status codes.</summary>
internal static class ErrorStatus
{
    public static int Of(ServiceError error) =>
        error.Code switch
        {
            ErrorCode.InvalidRequest or ErrorCode.InvalidInput or ErrorCode.ActingUserRequired or ErrorCode.CursorExpired =>
                StatusCodes.Status400BadRequest,
            ErrorCode.Unauthenticated => StatusCodes.Status401Unauthorized,
            ErrorCode.Forbidden
            or ErrorCode.AccountSuspended
            or ErrorCode.ActionNotEnabled
            or ErrorCode.ActionNotAllowed
            or ErrorCode.ApprovalRefused => StatusCodes.Status403Forbidden,
            ErrorCode.CredentialsRejected
            or ErrorCode.ScopeNotGranted
            or ErrorCode.ApiProductNotEnabled
            or ErrorCode.CustomIntegrationMissing
            or ErrorCode.ActingUserNotAllowed
            or ErrorCode.OwnershipNotProven
            or ErrorCode.ProjectDataDenied
            or ErrorCode.NotBucketOwner
            or ErrorCode.NeedsThreeLegged => StatusCodes.Status403Forbidden,
            ErrorCode.UnknownAction
            or ErrorCode.AccountNotFound
            or ErrorCode.ProfileNotFound
            or ErrorCode.NotThisAccount
            or ErrorCode.EndpointNotFound
            or ErrorCode.KeyNotFound
            or ErrorCode.ApprovalNotFound
            or ErrorCode.QuotaNotFound
            or ErrorCode.CallNotFound
            or ErrorCode.ConnectSessionNotFound
            or ErrorCode.EventNotFound
            or ErrorCode.UploadNotFound
            or ErrorCode.SubscriptionNotFound
            or ErrorCode.AutodeskNotFound => StatusCodes.Status404NotFound,
            ErrorCode.ConnectSessionExpired => StatusCodes.Status403Forbidden,
            ErrorCode.ApprovalRequired => StatusCodes.Status202Accepted,
            ErrorCode.DeadlineExceeded => StatusCodes.Status408RequestTimeout,
            ErrorCode.AccountNotReady
            or ErrorCode.ProfileExists
            or ErrorCode.ProfileRetired
            or ErrorCode.AccountExists
            or ErrorCode.AccountTaken
            or ErrorCode.ConnectSessionUsed
            or ErrorCode.ApprovalDecided
            or ErrorCode.AutodeskConflict
            or ErrorCode.UploadConflict
            or ErrorCode.HookLimitReached
            or ErrorCode.EventsNotConfigured
            or ErrorCode.IdempotencyKeyReused
            or ErrorCode.IdempotencyKeyInUse => StatusCodes.Status409Conflict,
            ErrorCode.UploadEnded => StatusCodes.Status410Gone,
            ErrorCode.ChecksumMismatch => 460, // What tus calls it.
            ErrorCode.BodyTooLarge => StatusCodes.Status413PayloadTooLarge,
            ErrorCode.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
            ErrorCode.WrongRegion => StatusCodes.Status422UnprocessableEntity,
            ErrorCode.AutodeskRejected => Rejected(error.Provider?.Status),
            ErrorCode.LaneFull or ErrorCode.QuotaExceeded or ErrorCode.AutodeskRateLimited or ErrorCode.TooManyRequests =>
                StatusCodes.Status429TooManyRequests,
            ErrorCode.AutodeskUnavailable or ErrorCode.OutcomeUnknown => StatusCodes.Status502BadGateway,
            ErrorCode.StorageUnavailable or ErrorCode.HubUnavailable => StatusCodes.Status503ServiceUnavailable,
            ErrorCode.AutodeskTimeout => StatusCodes.Status504GatewayTimeout,
            ErrorCode.InternalError => StatusCodes.Status500InternalServerError,
            _ => throw new InvalidOperationException($"The error code {error.Code} has no HTTP status."),
        };

    /// <summary>A refusal for the request's content keeps Autodesk's own status, unless that would speak of our key or of our
    /// server.</summary>
    private static int Rejected(int? providerStatus) =>
        providerStatus is >= 400 and < 500 and not 401 and not 407 ? providerStatus.Value : StatusCodes.Status422UnprocessableEntity;
}
