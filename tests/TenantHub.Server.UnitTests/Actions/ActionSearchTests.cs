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
    [InlineData("list files", "autodesk_list_folder_contents")]
    [InlineData("creat fold", "autodesk_create_folder")]
    public void BestAnswer_ComesFirst(string query, string expected) =>
        Assert.Equal(
            expected,
            new ActionSearch { Query = query }
                .Find(Catalog)
                .First()
                .Action.Id
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
}
