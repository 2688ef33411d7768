using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Autodesk.Http;

public sealed class ApsRequestFactoryTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();
    private static readonly LinkedAccountContext Account = new("7a1d5c1e-0000-4000-8000-000000000001", "EMEA", "client-1", "USER1");

    [Fact]
    public void UrnWithVersion_IsEncodedOnce()
    {
        var request = Create(
            "autodesk_get_version",
            new() { ["project_id"] = "p1", ["version_id"] = "urn:adsk.wipprod:fs.file:vf.x?version=2" }
        );

        Assert.Equal("/data/v1/projects/b.p1/versions/urn%3Aadsk.wipprod%3Afs.file%3Avf.x%3Fversion%3D2", request.RequestUri!.PathAndQuery);
        Assert.Equal("USER1", string.Join(',', request.Headers.GetValues("x-user-id")));
    }

    [Theory]
    [InlineData("b.p1", "/construction/admin/v1/projects/p1/users")]
    [InlineData("p1", "/construction/admin/v1/projects/p1/users")]
    public void ProjectId_IsTakenInBothForms(string given, string path) =>
        Assert.Equal(path, Create("autodesk_list_project_users", new() { ["project_id"] = given }).RequestUri!.AbsolutePath);

    [Fact]
    public void ValueThatLooksLikeAPath_StaysOneSegment() =>
        Assert.Equal(
            "/hq/v1/accounts/7a1d5c1e-0000-4000-8000-000000000001/users/..%2F..%2Fx",
            Create("autodesk_get_account_user", new() { ["user_id"] = "../../x" }).RequestUri!.AbsolutePath
        );

    [Fact]
    public void Arrays_AreSentAsEachApiWants()
    {
        var comma = Create("autodesk_list_account_projects", [], new() { ["filter[status]"] = ["active", "pending"] });
        var repeated = Create("autodesk_list_hubs", [], new() { ["filter[name]"] = ["A & B", "C"] });

        Assert.Equal("?filter%5Bstatus%5D=active%2Cpending", comma.RequestUri!.Query);
        Assert.Equal("?filter%5Bname%5D=A%20%26%20B&filter%5Bname%5D=C", repeated.RequestUri!.Query);
    }

    [Fact]
    public void BaseUrlWithAPath_IsKept()
    {
        using var request = ApsRequestFactory.Create(
            Catalog.Find("autodesk_list_hubs")!,
            new ActionRequest("autodesk_list_hubs"),
            Account,
            new ApsOptions { BaseUrl = new Uri("https://proxy.example/aps/") }
        );

        Assert.Equal("https://proxy.example/aps/project/v1/hubs", request.RequestUri!.ToString());
    }

    private static HttpRequestMessage Create(string action, Dictionary<string, string> path, Dictionary<string, string[]>? query = null) =>
        ApsRequestFactory.Create(
            Catalog.Find(action)!,
            new ActionRequest(action) { Path = path, Query = query ?? [] },
            Account,
            new ApsOptions()
        );
}
