using TenantHub.Errors;

namespace TenantHub.Server.Errors;

/// <summary>The errors of requests that do not reach a grain.</summary>
internal static class RequestErrors
{
    public static HubError Unreadable(string what) => new(ErrorCode.InvalidRequest, ErrorSource.Caller, what)
    {
        NextStep = "Compare the request with /docs and send it again; nothing was done.",
    };

    public static HubError TooLarge(long? limit) => new(
        ErrorCode.BodyTooLarge, ErrorSource.Caller, limit is null ? "The request body is too large." : $"The request body is larger than {limit:N0} bytes.")
    {
        NextStep = "Send files as multipart/form-data to POST /actions/rpc; keep JSON bodies small.",
    };

    public static HubError MediaType(string? given) => new(
        ErrorCode.UnsupportedMediaType, ErrorSource.Caller, $"The content type \"{given}\" is not read here.")
    {
        NextStep = "Send application/json, or multipart/form-data for the actions that carry a file.",
    };

    public static HubError Unauthenticated() => new(ErrorCode.Unauthenticated, ErrorSource.Caller, "No API key was given, or it is not valid.")
    {
        NextStep = "Send the API key as the Basic user name with an empty password, or as a Bearer token.",
    };

    public static HubError Forbidden() => new(ErrorCode.Forbidden, ErrorSource.Caller, "This API key may not do that.")
    {
        NextStep = "Use a key with the role that is needed.",
    };

    public static HubError NoEndpoint(HttpRequest request) => new(
        ErrorCode.EndpointNotFound, ErrorSource.Caller, $"There is no {request.Method} {request.Path}.")
    {
        NextStep = "See /docs for the endpoints.",
    };

    public static HubError NoAccountHeader() => new(ErrorCode.InvalidRequest, ErrorSource.Caller, "The header x-account-id is missing.")
    {
        NextStep = "Send the linked account's id (acc_...) in the header x-account-id.",
    };

    public static HubError NoSuchAccount(string id) => new(ErrorCode.AccountNotFound, ErrorSource.Caller, $"There is no linked account \"{Shorten(id)}\".")
    {
        NextStep = "List the accounts with GET /accounts, or link one with POST /accounts.",
    };

    public static HubError NoSuchQuota(string clientId, string? quotaGroup) => new(
        ErrorCode.QuotaNotFound, ErrorSource.Caller, $"There is no quota {Shorten(clientId)}{(quotaGroup is null ? "" : "/" + Shorten(quotaGroup))}.")
    {
        NextStep = "See GET /quotas/{client_id} for the quota groups.",
    };

    public static HubError NoSuchCall(string id) => new(ErrorCode.CallNotFound, ErrorSource.Caller, $"The call log has no record \"{Shorten(id)}\".")
    {
        NextStep = "Look at GET /requests/logs: a record appears within a second after its call, and goes when it is old.",
    };

    public static HubError BadQuery(IReadOnlyList<InputFault> faults) => new(
        ErrorCode.InvalidInput, ErrorSource.Caller, string.Join(" ", faults.Select(fault => $"{fault.Field} {fault.Message}")))
    {
        NextStep = "Correct the query and send the request again.",
        Faults = faults,
    };

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
