using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using static TenantHub.Errors.ErrorSource;

namespace TenantHub.Autodesk.Http;

/// <summary>
/// Tells the causes of a failure apart. The gateway's codes are certain (AUTH-001 product, AUTH-006 token, AUTH-010 scope); a 403 without
/// one on an account path means that the client id is not provisioned, or that the acting user is no admin.
/// </summary>
public static class ApsFailureClassifier
{
    /// <summary>Makes the error of an answer that is no success, or of no answer.</summary>
    public static HubError Classify(ActionDefinition action, LinkedAccountContext context, ApsResponse response) => response switch
    {
        ApsResponse.NotSent notSent => new(ErrorCode.AutodeskUnavailable, AutodeskApi, notSent.Reason + " Nothing was sent.") { NextStep = "Try again.", RetryAfter = TimeSpan.FromSeconds(5) },
        ApsResponse.Lost lost when action.Safety is ActionSafety.Read => new(lost.TimedOut ? ErrorCode.AutodeskTimeout : ErrorCode.AutodeskUnavailable, AutodeskApi, lost.Reason) { NextStep = "Try again; a read may be repeated." },
        ApsResponse.Lost lost => new(ErrorCode.OutcomeUnknown, AutodeskApi, lost.Reason + " Whether the write took effect is not known.") { NextStep = "Read back what the action changes before you repeat it." },
        ApsResponse.Answered answered => OfAnswer(action, context, answered),
        _ => throw new InvalidOperationException("Unknown response."),
    };

    /// <summary>What an account admin has to do, in one sentence.</summary>
    public static string CustomIntegrationStep(string clientId) =>
        $"An account admin adds the client id {clientId} under Account Admin > Settings > Custom Integrations, with any name. Then verify the account again.";

    /// <summary>
    /// A refusal that could have meant a missing custom integration, once the doctor has seen that it is there: then it concerns this one thing,
    /// or the user on whose behalf the call was made.
    /// </summary>
    public static HubError WhenProvisioned(HubError denied, ActionDefinition action, LinkedAccountContext context)
    {
        var actsAsUser = action.Parameters.Any(parameter => parameter.Fill is AccountValue.ActingUser) && context.ActingUserId is not null;
        return (actsAsUser
            ? Error(ErrorCode.ActingUserNotAllowed, AutodeskAuth,
                $"Autodesk knows the app {context.ClientId} in the account and denies {action.Id} all the same, on behalf of the user {context.ActingUserId}.",
                "Set act_as_user_id to a user who is an admin of the account or project and may see what the call names.")
            : Error(ErrorCode.AutodeskRejected, AutodeskApi,
                $"Autodesk knows the app {context.ClientId} in the account and denies {action.Id} all the same: what the call names is not open to the app.",
                "Check the ids in the input, and that the project has the product (for example Docs) switched on.")) with { Provider = denied.Provider };
    }

    private static HubError OfAnswer(ActionDefinition action, LinkedAccountContext context, ApsResponse.Answered answer)
    {
        var said = ProviderBody.Read(answer.Body is { } body ? body.Span : []);
        var error = (answer.Status, said.ErrorCode) switch
        {
            ( >= 200 and < 300, _) => Error(ErrorCode.AutodeskUnavailable, AutodeskApi, $"Autodesk answered {answer.Status} with something that is not JSON.", "Check TenantHub:Autodesk:BaseUrl."),
            (401 or 403, _) when said.WantsThreeLegged => Error(ErrorCode.NeedsThreeLegged, AutodeskAuth, $"Autodesk does {action.Id} only for a signed-in user: {said.Message}", "It cannot be done with two-legged OAuth, which is all that a linked account has. Use another action, or leave it to the user in Autodesk's own pages."),
            (401, _) => Error(ErrorCode.AutodeskUnavailable, AutodeskAuth, $"Autodesk refuses a token that it has just given: {said.Message}", "Try again; if it lasts, ask Autodesk about the app."),
            (403, "AUTH-001") => Error(ErrorCode.ApiProductNotEnabled, AutodeskAuth, $"Autodesk says of the app {context.ClientId}: {said.Message}", $"Enable the \"{action.ApiProduct}\" on the app in the Autodesk developer portal."),
            (403, "AUTH-010") => Error(ErrorCode.ScopeNotGranted, AutodeskAuth, $"The token lacks a scope that Autodesk wants for {action.Id}: {said.Message}", $"Allow the app these scopes in the Autodesk developer portal: {string.Join(", ", action.Scopes)}."),
            (403, _) => OfForbidden(action, context, answer, said),
            (404, _) when IsUnknownAccount(action, said) => Error(ErrorCode.WrongRegion, Caller, $"Autodesk knows no account {context.AccAccountId} in region {context.Region}: {said.Message}", "Set the account's region to the one that Autodesk shows, with PATCH /accounts/{id}."),
            (404, _) => Error(ErrorCode.AutodeskNotFound, AutodeskApi, $"Autodesk found nothing: {said.Message}", NotFoundStep(action, context)),
            (409, _) => Error(ErrorCode.AutodeskConflict, AutodeskApi, $"Autodesk says: {said.Message}", "Choose another name or key, or use what exists."),
            (429, _) => Error(ErrorCode.AutodeskRateLimited, AutodeskApi, $"Autodesk's limit for {action.QuotaGroupName} is used up for the client id {context.ClientId}.", "Try again after Retry-After.") with { RetryAfter = answer.RetryAfter ?? TimeSpan.FromSeconds(60) },
            ( >= 500, _) when action.Safety is ActionSafety.Read || action.RetrySafe => Error(ErrorCode.AutodeskUnavailable, AutodeskApi, $"Autodesk failed with {answer.Status}: {said.Message}", "Try again.") with { RetryAfter = answer.RetryAfter },
            ( >= 500, _) => Error(ErrorCode.OutcomeUnknown, AutodeskApi, $"Autodesk failed with {answer.Status}: {said.Message} Whether the write took effect is not known.", "Read back what the action changes before you repeat it."),
            ( >= 300 and < 400, _) => Error(ErrorCode.AutodeskUnavailable, AutodeskApi, $"Autodesk answered with a redirect ({answer.Status}), which is not followed.", "Check TenantHub:Autodesk:BaseUrl."),
            _ => Error(ErrorCode.AutodeskRejected, AutodeskApi, $"Autodesk refuses the request ({answer.Status}): {said.Message}", "Correct the input by what Autodesk says."),
        };
        return error with { Provider = new ProviderError(answer.Status, answer.Path, said.Raw) };
    }

    private static HubError OfForbidden(ActionDefinition action, LinkedAccountContext context, ApsResponse.Answered answer, ProviderBody said)
    {
        if (action.RequiresActingUser && (said.Says("user") || said.Says("admin")))
        {
            return context.ActingUserId is { } user
                ? Error(ErrorCode.ActingUserNotAllowed, AutodeskAuth, $"Autodesk does not let the acting user {user} do this: {said.Message}", "Set act_as_user_id to a user who is an admin of the account or project.")
                : Error(ErrorCode.ActingUserRequired, Caller, $"Autodesk wants an acting user for {action.Id}: {said.Message}", "Set act_as_user_id with PATCH /accounts/{id}.");
        }

        // Autodesk's own buckets hold the files of projects: whoever is provisioned may use them. All others belong to one app.
        if (BucketOf(answer.Path) is { } bucket && !bucket.StartsWith("wip.", StringComparison.Ordinal))
        {
            return Error(ErrorCode.NotBucketOwner, AutodeskAuth, $"The bucket {bucket} does not belong to the app {context.ClientId}: {said.Message}",
                "Use a bucket that this client id has created: list them with autodesk_list_buckets, or create one with autodesk_create_bucket.");
        }

        if (action.TouchesAccount || BucketOf(answer.Path) is not null)
        {
            var doubt = action.Parameters.Any(parameter => parameter.Fill is AccountValue.ActingUser) && context.ActingUserId is not null
                ? " It may also be that the acting user has no access."
                : "";
            return Error(ErrorCode.CustomIntegrationMissing, AutodeskAuth, $"Autodesk denies the app {context.ClientId} the account {context.AccAccountId}: {said.Message}{doubt}", CustomIntegrationStep(context.ClientId));
        }

        return Error(ErrorCode.AutodeskRejected, AutodeskApi, $"Autodesk denies this: {said.Message}", "Check that the thing belongs to this app.");
    }

    /// <summary>The bucket that a path of OSS names: /oss/v2/buckets/{key}/...</summary>
    private static string? BucketOf(string path) =>
        path.StartsWith("/oss/v2/buckets/", StringComparison.Ordinal) ? Uri.UnescapeDataString(path.Split('/')[4]) : null;

    private static bool IsUnknownAccount(ActionDefinition action, ProviderBody said) =>
        action.RequiresCustomIntegration && said.Says("account") && (said.Says("exist") || said.Says("not found"));

    private static string NotFoundStep(ActionDefinition action, LinkedAccountContext context) =>
        action.Path.StartsWith("/webhooks/", StringComparison.Ordinal)
            ? $"Check the ids; a webhook is found only in the region that holds it, here {context.Region}."
            : "Check the ids in the input.";

    private static HubError Error(ErrorCode code, ErrorSource source, string detail, string nextStep) => new(code, source, detail) { NextStep = nextStep };
}
