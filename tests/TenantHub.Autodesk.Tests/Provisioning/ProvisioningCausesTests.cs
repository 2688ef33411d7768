using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Autodesk.Provisioning;

public sealed class ProvisioningCausesTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Theory]
    [InlineData("credentials", ErrorCode.CredentialsRejected, "")]
    [InlineData("scope:data:read", ErrorCode.ScopeNotGranted, "data:read")]
    [InlineData("api_product:Webhooks API", ErrorCode.ApiProductNotEnabled, "Webhooks API")]
    [InlineData("custom_integration", ErrorCode.CustomIntegrationMissing, "")]
    [InlineData("region", ErrorCode.WrongRegion, "")]
    [InlineData("acting_user", ErrorCode.ActingUserNotAllowed, "")]
    [InlineData("project_data", ErrorCode.ProjectDataDenied, "")]
    [InlineData("ownership", ErrorCode.OwnershipNotProven, "")]
    [InlineData("bucket_owner", ErrorCode.NotBucketOwner, "")]
    [InlineData("three_legged:autodesk_list_hubs", ErrorCode.NeedsThreeLegged, "autodesk_list_hubs")]
    public void CheckAndError_LeadToTheSameCause(string check, ErrorCode code, string subject)
    {
        var found = ProvisioningCauses.OfCheck(check)!.Value;

        Assert.Equal((code, subject), (found.Cause.Code, found.Subject));
        Assert.Same(found.Cause, ProvisioningCauses.OfError(code));
        Assert.Equal(check, found.Cause.CheckOf(found.Subject));
    }

    [Theory]
    [InlineData("credentials2")]
    [InlineData("scope")]
    [InlineData("")]
    public void CheckOfNoCause_IsNone(string check) => Assert.Null(ProvisioningCauses.OfCheck(check));

    [Fact]
    public void EveryCause_IsWhole() =>
        Assert.All(
            ProvisioningCauses.All,
            cause =>
            {
                Assert.NotEmpty(cause.Title);
                Assert.Single(ProvisioningCauses.All, other => other.Name == cause.Name || other.Code == cause.Code);

                // What the doctor looks for decides the account's status; what only single calls show does not.
                Assert.Equal(cause.IsNeeded is not null, cause.Status is not null);

                // A check that can fail can be found to pass again: by a call, or by the doctor.
                Assert.True(
                    cause.IsNeeded is not null || Catalog.All.Any(action => cause.IsShownBy(action, cause.SubjectOf(action) ?? "")),
                    cause.Name
                );
            }
        );

    [Theory]
    [InlineData("credentials", "autodesk_list_buckets", true, true)]
    [InlineData("custom_integration", "autodesk_list_account_users", true, true)]
    [InlineData("custom_integration", "autodesk_list_buckets", false, false)]
    [InlineData("region", "autodesk_list_account_users", true, false)]
    [InlineData("project_data", "autodesk_list_hubs", true, true)]
    [InlineData("project_data", "autodesk_list_account_users", false, false)]
    [InlineData("ownership", "autodesk_list_buckets", true, false)]
    [InlineData("acting_user", "autodesk_list_hubs", false, false)]
    [InlineData("scope:bucket:read", "autodesk_list_buckets", true, true)]
    [InlineData("scope:bucket:create", "autodesk_list_buckets", false, false)]
    [InlineData("api_product:Data Management API", "autodesk_list_buckets", true, true)]
    [InlineData("api_product:Webhooks API", "autodesk_list_buckets", false, false)]
    [InlineData("bucket_owner", "autodesk_list_buckets", false, true)]
    [InlineData("bucket_owner", "autodesk_list_hubs", false, false)]
    [InlineData("three_legged:autodesk_list_hubs", "autodesk_list_hubs", false, true)]
    [InlineData("three_legged:autodesk_list_hubs", "autodesk_list_buckets", false, false)]
    public void Cause_SaysWhichActionsItStops_AndWhichShowThatItIsGone(string check, string actionId, bool stops, bool isShown)
    {
        var (cause, subject) = ProvisioningCauses.OfCheck(check)!.Value;
        var action = Catalog.Find(actionId)!;

        Assert.Equal((stops, isShown), (cause.Stops(action, subject), cause.IsShownBy(action, subject)));
    }

    [Fact]
    public void ScopeOfAnActionWithSeveral_IsNotTold()
    {
        var several = Catalog.All.First(action => action.Scopes.Count > 1);

        Assert.Null(ProvisioningCauses.OfError(ErrorCode.ScopeNotGranted)!.SubjectOf(several));
    }

    [Fact]
    public void KnownNames_AreShared() =>
        Assert.Same(ProvisioningCauses.Scope("data:read"), ProvisioningCauses.Scope(new string("data:read".AsSpan())));
}
