using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Credentials;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Provisioning;

public sealed class ExaminationTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Fact]
    public void Checks_AreThoseOfAllCauses_InOneOrder_WithWhatIsNotNeededMarked()
    {
        var exam = Examine("autodesk_list_buckets");

        exam.Pass("credentials", "seen");
        var checks = exam.Checks();

        Assert.Equal(
            [
                "credentials",
                .. AutodeskScopes.All.Select(scope => "scope:" + scope),
                .. ApiProducts.All.Select(product => "api_product:" + product),
                "custom_integration",
                "region",
                "project_data",
                "ownership",
                "acting_user",
            ],
            checks.Select(check => check.Name)
        );
        Assert.Equal(CheckOutcome.Passed, Outcome(checks, "credentials"));
        Assert.Equal(CheckOutcome.Unknown, Outcome(checks, "scope:bucket:read")); // Needed, and nothing was found.
        Assert.Equal(CheckOutcome.NotNeeded, Outcome(checks, "custom_integration"));
        Assert.Equal(CheckOutcome.NotNeeded, Outcome(checks, "scope:account:write"));
    }

    [Theory]
    [InlineData(ErrorCode.CustomIntegrationMissing, "autodesk_list_account_users", "custom_integration", CheckOutcome.Failed)]
    [InlineData(ErrorCode.WrongRegion, "autodesk_list_account_users", "region", CheckOutcome.Failed)]
    [InlineData(ErrorCode.ApiProductNotEnabled, "autodesk_list_hubs", "api_product:Data Management API", CheckOutcome.Failed)]
    [InlineData(ErrorCode.ScopeNotGranted, "autodesk_list_hubs", "scope:data:read", CheckOutcome.Failed)]
    [InlineData(ErrorCode.CredentialsRejected, "autodesk_list_hubs", "credentials", CheckOutcome.Failed)]
    [InlineData(ErrorCode.AutodeskTimeout, "autodesk_list_hubs", "api_product:Data Management API", CheckOutcome.Unknown)]
    [InlineData(ErrorCode.AutodeskUnavailable, "autodesk_list_hubs", "api_product:Data Management API", CheckOutcome.Unknown)]
    public void Refusal_TeachesTheCheckThatItSpeaksOf_AndATimeOutTeachesNothing(
        ErrorCode code,
        string actionId,
        string check,
        CheckOutcome outcome
    )
    {
        var exam = Examine([.. Catalog.All.Select(action => action.Id)]);

        exam.Learn(new ServiceError(code, ErrorSource.AutodeskAuth, "Autodesk's words.") { NextStep = "Do it." }, Catalog.Find(actionId)!);

        var found = exam.Checks().Single(known => known.Name == check);
        Assert.Equal((outcome, "Autodesk's words."), (found.Outcome, found.Seen));
        Assert.Equal(outcome is CheckOutcome.Failed ? code : null, found.Cause);
    }

    [Theory]
    [InlineData("custom_integration", "my-client-id")]
    [InlineData("scope:data:read", "data:read")]
    [InlineData("api_product:Webhooks API", "Webhooks API")]
    public void FailedCheck_HasATextForWhoHasToPutItRight(string check, string mentioned)
    {
        var exam = Examine([.. Catalog.All.Select(action => action.Id)]);

        exam.Fail(check, ErrorCode.AutodeskRejected, "seen", null);

        Assert.Contains(mentioned, exam.Checks().Single(known => known.Name == check).AdminText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, CheckOutcome.Failed)]
    [InlineData(false, CheckOutcome.Unknown)] // Nobody chose the actions that want an acting user.
    public void MissingActingUser_IsAFaultOnlyWhereActionsWereChosen(bool chosen, CheckOutcome outcome)
    {
        var exam = Examine(Catalog.All.First(action => action.RequiresActingUser).Id);

        exam.MissActingUser(chosen);

        var check = exam.Checks().Single(known => known.Name == "acting_user");
        Assert.Equal((outcome, ErrorCode.ActingUserRequired), (check.Outcome, check.Cause!.Value));
    }

    [Fact]
    public void WhatIsKnown_IsNotTakenBackByWhatIsNot()
    {
        var exam = Examine("autodesk_list_hubs");

        exam.Fail("region", ErrorCode.WrongRegion, "seen", null);
        exam.Unknown("region", "not seen");
        exam.LeaveToFirstCall("region");

        Assert.Equal(CheckOutcome.Failed, Outcome(exam.Checks(), "region"));
    }

    private static Examination Examine(params string[] actions) =>
        new(
            ScopeGuide.For(actions.Select(id => Catalog.Find(id)!)),
            new ClientApp("my-client-id", new Secret("s"), "v1"),
            new LinkedAccountContext("11111111-2222-4333-8444-555555555555", "US", "my-client-id", null),
            Now
        );

    private static CheckOutcome Outcome(IReadOnlyList<ProvisioningCheck> checks, string name) =>
        checks.Single(check => check.Name == name).Outcome;
}
