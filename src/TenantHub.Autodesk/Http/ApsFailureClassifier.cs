using System.Text.Json;
using System.Text.RegularExpressions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using static TenantHub.Errors.ErrorSource;

namespace TenantHub.Autodesk.Http;

/// <summary>
/// Tells the causes of a failure apart. The gateway's codes are certain (AUTH-001 product, AUTH-006 token, AUTH-010 scope), and the path
/// says what was asked for; words decide only where neither does. A 403 without a code on an account path means that the client id is not
/// provisioned, or that the acting user is no admin.
/// </summary>
public static partial class ApsFailureClassifier
{
    /// <summary>Makes the error of an answer that is no success, or of no answer.</summary>
    public static ServiceError Classify(ActionDefinition action, LinkedAccountContext context, ApsResponse response) =>
        response switch
        {
            ApsResponse.NotSent notSent => new(ErrorCode.AutodeskUnavailable, AutodeskApi, notSent.Reason + " Nothing was sent.")
            {
                NextStep = "Try again.",
                RetryAfter = TimeSpan.FromSeconds(5),
            },
            ApsResponse.Lost lost => OfLost(action, lost),
            ApsResponse.Answered answered => OfAnswer(action, context, answered),
            _ => throw new InvalidOperationException("Unknown response."),
        };

    /// <summary>What an account admin has to do, in one sentence.</summary>
    public static string CustomIntegrationStep(string clientId) =>
        $"An account admin adds the client id {clientId} under Account Admin > Settings > Custom Integrations, with any name. Then verify the account again.";

    /// <summary>
    /// A refusal that could have meant a missing custom integration, once the doctor has seen that it is there: then it concerns this one
    /// thing, or the user on whose behalf the call was made.
    /// </summary>
    /// <param name="denied">The refusal.</param>
    /// <param name="action">What was refused.</param>
    /// <param name="context">The account.</param>
    /// <param name="actedAs">The user on whose behalf the request was sent, when the caller named another one than the account's.</param>
    public static ServiceError WhenProvisioned(
        ServiceError denied,
        ActionDefinition action,
        LinkedAccountContext context,
        string? actedAs = null
    )
    {
        var user = action.Parameters.Any(parameter => parameter.Fill is AccountValue.ActingUser) ? actedAs ?? context.ActingUserId : null;
        var words = ProviderBody.Read(denied.Provider?.Raw is { } raw ? raw.Span : []).Message;
        return (
            user is not null
                ? Error(
                    ErrorCode.ActingUserNotAllowed,
                    AutodeskAuth,
                    $"Autodesk knows the app {context.ClientId} in the account and denies {action.Id} all the same, on behalf of the user {user}: {words}",
                    "Set act_as_user_id to a user who is an admin of the account or project and may see what the call names."
                )
                : Error(
                    ErrorCode.AutodeskRejected,
                    AutodeskApi,
                    $"Autodesk knows the app {context.ClientId} in the account and denies {action.Id} all the same: what the call names is not open to the app. Autodesk says: {words}",
                    "Check the ids in the input, and that the project has the product (for example Docs) switched on."
                )
        ) with
        {
            Provider = denied.Provider,
        };
    }

    private static ServiceError OfAnswer(ActionDefinition action, LinkedAccountContext context, ApsResponse.Answered answer)
    {
        var said = ProviderBody.Read(answer.Body is { } body ? body.Span : []);
        var error = (answer.Status, said.ErrorCode) switch
        {
            (401 or 403, _) when said.WantsThreeLegged => Error(
                ErrorCode.NeedsThreeLegged,
                AutodeskAuth,
                $"Autodesk does {action.Id} only for a signed-in user: {said.Message}",
                "It cannot be done with two-legged OAuth, which is all that a linked account has. Use another action, or leave it to the user in Autodesk's own pages."
            ),
            (401, _) => Error(
                ErrorCode.AutodeskUnavailable,
                AutodeskAuth,
                $"Autodesk refuses a token that it has just given: {said.Message}",
                "Try again; if it lasts, ask Autodesk about the app."
            ),
            (403, "AUTH-001") => Error(
                ErrorCode.ApiProductNotEnabled,
                AutodeskAuth,
                $"Autodesk says of the app {context.ClientId}: {said.Message}",
                $"Enable the \"{action.ApiProduct}\" on the app in the Autodesk developer portal."
            ),
            (403, _) when said.ErrorCode is "AUTH-010" || (said.ErrorCode is null && said.Says("does not have the privilege")) => Error(
                ErrorCode.ScopeNotGranted,
                AutodeskAuth,
                $"The token lacks a scope that Autodesk wants for {action.Id}: {said.Message}",
                $"Allow the app these scopes in the Autodesk developer portal: {string.Join(", ", action.Scopes)}."
            ),
            (403, _) => OfForbidden(action, context, answer, said),
            (404, _) when IsUnknownAccount(action, said) => Error(
                ErrorCode.WrongRegion,
                Caller,
                $"Autodesk knows no account {context.AccAccountId} in region {context.Region}: {said.Message}",
                "Set the account's region to the one that Autodesk shows, with PATCH /accounts/{id}."
            ),
            (404, _) => Error(
                ErrorCode.AutodeskNotFound,
                AutodeskApi,
                $"Autodesk found nothing: {said.Message}",
                NotFoundStep(action, context)
            ),
            (409, _) => Error(
                ErrorCode.AutodeskConflict,
                AutodeskApi,
                $"Autodesk says: {said.Message}",
                "Choose another name or key, or use what exists."
            ),
            (429, _) => Error(
                ErrorCode.AutodeskRateLimited,
                AutodeskApi,
                $"Autodesk's limit for {action.QuotaGroupName} is used up for the client id {context.ClientId}: {said.Message}",
                "Try again after Retry-After."
            ) with
            {
                RetryAfter = answer.RetryAfter ?? TimeSpan.FromSeconds(60),
            },
            (408 or >= 500, _) when action.Safety is ActionSafety.Read || action.RetrySafe => Error(
                ErrorCode.AutodeskUnavailable,
                AutodeskApi,
                $"Autodesk failed with {answer.Status}: {said.Message}",
                "Try again."
            ) with
            {
                RetryAfter = answer.RetryAfter,
            },
            (408 or >= 500, _) => Error(
                ErrorCode.OutcomeUnknown,
                AutodeskApi,
                $"Autodesk failed with {answer.Status}: {said.Message} Whether the write took effect is not known.",
                "Read back what the action changes before you repeat it."
            ),
            (< 400, _) => Unreadable($"Autodesk answered {answer.Status} with something that is not JSON."),
            _ => Error(
                ErrorCode.AutodeskRejected,
                AutodeskApi,
                $"Autodesk refuses the request ({answer.Status}): {said.Message}",
                "Correct the input by what Autodesk says."
            ),
        };
        return error with { Provider = new ProviderError(answer.Status, answer.Path, said.Raw) };
    }

    private static ServiceError OfForbidden(
        ActionDefinition action,
        LinkedAccountContext context,
        ApsResponse.Answered answer,
        ProviderBody said
    )
    {
        if (action.RequiresActingUser && (said.Says("user") || said.Says("admin")))
        {
            return (answer.ActingUserId ?? context.ActingUserId) is { } user
                ? Error(
                    ErrorCode.ActingUserNotAllowed,
                    AutodeskAuth,
                    $"Autodesk does not let the acting user {user} do this: {said.Message}",
                    "Set act_as_user_id, or headers.User-Id of the call, to a user who is an admin of the account or project."
                )
                : Error(
                    ErrorCode.ActingUserRequired,
                    Caller,
                    $"Autodesk wants an acting user for {action.Id}: {said.Message}",
                    "Set act_as_user_id with PATCH /accounts/{id}."
                );
        }

        // Autodesk's own buckets hold the files of projects: whoever is provisioned may use them. All others belong to one app.
        if (BucketOf(answer.Path) is { } bucket && !bucket.StartsWith("wip.", StringComparison.Ordinal))
        {
            return Error(
                ErrorCode.NotBucketOwner,
                AutodeskAuth,
                $"The bucket {bucket} does not belong to the app {context.ClientId}: {said.Message}",
                "Use a bucket that this client id has created: list them with autodesk_list_buckets, or create one with autodesk_create_bucket."
            );
        }

        if (action.TouchesAccount || BucketOf(answer.Path) is not null)
        {
            var doubt =
                action.Parameters.Any(parameter => parameter.Fill is AccountValue.ActingUser)
                && (answer.ActingUserId ?? context.ActingUserId) is { } actingUser
                    ? $" It may also be that the acting user {actingUser} has no access."
                    : "";
            return Error(
                ErrorCode.CustomIntegrationMissing,
                AutodeskAuth,
                $"Autodesk denies the app {context.ClientId} the account {context.AccAccountId}: {said.Message}{doubt}",
                CustomIntegrationStep(context.ClientId)
            );
        }

        return Error(
            ErrorCode.AutodeskRejected,
            AutodeskApi,
            $"Autodesk denies this: {said.Message}",
            "Check that the thing belongs to this app."
        );
    }

    /// <summary>The bucket that a path of OSS names: /oss/v2/buckets/{key}/...</summary>
    private static string? BucketOf(string path) =>
        path.StartsWith("/oss/v2/buckets/", StringComparison.Ordinal) ? Uri.UnescapeDataString(path.Split('/')[4]) : null;

    /// <summary>
    /// A path that ends in a list of the account's asks for the account, and that is what was not found. Where the path names something in
    /// the account, only words that speak of the account itself do: "User does not exist in this account" does not.
    /// </summary>
    private static bool IsUnknownAccount(ActionDefinition action, ProviderBody said)
    {
        if (!action.RequiresCustomIntegration || !said.IsJson)
            return false;
        var namesMore = action.Parameters.Any(parameter => parameter is { In: ParameterPlace.Path, Fill: null });
        return namesMore ? MissingAccount().IsMatch(said.Message) : said.Says("account") && (said.Says("exist") || said.Says("not found"));
    }

    private static ServiceError OfLost(ActionDefinition action, ApsResponse.Lost lost)
    {
        if (action.Safety is not ActionSafety.Read)
        {
            return Error(
                ErrorCode.OutcomeUnknown,
                AutodeskApi,
                lost.Reason + " Whether the write took effect is not known.",
                "Read back what the action changes before you repeat it."
            ) with
            {
                Provider = Shown(action, lost.Received),
            };
        }

        if (lost.HadNoRoom)
        {
            return Error(
                ErrorCode.HubUnavailable,
                ErrorSource.Hub,
                "Autodesk answered, and this server holds as many large answers as it may (TenantHub:Autodesk:MaxBytesInFlight).",
                "Try again after Retry-After, or ask for smaller pages."
            ) with
            {
                RetryAfter = TimeSpan.FromSeconds(2),
            };
        }

        if (lost.Received is { } received)
            return Unreadable(lost.Reason) with { Provider = Shown(action, received) };
        return Error(
            lost.TimedOut ? ErrorCode.AutodeskTimeout : ErrorCode.AutodeskUnavailable,
            AutodeskApi,
            lost.Reason,
            "Try again; a read may be repeated."
        );
    }

    /// <summary>What came, without what may be another account's: in lists that accounts share the rows, and the links to the next ones,
    /// go.</summary>
    private static ProviderError? Shown(ActionDefinition action, ProviderError? received)
    {
        if (action.Paging?.Own is null || received?.Raw is not { } raw)
            return received;
        var text = JsonSerializer.Deserialize<string>(raw.Span)!;
        var end = new[]
        {
            text.IndexOf('[', StringComparison.Ordinal),
            text.IndexOf("\"next\"", StringComparison.Ordinal),
            text.IndexOf("\"links\"", StringComparison.Ordinal),
        }
            .Where(at => at >= 0)
            .DefaultIfEmpty(text.Length)
            .Min();
        return end == text.Length ? received : received with { Raw = JsonBytes.From(text[..end] + "...") };
    }

    private static ServiceError Unreadable(string what) =>
        Error(
            ErrorCode.AutodeskUnavailable,
            AutodeskApi,
            what,
            "Try again; if it lasts, check TenantHub:Autodesk:BaseUrl and what stands between TenantHub and Autodesk (firewall, proxy)."
        );

    private static string NotFoundStep(ActionDefinition action, LinkedAccountContext context) =>
        action.Path.StartsWith("/webhooks/", StringComparison.Ordinal)
            ? $"Check the ids; a webhook is found only in the region that holds it, here {context.Region}."
            : "Check the ids in the input.";

    private static ServiceError Error(ErrorCode code, ErrorSource source, string detail, string nextStep) =>
        new(code, source, detail) { NextStep = nextStep };

    [GeneratedRegex(
        "^((this|the) )?account( [0-9a-f-]{36})? (doesn't|does not|was not|is not|could not be|cannot be|not) (exist|found)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex MissingAccount();
}
