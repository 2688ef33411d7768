using System.Collections.Frozen;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Accounts;

/// <summary>What the checks are called, what a failed one forbids, and which status they add up to. Pure.</summary>
internal static class ProvisioningChecks
{
    public const string Credentials = "credentials";
    public const string CustomIntegration = "custom_integration";
    public const string Region = "region";
    public const string ActingUser = "acting_user";

    /// <summary>Two causes belong to a single call, not to the account: they are shown, and change no status.</summary>
    private const string BucketOwner = "bucket_owner";
    private const string ThreeLeggedPrefix = "three_legged:";
    private const string ScopePrefix = "scope:";
    private const string ApiProductPrefix = "api_product:";

    public const string CredentialsSeen = "Autodesk accepted client id and secret.";

    /// <summary>The names of scopes' and products' checks. They are interned: every account holds all of them, and every call compares some.</summary>
    private static readonly FrozenDictionary<string, string> ScopeNames = AutodeskScopes.All.ToFrozenDictionary(scope => scope, scope => string.Intern(ScopePrefix + scope));
    private static readonly FrozenDictionary<string, string> ProductNames = ApiProducts.All.ToFrozenDictionary(product => product, product => string.Intern(ApiProductPrefix + product));

    public static string Scope(string scope) => ScopeNames.GetValueOrDefault(scope) ?? ScopePrefix + scope;

    public static string ApiProduct(string product) => ProductNames.GetValueOrDefault(product) ?? ApiProductPrefix + product;

    /// <summary>Checks as they came from storage, with our own texts shared by all accounts instead of held anew for each.</summary>
    public static IReadOnlyList<ProvisioningCheck> Shared(IReadOnlyList<ProvisioningCheck> stored) =>
        stored.Select(check => check with { Name = Shared(check.Name), Seen = Shared(check.Seen) }).ToArray();

    private static string Shared(string text) => string.IsInterned(text) ?? text;

    /// <summary>The check that an error of Autodesk's decides; null when it decides none, or does not say which of several scopes is missing.</summary>
    public static string? DecidedBy(ErrorCode code, ActionDefinition action) => code switch
    {
        ErrorCode.CredentialsRejected => Credentials,
        ErrorCode.ScopeNotGranted when action.Scopes.Count == 1 => Scope(action.Scopes[0]),
        ErrorCode.ApiProductNotEnabled => ApiProduct(action.ApiProduct!),
        ErrorCode.ActingUserNotAllowed => ActingUser,
        ErrorCode.NotBucketOwner => BucketOwner,
        ErrorCode.NeedsThreeLegged => ThreeLeggedPrefix + action.Id,
        _ => null,
    };

    /// <summary>Whether an error says that something is wrong with the account without proving what: the doctor has to look.</summary>
    public static bool WantsDoctor(ErrorCode code) => code is ErrorCode.CustomIntegrationMissing or ErrorCode.WrongRegion or ErrorCode.ScopeNotGranted;

    /// <summary>
    /// Why the failed check makes the action hopeless; null when the action does not depend on it. An acting user who is no account admin may
    /// still be the admin of a project, so that check forbids nothing.
    /// </summary>
    public static ErrorCode? Stops(string failedCheck, ActionDefinition action) => failedCheck switch
    {
        Credentials => ErrorCode.CredentialsRejected,
        CustomIntegration when action.RequiresCustomIntegration => ErrorCode.CustomIntegrationMissing,
        Region when action.RequiresCustomIntegration => ErrorCode.WrongRegion,
        _ when action.Scopes.Any(scope => failedCheck == Scope(scope)) => ErrorCode.ScopeNotGranted,
        _ when action.ApiProduct is { } product && failedCheck == ApiProduct(product) => ErrorCode.ApiProductNotEnabled,
        _ => null,
    };

    /// <summary>Whether a call of the action that succeeds shows that the check passes.</summary>
    public static bool IsShownBy(string check, ActionDefinition action) => check switch
    {
        BucketOwner => action.Path.StartsWith("/oss/", StringComparison.Ordinal),
        Credentials => true,
        CustomIntegration => action.RequiresCustomIntegration,
        Region => false,
        ActingUser => action.RequiresActingUser,
        _ => check == ThreeLeggedPrefix + action.Id || Stops(check, action) is not null,
    };

    /// <summary>The status that the checks prove; null when they prove nothing, so that the status stays.</summary>
    public static (AccountStatus Status, string Reason, string? NextStep)? Conclude(IReadOnlyList<ProvisioningCheck> checks)
    {
        var failed = checks.Where(check => check.Outcome is CheckOutcome.Failed && !IsOfOneCall(check.Name)).OrderBy(check => Severity(check.Name)).FirstOrDefault();
        if (failed is not null)
        {
            var status = failed.Name switch
            {
                Credentials or Region => AccountStatus.Error,
                CustomIntegration => AccountStatus.AwaitingProvisioning,
                _ => AccountStatus.Degraded,
            };
            return (status, failed.Cause is { } cause ? WireName.Of(cause) : failed.Name, failed.NextStep);
        }

        // Custom integration is never left to the first call: whether the account is the customer's own must be seen.
        var proven = checks.Any(check => check is { Name: Credentials, Outcome: CheckOutcome.Passed })
            && checks.All(check => check.Outcome is CheckOutcome.Passed or CheckOutcome.NotNeeded || IsOfOneCall(check.Name) || (check.LeftToFirstCall && check.Name is not CustomIntegration) || check.Name is Region);
        return proven ? (AccountStatus.Active, "verified", null) : null;
    }

    /// <summary>
    /// What is known after an examination: what it could not tell stays as it was known before; what only calls show, and is older than the
    /// examination, is forgotten, so that the next call may try.
    /// </summary>
    public static IReadOnlyList<ProvisioningCheck> Renew(IReadOnlyList<ProvisioningCheck> old, IReadOnlyList<ProvisioningCheck> fresh) =>
    [
        .. fresh.Select(check => check.Outcome is CheckOutcome.Unknown && old.FirstOrDefault(known => known.Name == check.Name) is { Outcome: CheckOutcome.Passed or CheckOutcome.Failed } known
            ? known
            : check),
    ];

    /// <summary>The checks with one put in the place of that with the same name.</summary>
    public static IReadOnlyList<ProvisioningCheck> With(IReadOnlyList<ProvisioningCheck> checks, ProvisioningCheck learnt) =>
        checks.Any(check => check.Name == learnt.Name) ? [.. checks.Select(check => check.Name == learnt.Name ? learnt : check)] : [.. checks, learnt];

    private static bool IsOfOneCall(string check) => check == BucketOwner || check.StartsWith(ThreeLeggedPrefix, StringComparison.Ordinal);

    private static int Severity(string check) => check switch { Credentials => 0, Region => 1, CustomIntegration => 2, ActingUser => 4, _ => 3 };
}
