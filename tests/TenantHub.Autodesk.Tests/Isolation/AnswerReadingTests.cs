using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Paging;
using Xunit;

namespace TenantHub.Autodesk.Isolation;

public sealed class AnswerReadingTests
{
    private static readonly LinkedAccountContext Context = new("11111111-2222-4333-8444-555555555555", "US", "client", null);
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Fact]
    public void Answer_TeachesWhatItShows()
    {
        var reading = new AnswerReading();

        Conclude(
            "autodesk_list_item_versions",
            """{"data":[{"type":"versions","id":"v2","relationships":{"storage":{"data":{"id":"o2"}}}},{"type":"versions","id":"v1","relationships":{}}]}""",
            reading
        );

        Assert.Equal([(ResourceKind.Version, "v2"), (ResourceKind.Version, "v1"), (ResourceKind.Object, "o2")], reading.Shown);
    }

    /// <summary>The write took place, whatever its answer looks like.</summary>
    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"data":{"id":7}}""")]
    public void UnreadableAnswerToAWrite_TeachesNothing_AndIsStillASuccess(string body)
    {
        var reading = new AnswerReading();

        var result = Conclude("autodesk_create_folder", body, reading);

        Assert.Equal(body, Assert.IsType<ActionResult.Succeeded>(result).Data!.ToString());
        Assert.Empty(reading.Shown);
    }

    [Fact]
    public void RowsOfOthers_AreCutOut_WithAutodesksLinks()
    {
        var reading = new AnswerReading(new HashSet<string> { "mine" }, position => "~hidden");

        var result = Conclude(
            "autodesk_list_buckets",
            """{"items":[{"bucketKey":"mine"},{"bucketKey":"theirs"},{"other":1},7],"next":"https://x/oss/v2/buckets?startAt=theirs"}""",
            reading
        );

        var succeeded = Assert.IsType<ActionResult.Succeeded>(result);
        Assert.Equal("""{"items":[{"bucketKey":"mine"}]}""", succeeded.Data!.ToString());
        Assert.Equal("~hidden", PageCursor.Decode(succeeded.Next!, "autodesk_list_buckets")!.Position);
    }

    private static ActionResult Conclude(string action, string body, AnswerReading reading) =>
        ApsPaging.Conclude(
            Catalog.Find(action)!,
            new ActionRequest(action),
            Context,
            new ApsResponse.Answered(200, "/x", JsonBytes.Parse(body)) { MediaType = "application/json" },
            reading
        );
}
