using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using Xunit;
using static TenantHub.Accounts.CheckOutcome;

namespace TenantHub.Provisioning;

public sealed class ProvisioningChecksTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Theory]
    [InlineData(AccountStatus.Error, "credentials_rejected", "credentials", "custom_integration")]
    [InlineData(AccountStatus.Error, "wrong_region", "region", "scope:data:read")]
    [InlineData(AccountStatus.AwaitingProvisioning, "custom_integration_missing", "custom_integration", "acting_user")]
    [InlineData(AccountStatus.Degraded, "scope_not_granted", "scope:data:read", "acting_user")]
    [InlineData(AccountStatus.Degraded, "acting_user_not_allowed", "acting_user", "acting_user")]
    public void WorstFailure_DecidesTheStatus(AccountStatus status, string reason, params string[] failed)
    {
        ProvisioningCheck[] checks = [Check("credentials", Passed), .. failed.Reverse().Distinct().Select(name => Check(name, Failed))];

        var proven = ProvisioningChecks.Prove(checks.Reverse().DistinctBy(check => check.Name).ToList())!.Value;

        Assert.Equal((status, reason), (proven.Status, proven.Reason));
    }

    [Theory]
    [InlineData("custom_integration", Passed, true)]
    [InlineData("custom_integration", NotNeeded, true)]
    [InlineData("custom_integration", Unknown, false)]
    [InlineData("scope:data:read", Unknown, false)]
    [InlineData("region", Unknown, true)]
    [InlineData("bucket_owner", Failed, true)]
    [InlineData("three_legged:autodesk_list_hubs", Failed, true)]
    public void Account_IsActiveOnlyOnProof(string name, CheckOutcome outcome, bool isActive)
    {
        var proven = ProvisioningChecks.Prove([Check("credentials", Passed), Check(name, outcome)]);

        Assert.Equal(isActive ? AccountStatus.Active : null, proven?.Status);
    }

    [Theory]
    [InlineData("api_product:Webhooks API", true)]
    [InlineData("custom_integration", false)] // Whether the account is the customer's own must be seen.
    public void CheckLeftToTheFirstCall_HoldsNothingUp_ButForTheCustomIntegration(string name, bool isActive)
    {
        var left = Check(name, Unknown) with { LeftToFirstCall = true };

        Assert.Equal(isActive, ProvisioningChecks.Prove([Check("credentials", Passed), left]) is not null);
    }

    [Fact]
    public void NothingKnown_ProvesNothing() => Assert.Null(ProvisioningChecks.Prove([]));

    [Fact]
    public void Examination_KeepsWhatItCouldNotTell_AndForgetsWhatOnlyCallsShow()
    {
        ProvisioningCheck[] old = [Check("scope:data:read", Failed), Check("region", Passed), Check("bucket_owner", Failed)];
        ProvisioningCheck[] fresh = [Check("scope:data:read", Unknown), Check("region", Failed), Check("acting_user", Unknown)];

        var renewed = ProvisioningChecks.Renew(old, fresh);

        Assert.Equal(
            [("scope:data:read", Failed), ("region", Failed), ("acting_user", Unknown)],
            renewed.Select(check => (check.Name, check.Outcome))
        );
    }

    [Fact]
    public void LearntCheck_TakesThePlaceOfTheOneBefore_OrComesLast()
    {
        ProvisioningCheck[] known = [Check("credentials", Passed), Check("region", Passed)];

        Assert.Equal([Failed, Passed], ProvisioningChecks.With(known, Check("credentials", Failed)).Select(check => check.Outcome));
        Assert.Equal(
            ["credentials", "region", "bucket_owner"],
            ProvisioningChecks.With(known, Check("bucket_owner", Failed)).Select(check => check.Name)
        );
    }

    [Theory]
    [InlineData("bucket_owner", Failed, "autodesk_list_buckets", true)]
    [InlineData("bucket_owner", Passed, "autodesk_list_buckets", false)]
    [InlineData("bucket_owner", Failed, "autodesk_list_hubs", false)]
    [InlineData("region", Failed, "autodesk_list_account_users", false)] // Only the doctor sees it.
    public void SuccessfulCall_IsNewsOnlyOfWhatItShows(string name, CheckOutcome outcome, string actionId, bool isNews) =>
        Assert.Equal(isNews, ProvisioningChecks.IsNews(Check(name, outcome), Catalog.Find(actionId)!));

    [Fact]
    public void CheckThatNobodyKnowsAnyMore_StopsNothing()
    {
        var forgotten = Check("a_check_of_an_older_version", Failed);

        Assert.False(ProvisioningChecks.IsNews(forgotten, Catalog.All[0]));
        Assert.NotEqual(AccountStatus.Error, ProvisioningChecks.Prove([Check("credentials", Passed), forgotten])?.Status);
    }

    private static ProvisioningCheck Check(string name, CheckOutcome outcome) =>
        new(name, outcome, "seen", null, Now)
        {
            Cause = outcome is Failed ? Autodesk.Provisioning.ProvisioningCauses.OfCheck(name)?.Cause.Code : null,
        };
}
