using TenantHub.Errors;

namespace TenantHub.Server.Errors;

/// <summary>The errors of requests that do not reach a grain.</summary>
internal static class RequestErrors
{
    public static ServiceError Unreadable(string what) =>
        new(ErrorCode.InvalidRequest, ErrorSource.Caller, what)
        {
            NextStep = "Compare the request with /docs/api and send it again; nothing was done.",
        };

    public static ServiceError TooLarge(long? limit) =>
        new(
            ErrorCode.BodyTooLarge,
            ErrorSource.Caller,
            limit is null ? "The request body is too large." : $"The request body is larger than {limit:N0} bytes."
        )
        {
            NextStep = "Send files as multipart/form-data to POST /actions/rpc; keep JSON bodies small.",
        };

    public static ServiceError MediaType(string? given) =>
        new(ErrorCode.UnsupportedMediaType, ErrorSource.Caller, $"The content type \"{Shorten(given ?? "")}\" is not read here.")
        {
            NextStep = "Send application/json, or multipart/form-data for the actions that carry a file.",
        };

    public static ServiceError Encoded(string how, string nextStep) =>
        new(ErrorCode.UnsupportedMediaType, ErrorSource.Caller, $"A body with {how} is not read here.") { NextStep = nextStep };

    public static ServiceError HeaderTwice(string name) =>
        new(ErrorCode.InvalidRequest, ErrorSource.Caller, $"The header {name} is given more than once. Nothing was done.")
        {
            NextStep = $"Send {name} once; look for something on the way (a proxy, a library) that adds another.",
        };

    /// <param name="why">What is wrong with the key; null when there is none.</param>
    public static ServiceError Unauthenticated(string? why = null) =>
        new(ErrorCode.Unauthenticated, ErrorSource.Caller, why ?? "No API key was given, or it is not valid.")
        {
            NextStep = "Send the API key as the Basic user name with an empty password, or as a Bearer token.",
        };

    public static ServiceError KeyDamaged(string fault) =>
        Unauthenticated(fault) with
        {
            NextStep = "Ask an administrator of TenantHub for a new key; to try again does not help.",
        };

    public static ServiceError KeysUnavailable() =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            "The API key cannot be looked up: the database does not answer. Nothing was done."
        )
        {
            NextStep = "Try again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError AuditUnavailable() =>
        new(
            ErrorCode.StorageUnavailable,
            ErrorSource.Storage,
            "The audit cannot be written, and no change is made that is not written down. Nothing was changed."
        )
        {
            NextStep = "Try again; if it lasts, look at the database.",
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    public static ServiceError Forbidden() =>
        new(ErrorCode.Forbidden, ErrorSource.Caller, "This API key may not do that.")
        {
            NextStep =
                "Use a key with the role that is needed (the role is in /docs/api, beside each endpoint), and that is not bound to single owners or profiles where they share something.",
        };

    public static ServiceError OutsideBinding() =>
        new(ErrorCode.Forbidden, ErrorSource.Caller, "This API key is bound to other owners or connector profiles. Nothing was stored.")
        {
            NextStep = "Name an owner and a profile that the key is bound to, or use another key.",
        };

    public static ServiceError MayNotShare() =>
        new(ErrorCode.Forbidden, ErrorSource.Caller, "This API key may not let two owners share an Autodesk account. Nothing was stored.")
        {
            NextStep = "Leave share_account out, or use an operator's key that is bound to no owner and no profile.",
        };

    public static ServiceError NoSuchEndpoint(string id) =>
        new(ErrorCode.EventNotFound, ErrorSource.Caller, $"There is no event endpoint {InputFault.Shorten(id)}.")
        {
            NextStep = "List the endpoints with GET /event_endpoints.",
        };

    public static ServiceError NoSuchKey(string id) =>
        new(ErrorCode.KeyNotFound, ErrorSource.Caller, $"There is no API key {Shorten(id)}.")
        {
            NextStep = "List the keys with GET /keys.",
        };

    public static ServiceError NoSuchProfile(string id) =>
        new(ErrorCode.ProfileNotFound, ErrorSource.Caller, $"There is no connector profile {Shorten(id)}.")
        {
            NextStep = "Create it with POST /profiles.",
        };

    public static ServiceError NoEndpoint(HttpRequest request) =>
        new(ErrorCode.EndpointNotFound, ErrorSource.Caller, $"There is no {Shorten(request.Method)} {Shorten(request.Path)}.")
        {
            NextStep = "See /docs/api for the endpoints.",
        };

    public static ServiceError NoAccountHeader() =>
        new(ErrorCode.InvalidRequest, ErrorSource.Caller, "The header x-account-id is missing.")
        {
            NextStep = "Send the linked account's id (acc_...) in the header x-account-id.",
        };

    public static ServiceError TwoAccounts() =>
        new(
            ErrorCode.InvalidRequest,
            ErrorSource.Caller,
            "The header x-account-id and headers.x-account-id in the body name two accounts. Nothing was sent."
        )
        {
            NextStep = "Name the account once, in the header.",
        };

    public static ServiceError NoBucketKey() =>
        InputFault.Tell(
            [new("bucketKey", "must be 3 to 128 of a-z, 0-9, dash, dot and underscore.")],
            "Name the bucket as Autodesk does; nothing was changed."
        );

    public static ServiceError NoSuchConnector(string key) =>
        new(ErrorCode.EndpointNotFound, ErrorSource.Caller, $"There is no connector {Shorten(key)}.")
        {
            NextStep = $"This server has one: {Connector.Key}.",
        };

    public static ServiceError NoSuchAccount(string id) =>
        new(ErrorCode.AccountNotFound, ErrorSource.Caller, $"There is no linked account {Shorten(id)}.")
        {
            NextStep = "List the accounts with GET /accounts, or link one with POST /accounts.",
        };

    public static ServiceError NoSuchClaim() =>
        new(ErrorCode.AccountNotFound, ErrorSource.Caller, "No such owner waits for a decision about this Autodesk account.")
        {
            NextStep = "List the open ones with GET /account_conflicts.",
        };

    public static ServiceError NoSuchQuota(string clientId, string? quotaGroup) =>
        new(
            ErrorCode.QuotaNotFound,
            ErrorSource.Caller,
            $"There is no quota {Shorten(clientId)}{(quotaGroup is null ? "" : "/" + Shorten(quotaGroup))}."
        )
        {
            NextStep = "See GET /quotas/{client_id} for the quota groups.",
        };

    public static ServiceError NoSuchCall(string id) =>
        new(ErrorCode.CallNotFound, ErrorSource.Caller, $"The call log has no record \"{Shorten(id)}\".")
        {
            NextStep = "Look at GET /requests/logs: a record appears within a second after its call, and goes when it is old.",
        };

    public static ServiceError NotRecorded(string id) =>
        new(ErrorCode.CallNotFound, ErrorSource.Caller, $"No call \"{Shorten(id)}\" of this account was recorded within a day.")
        {
            NextStep = "GET /accounts/{id}/recording lists the recorded calls; POST there records the next ones.",
        };

    public static ServiceError NoSuchApproval(string id) =>
        new(ErrorCode.ApprovalNotFound, ErrorSource.Caller, $"There is no approval \"{Shorten(id)}\".")
        {
            NextStep = "Operators list them with GET /approvals; a caller sees its own.",
        };

    public static ServiceError FixedAccountId() =>
        InputFault.Tell(
            [new("setup_information.acc_account_id", "cannot be changed: a linked account stays with its Autodesk account.")],
            "Link the other Autodesk account with POST /accounts; nothing was changed."
        );

    public static ServiceError NoNewSecret() =>
        new(ErrorCode.InvalidInput, ErrorSource.Caller, "client_secret is required.")
        {
            NextStep = "Make a new secret for the app in the Autodesk developer portal and send it as client_secret.",
            Faults = [new("client_secret", "is required.")],
        };

    public static ServiceError BadBody(IReadOnlyCollection<InputFault> faults) =>
        BadQuery(faults) with
        {
            NextStep = "Correct the fields that are named and send the request again; nothing was stored.",
        };

    public static ServiceError BadQuery(IReadOnlyCollection<InputFault> faults) =>
        InputFault.Tell(faults, "Correct the query and send the request again.");

    /// <summary>Of what is refused too often, for a while even what is right is refused.</summary>
    public static ServiceError TooMany(string what, TimeSpan wait) =>
        new(ErrorCode.TooManyRequests, ErrorSource.Caller, what)
        {
            NextStep = "Wait as long as Retry-After says, then try again.",
            RetryAfter = wait,
        };

    private static string Shorten(string text) => InputFault.Shorten(text);
}
