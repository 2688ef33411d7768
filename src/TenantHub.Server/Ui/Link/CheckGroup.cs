using TenantHub.Accounts;

namespace TenantHub.Server.Ui.Link;

/// <summary>The doctor's checks as people read them: what there is to put right, in the order in which it is put right, each with what is wrong with it.</summary>
internal sealed record CheckGroup(string Title, CheckOutcome Outcome, string Summary, IReadOnlyList<ProvisioningCheck> Failed)
{
    private static readonly (string Prefix, string Title)[] Groups =
    [
        ("credentials", "Client ID and secret"),
        ("scope:", "Scopes of the app"),
        ("api_product:", "APIs of the app"),
        ("custom_integration", "Custom integration in the account"),
        ("region", "Region"),
        ("acting_user", "Acting user"),
        ("bucket_owner", "Buckets of other apps"),
        ("three_legged:", "Actions for signed-in users only"),
    ];

    /// <summary>The groups that the enabled actions need.</summary>
    public static IReadOnlyList<CheckGroup> Of(IReadOnlyList<ProvisioningCheck> checks) =>
    [
        .. Groups.Select(group => Of(group.Title, [.. checks.Where(check => check.Name.StartsWith(group.Prefix, StringComparison.Ordinal) && check.Outcome is not CheckOutcome.NotNeeded)]))
            .OfType<CheckGroup>(),
    ];

    /// <summary>In words, because colour alone tells not everybody.</summary>
    public string Word => Outcome switch { CheckOutcome.Passed => "Passed", CheckOutcome.Failed => "Failed", _ => "Not known yet" };

    public string Mark => Outcome switch { CheckOutcome.Passed => "✓", CheckOutcome.Failed => "!", _ => "?" };

    public string Css => Outcome switch { CheckOutcome.Passed => "passed", CheckOutcome.Failed => "failed", _ => "unknown" };

    private static CheckGroup? Of(string title, IReadOnlyList<ProvisioningCheck> checks)
    {
        if (checks.Count == 0) return null;
        List<ProvisioningCheck> failed = [.. checks.Where(check => check.Outcome is CheckOutcome.Failed)];
        var passed = checks.Count(check => check.Outcome is CheckOutcome.Passed);
        var outcome = failed.Count > 0 ? CheckOutcome.Failed : passed == checks.Count ? CheckOutcome.Passed : CheckOutcome.Unknown;
        var summary = checks.Count == 1 ? checks[0].Seen : $"{passed} of {checks.Count} passed.";
        return new(title, outcome, summary, failed);
    }
}
