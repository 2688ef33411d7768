using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class ActionSearchTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Theory]
    [InlineData("delete a bucket", "autodesk_delete_bucket")]
    [InlineData("list hubs", "autodesk_list_hubs")]
    [InlineData("create folder", "autodesk_create_folder")]
    [InlineData("upload a file into a folder", "autodesk_upload_file_in_project_folder")]
    [InlineData("webhooks list", "autodesk_list_webhooks")]
    [InlineData("creat fold", "autodesk_create_folder")]
    public void BestAnswer_ComesFirst(string query, string expected) =>
        Assert.Equal(
            expected,
            new ActionSearch { Query = query }
                .Find(Catalog)
                .First()
                .Action.Id
        );

    /// <summary>What people say, and among how many of the first answers what they mean has to be.</summary>
    [Theory]
    [InlineData("list files", 3, "list_folder_contents")]
    [InlineData("make folder", 1, "create_folder")]
    [InlineData("who are the members of the project", 1, "list_project_users")]
    [InlineData("delete a file", 1, "create_version")]
    [InlineData("find drawing by name", 1, "search_folder", "list_folder_contents")]
    [InlineData("webhook when a file changes", 1, "create_webhook")]
    [InlineData("tell me when somebody uploads a file", 2, "create_webhook")]
    [InlineData("upload a document", 1, "upload_file_in_project_folder")]
    [InlineData("create project", 1, "create_account_project")]
    [InlineData("rename folder", 1, "update_folder")]
    [InlineData("move a folder", 1, "update_folder")]
    [InlineData("add user to project", 1, "add_project_user")]
    [InlineData("invite somebody to the account", 1, "create_account_user")]
    [InlineData("remove user", 3, "update_account_user", "update_project_user")]
    [InlineData("deactivate a member", 1, "update_account_user")]
    [InlineData("change a user's role in a project", 1, "update_project_user")]
    [InlineData("who has access to the project", 1, "list_project_users")]
    [InlineData("download file", 3, "get_signed_s3_download_url", "get_version_downloads")]
    [InlineData("what hubs", 1, "list_hubs")]
    [InlineData("new version", 1, "create_version")]
    [InlineData("show older versions of a document", 1, "list_item_versions")]
    [InlineData("archive project", 1, "update_account_project")]
    [InlineData("which companies are there", 1, "list_account_companies")]
    [InlineData("what is in this folder", 1, "list_folder_contents")]
    [InlineData("all projects", 2, "list_projects", "list_account_projects")]
    [InlineData("subscribe to events", 1, "create_webhook")]
    [InlineData("stop a webhook", 2, "update_webhook", "delete_webhook")]
    [InlineData("upload url for an object", 1, "get_signed_s3_upload_urls")]
    public void EverydayQuestion_FindsWhatIsMeant(string query, int among, params string[] expected) =>
        Assert.Contains(
            new ActionSearch { Query = query }
                .Find(Catalog)
                .Take(among)
                .Select(found => found.Action.Id["autodesk_".Length..]),
            expected.Contains
        );

    [Fact]
    public void Scores_FallAndStayBetweenZeroAndOne()
    {
        var scores = new ActionSearch { Query = "project folder versions" }
            .Find(Catalog)
            .Select(found => found.Score)
            .ToList();

        Assert.NotEmpty(scores);
        Assert.All(scores, score => Assert.InRange(score, 0, 1));
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Empty(new ActionSearch { Query = "the" }.Find(Catalog));
        Assert.Empty(new ActionSearch { Query = "spaceship" }.Find(Catalog));
    }

    /// <summary>What is typed above a list leaves what has every word of it, in the order of the search.</summary>
    [Theory]
    [InlineData("make folder", "create_folder")]
    [InlineData("folder CREATE", "create_folder")]
    [InlineData("create_folder", "create_folder")]
    [InlineData("autodesk_list_hub", "list_hubs")]
    [InlineData("list hubs spaceship")]
    public void Narrowed_TheBestIsFirst_AndEveryWordIsThere(string typed, params string[] first) =>
        Assert.Equal(first, ActionSearch.Narrow(Catalog, typed).Take(1).Select(action => action.Id["autodesk_".Length..]));

    [Fact]
    public void Narrowed_ByAScope_ByAPartOfAnId_AndByNothing()
    {
        var byScope = ActionSearch.Narrow(Catalog, "account:write user").ToList();

        Assert.NotEmpty(byScope);
        Assert.All(byScope, action => Assert.Contains("account:write", action.Scopes));
        Assert.All(ActionSearch.Narrow(Catalog, "signed_s3"), action => Assert.Contains("signed_s3", action.Id, StringComparison.Ordinal));
        Assert.Equal(Catalog.All, ActionSearch.Narrow(Catalog, " a "));
        Assert.Equal(
            new ActionSearch { Query = "folder" }
                .Find(Catalog)
                .Select(found => found.Action),
            ActionSearch.Narrow(Catalog, "folder")
        );
    }
}
