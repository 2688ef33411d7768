using TenantHub.Errors;
using Xunit;

namespace TenantHub.Accounts;

public sealed class AccountInputTests
{
    private static readonly LinkAccountRequest Good = new()
    {
        OriginOwnerId = "owner-1",
        OriginOwnerName = "Owner",
        AccAccountId = "11111111-2222-4333-8444-555555555555",
        ClientId = "app",
        ClientSecret = new Secret("planted-word"),
    };

    [Fact]
    public void LinkThatNamesWhatIsNeeded_HasNoFault()
    {
        Assert.Null(AccountInput.Check(Good));
        Assert.Null(AccountInput.Check(Good with { ClientId = null, ClientSecret = null })); // The profile's app.
        Assert.Null(AccountInput.Check(Good with { AccAccountId = " b.11111111-2222-4333-8444-ABCDEFABCDEF ", Region = "emea" }));
        Assert.Null(AccountInput.Check(Good with { Label = new string('x', 255), Type = "test", QuotaWeight = 100 }));
    }

    public static TheoryData<LinkAccountRequest, string> Faulty =>
        new()
        {
            { Good with { OriginOwnerId = " " }, "origin_owner_id" },
            { Good with { OriginOwnerId = new string('x', 256) }, "origin_owner_id" },
            { Good with { OriginOwnerName = "" }, "origin_owner_name" },
            { Good with { Label = "two\nlines" }, "label" },
            { Good with { Label = new string('x', 256) }, "label" },
            { Good with { ActAsUserId = "x\0" }, "setup_information.act_as_user_id" },
            { Good with { ActAsUserId = "\u0100" }, "setup_information.act_as_user_id" },
            { Good with { AccAccountId = "" }, "setup_information.acc_account_id" },
            { Good with { AccAccountId = "c.11111111-2222-4333-8444-555555555555" }, "setup_information.acc_account_id" },
            { Good with { AccAccountId = "{11111111-2222-4333-8444-555555555555}" }, "setup_information.acc_account_id" },
            { Good with { AccAccountId = "11111111222243338444555555555555" }, "setup_information.acc_account_id" },
            { Good with { AccAccountId = "b. 11111111-2222-4333-8444-555555555555" }, "setup_information.acc_account_id" }, // A second spelling of it.
            { Good with { AccAccountId = "b.\u300011111111-2222-4333-8444-555555555555" }, "setup_information.acc_account_id" },
            { Good with { Region = "MARS" }, "setup_information.region" },
            { Good with { Type = "Production" }, "type" },
            { Good with { QuotaWeight = 0 }, "quota_weight" },
            { Good with { QuotaWeight = 101 }, "quota_weight" },
            { Good with { ClientId = null }, "credentials" },
            { Good with { ClientSecret = null }, "credentials" },
            { Good with { ClientId = "" }, "credentials.client_id" },
            { Good with { ClientId = "a:b" }, "credentials.client_id" }, // The Basic header separates by it, and so do our keys.
            { Good with { ClientId = "a|b" }, "credentials.client_id" },
            { Good with { ClientId = "a b" }, "credentials.client_id" },
            { Good with { ClientSecret = new Secret("a\r\nb") }, "credentials.client_secret" },
            { Good with { ClientSecret = new Secret(new string('x', 256)) }, "credentials.client_secret" },
        };

    [Theory]
    [MemberData(nameof(Faulty), DisableDiscoveryEnumeration = true)]
    public void FaultyLink_IsRefused_WithTheFieldAndWithoutTheSecret(LinkAccountRequest request, string field)
    {
        var error = AccountInput.Check(request)!;

        Assert.Equal((ErrorCode.InvalidInput, ErrorSource.Caller), (error.Code, error.Source));
        Assert.Equal(field, Assert.Single(error.Faults).Field);
        if (request.ClientSecret is { } secret)
            Assert.DoesNotContain(secret.Reveal(), $"{error}", StringComparison.Ordinal);
    }

    [Fact]
    public void AllFaults_AreListedAtOnce()
    {
        var error = AccountInput.Check(Good with { OriginOwnerId = "", Region = "MARS", Type = "x" })!;

        Assert.Equal(["origin_owner_id", "setup_information.region", "type"], error.Faults.Select(fault => fault.Field));
    }

    [Fact]
    public void Change_MayLeaveEverythingOut_AndRemoveLabelAndActingUser()
    {
        Assert.Null(AccountInput.Check(new UpdateAccountRequest()));
        Assert.Null(AccountInput.Check(new UpdateAccountRequest { Label = "", ActAsUserId = "" }));
    }

    public static TheoryData<UpdateAccountRequest, string> FaultyChanges =>
        new()
        {
            {
                new UpdateAccountRequest { OriginOwnerId = "" },
                "origin_owner_id"
            },
            {
                new UpdateAccountRequest { OriginOwnerName = " " },
                "origin_owner_name"
            },
            {
                new UpdateAccountRequest { Label = "a\tb" },
                "label"
            },
            {
                new UpdateAccountRequest { ActAsUserId = new string('x', 256) },
                "setup_information.act_as_user_id"
            },
            {
                new UpdateAccountRequest { AccAccountId = "x" },
                "setup_information.acc_account_id"
            },
            {
                new UpdateAccountRequest { Region = "" },
                "setup_information.region"
            },
            {
                new UpdateAccountRequest { Type = "" },
                "type"
            },
            {
                new UpdateAccountRequest { QuotaWeight = 101 },
                "quota_weight"
            },
            {
                new UpdateAccountRequest { ClientId = "app" },
                "credentials"
            },
            {
                new UpdateAccountRequest { ClientSecret = new Secret("planted-word") },
                "credentials"
            },
        };

    [Theory]
    [MemberData(nameof(FaultyChanges), DisableDiscoveryEnumeration = true)]
    public void FaultyChange_IsRefused_WithTheField(UpdateAccountRequest request, string field) =>
        Assert.Equal(field, Assert.Single(AccountInput.Check(request)!.Faults).Field);

    [Theory]
    [InlineData(null, null)]
    [InlineData("app", null)]
    [InlineData("other", "client_id")]
    [InlineData("", "client_id")]
    [InlineData("APP", "client_id")]
    public void Rotation_ChangesTheSecretAndNeverTheApp(string? given, string? field) =>
        Assert.Equal(field, AccountInput.CheckRotation("app", given, new Secret("new"))?.Faults.Single().Field);

    [Fact]
    public void Rotation_ChecksTheSecretToo()
    {
        var error = AccountInput.CheckRotation("app", given: null, new Secret("a\nb"))!;

        Assert.Equal("credentials.client_secret", Assert.Single(error.Faults).Field);
    }

    [Theory]
    [InlineData(" b.ABCDEFAB-2222-4333-8444-555555555555 ")]
    [InlineData("abcdefab-2222-4333-8444-555555555555")]
    public void BareAccountId_IsAsAutodesksAccountApisWantIt(string text) =>
        Assert.Equal("abcdefab-2222-4333-8444-555555555555", AccountInput.BareAccountId(text));
}
