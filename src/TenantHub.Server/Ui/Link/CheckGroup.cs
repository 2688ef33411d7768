using TenantHub.Accounts;
using TenantHub.Autodesk.Provisioning;

namespace TenantHub.Server.Ui.Link;

/// <summary>The doctor's checks as people read them: what there is to put right, in the order in which it is put right, each with what is
/// wrong with it.</summary>
internal sealed record CheckGroup(string Title, CheckOutcome Outcome, string Summary, IReadOnlyList<ProvisioningCheck> Failed)
{
    /// <summary>The groups that the enabled actions need: one for each cause.</summary>
    public static IReadOnlyList<CheckGroup> Of(IReadOnlyList<ProvisioningCheck> checks)
    {
        var needed = checks
            .Where(check => check.Outcome is not CheckOutcome.NotNeeded)
            .ToLookup(check => ProvisioningCauses.OfCheck(check.Name)?.Cause);
        return [.. ProvisioningCauses.All.Where(needed.Contains).Select(cause => Of(cause.Title, [.. needed[cause]]))];
    }

    /// <summary>In words, because colour alone tells not everybody.</summary>
    public string Word =>
        Outcome switch
        {
            CheckOutcome.Passed => "Passed",
            CheckOutcome.Failed => "Failed",
            _ => "Not known yet",
        };

    public string Mark =>
        Outcome switch
        {
            CheckOutcome.Passed => "✓",
            CheckOutcome.Failed => "!",
            _ => "?",
        };

    public string Css =>
        Outcome switch
        {
            CheckOutcome.Passed => "passed",
            CheckOutcome.Failed => "failed",
            _ => "unknown",
        };

    private static CheckGroup Of(string title, IReadOnlyList<ProvisioningCheck> checks)
    {
        List<ProvisioningCheck> failed = [.. checks.Where(check => check.Outcome is CheckOutcome.Failed)];
        var passed = checks.Count(check => check.Outcome is CheckOutcome.Passed);
        var outcome =
            failed.Count > 0 ? CheckOutcome.Failed
            : passed == checks.Count ? CheckOutcome.Passed
            : CheckOutcome.Unknown;
        var summary = checks.Count == 1 ? checks[0].Seen : $"{passed} of {checks.Count} passed.";
        return new(title, outcome, summary, failed);
    }
}
