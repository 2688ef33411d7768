using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Server.Ui.Quotas;

public sealed class QuotaNamesTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Theory]
    [InlineData("dm-hub-projects", "Data Management: list projects")]
    [InlineData("construction-admin-write", "Account Admin: add project user and update project user")]
    [InlineData("hq", "Account Admin: list account users, get account user and 8 more")]
    public void Name_IsTheProductWithTheActionsThatCount(string group, string name) => Assert.Equal(name, Catalog.NameOfQuota(group));

    [Fact]
    public void UnknownGroup_KeepsItsName() => Assert.Equal("new-group", Catalog.NameOfQuota("new-group"));

    [Fact]
    public void EveryGroupThatActionsUse_HasAName() =>
        Assert.All(
            Catalog.All.Select(action => action.QuotaGroupName).OfType<string>().Distinct(),
            group => Assert.Contains(": ", Catalog.NameOfQuota(group), StringComparison.Ordinal)
        );
}
