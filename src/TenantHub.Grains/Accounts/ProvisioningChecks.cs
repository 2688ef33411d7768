using TenantHub.Autodesk.Catalog;

namespace TenantHub.Accounts;

/// <summary>What the checks are called, what a failed one forbids, and which status they add up to. Pure.</summary>
internal static class ProvisioningChecks
{
    public const string Credentials = "credentials";
    public const string CustomIntegration = "custom_integration";
    public const string Region = "region";
    private const string ScopesPrefix = "scopes:";
    private const string ApiProductPrefix = "api_product:";

    /// <summary>The check that an error of Autodesk's decides; null when it says nothing about provisioning.</summary>
    public static string? DecidedBy(ErrorCode code, ActionDefinition action) => code switch
    {
        ErrorCode.CredentialsRejected => Credentials,
        ErrorCode.ScopeNotGranted => ScopesPrefix + action.ScopeKey,
        ErrorCode.ApiProductNotEnabled => ApiProductPrefix + action.ApiProduct,
        ErrorCode.CustomIntegrationMissing => CustomIntegration,
        ErrorCode.WrongRegion => Region,
        _ => null,
    };

    /// <summary>Why the failed check makes the action hopeless; null when the action does not depend on it.</summary>
    public static ErrorCode? Stops(string failedCheck, ActionDefinition action) => failedCheck switch
    {
        Credentials => ErrorCode.CredentialsRejected,
        CustomIntegration when action.RequiresCustomIntegration => ErrorCode.CustomIntegrationMissing,
        Region when action.RequiresCustomIntegration => ErrorCode.WrongRegion,
        _ when failedCheck == ScopesPrefix + action.ScopeKey => ErrorCode.ScopeNotGranted,
        _ when failedCheck == ApiProductPrefix + action.ApiProduct => ErrorCode.ApiProductNotEnabled,
        _ => null,
    };

    /// <summary>
    /// Whether only a verification can tell that the check passes again. The others are tested by the next call itself.
    /// </summary>
    public static bool NeedsVerification(string check) => check is Credentials or CustomIntegration or Region;

    /// <summary>The status that the checks prove; null when they prove nothing, so that the status stays.</summary>
    public static (AccountStatus Status, string Reason, string? NextStep)? Conclude(IReadOnlyList<ProvisioningCheck> checks)
    {
        var failed = checks.Where(check => check.Outcome is CheckOutcome.Failed).OrderBy(check => Severity(check.Name)).FirstOrDefault();
        if (failed is not null)
        {
            var status = failed.Name switch
            {
                Credentials or Region => AccountStatus.Error,
                CustomIntegration => AccountStatus.AwaitingProvisioning,
                _ => AccountStatus.Degraded,
            };
            return (status, Reason(failed.Name), failed.NextStep);
        }

        var proven = checks.Any(check => check is { Name: CustomIntegration, Outcome: CheckOutcome.Passed });
        return proven ? (AccountStatus.Active, "verified", null) : null;
    }

    /// <summary>The checks with the given ones put in the place of those with the same name.</summary>
    public static IReadOnlyList<ProvisioningCheck> Merge(IReadOnlyList<ProvisioningCheck> old, IReadOnlyList<ProvisioningCheck> fresh) =>
        [.. old.Where(check => fresh.All(newer => newer.Name != check.Name)), .. fresh];

    private static int Severity(string check) => check switch { Credentials => 0, Region => 1, CustomIntegration => 2, _ => 3 };

    private static string Reason(string check) => check switch
    {
        Credentials => WireName.Of(ErrorCode.CredentialsRejected),
        Region => WireName.Of(ErrorCode.WrongRegion),
        CustomIntegration => WireName.Of(ErrorCode.CustomIntegrationMissing),
        _ => WireName.Of(check.StartsWith(ScopesPrefix, StringComparison.Ordinal) ? ErrorCode.ScopeNotGranted : ErrorCode.ApiProductNotEnabled),
    };
}
