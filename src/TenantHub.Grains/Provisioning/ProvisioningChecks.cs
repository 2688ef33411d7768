using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Provisioning;

namespace TenantHub.Provisioning;

/// <summary>What an account's checks add up to. Pure.</summary>
internal static class ProvisioningChecks
{
    public const string CredentialsSeen = "Autodesk accepted client id and secret.";

    /// <summary>Checks as they came from storage, with our own texts shared by all accounts instead of held anew for each.</summary>
    public static IReadOnlyList<ProvisioningCheck> Shared(IReadOnlyList<ProvisioningCheck> stored) =>
        stored.Select(check => check with { Name = Shared(check.Name), Seen = Shared(check.Seen) }).ToArray();

    private static string Shared(string text) => string.IsInterned(text) ?? text;

    /// <summary>The status that the checks prove; null when they prove nothing, so that the status stays.</summary>
    public static (AccountStatus Status, string Reason, string? NextStep)? Prove(IReadOnlyList<ProvisioningCheck> checks)
    {
        var failed = (
            from check in checks
            where check.Outcome is CheckOutcome.Failed
            let cause = ProvisioningCauses.OfCheck(check.Name)?.Cause
            where cause?.Status is not null
            orderby cause.Severity
            select (Check: check, Status: cause.Status!.Value)
        ).FirstOrDefault();
        if (failed.Check is { } worst)
            return (failed.Status, worst.Cause is { } code ? WireName.Of(code) : worst.Name, worst.NextStep);
        return
            checks.Any(check => check is { Name: ProvisioningCauses.Credentials, Outcome: CheckOutcome.Passed }) && checks.All(AllowsWork)
            ? (AccountStatus.Active, "verified", null)
            : null;
    }

    /// <summary>
    /// What is known after an examination: what it could not tell stays as it was known before; what only calls show, and is older than the
    /// examination, is forgotten, so that the next call may try.
    /// </summary>
    public static IReadOnlyList<ProvisioningCheck> Renew(IReadOnlyList<ProvisioningCheck> old, IReadOnlyList<ProvisioningCheck> fresh) =>
        [
            .. fresh.Select(check =>
                check.Outcome is CheckOutcome.Unknown
                && old.FirstOrDefault(known => known.Name == check.Name) is { Outcome: CheckOutcome.Passed or CheckOutcome.Failed } known
                    ? known
                    : check
            ),
        ];

    /// <summary>The checks with one put in the place of that with the same name.</summary>
    public static IReadOnlyList<ProvisioningCheck> With(IReadOnlyList<ProvisioningCheck> checks, ProvisioningCheck learnt) =>
        checks.Any(check => check.Name == learnt.Name)
            ? [.. checks.Select(check => check.Name == learnt.Name ? learnt : check)]
            : [.. checks, learnt];

    /// <summary>Whether an action that has just succeeded tells something new about a check.</summary>
    public static bool IsNews(ProvisioningCheck check, ActionDefinition action) =>
        (check.Outcome is CheckOutcome.Failed || check.LeftToFirstCall)
        && ProvisioningCauses.OfCheck(check.Name) is var (cause, subject)
        && cause.IsShownBy(action, subject);

    /// <summary>Custom integration is never left to the first call: whether the account is the customer's own must be seen.</summary>
    private static bool AllowsWork(ProvisioningCheck check) =>
        check switch
        {
            { Outcome: CheckOutcome.Passed or CheckOutcome.NotNeeded } or { Name: ProvisioningCauses.Region } => true,
            { Name: ProvisioningCauses.CustomIntegration } => false,
            { LeftToFirstCall: true } => true,
            _ => ProvisioningCauses.OfCheck(check.Name)?.Cause is { Status: null }, // It concerns single calls.
        };
}
