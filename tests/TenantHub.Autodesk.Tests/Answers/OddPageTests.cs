using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Paging;
using Xunit;

namespace TenantHub.Autodesk.Answers;

/// <summary>Pages as they should not be. The rows are given all the same, none is lost silently, and every cursor is one that TenantHub
/// takes. A new odd page is a new row.</summary>
public sealed class OddPageTests
{
    private const string Users = "autodesk_list_account_users"; // limit and offset, a bare array; 10 by default
    private const string Projects = "autodesk_list_account_projects"; // limit and offset, pagination
    private const string Contents = "autodesk_list_folder_contents"; // page[number]
    private const string Search = "autodesk_search_folder"; // page[number], 0 to 49
    private const string Objects = "autodesk_list_bucket_objects"; // startAt

    private static readonly ActionCatalog Catalog = ActionCatalog.Load();
    private static readonly LinkedAccountContext Account = new("7a1d5c1e-0000-4000-8000-000000000001", "US", "client-1", null);

    /// <summary>The action, what was asked for (position and size), the page, and where the next one starts.</summary>
    [Theory]
    [InlineData(Users, null, null, "[1,2]", null)] // Autodesk's own page size is 10: this was the last page.
    [InlineData(Users, null, 5, "[1,2]", "2")] // Cut below what was asked? The next page tells.
    [InlineData(Users, "2", 5, "[]", null)]
    [InlineData(Projects, null, 2, """{"results":[1,2],"pagination":null}""", "2")]
    [InlineData(Projects, null, 2, """{"results":[1,2]}""", "2")]
    [InlineData(Projects, null, 2, """{"results":[1,2],"pagination":[]}""", "2")]
    [InlineData(Projects, null, 2, """{"results":[1,2],"pagination":{"totalResults":null}}""", "2")]
    [InlineData(Projects, null, 2, """{"results":[1,2],"pagination":{"totalResults":"5"}}""", "2")]
    [InlineData(Projects, null, 2, """{"results":[1,2],"pagination":{"totalResults":"many"}}""", "2")]
    [InlineData(Projects, null, 2, """{"results":[1,2],"pagination":{"totalResults":5.0,"nextUrl":null}}""", "2")]
    [InlineData(Projects, null, 5, """{"results":[1,2],"pagination":{"totalResults":3}}""", "2")] // Capped.
    [InlineData(Projects, null, 5, """{"results":[1,2],"pagination":{"nextUrl":"https://x/?offset=2"}}""", "2")]
    [InlineData(Projects, null, 2, """{"results":[1,2],"pagination":{"totalResults":null,"nextUrl":null}}""", null)]
    [InlineData(Projects, "2", 2, """{"results":[1,2],"pagination":{"totalResults":4}}""", null)]
    [InlineData(Projects, "4", 2, """{"results":[],"pagination":{"totalResults":9}}""", null)]
    [InlineData(Contents, null, 2, """{"data":[1,2],"links":{"next":{"href":"https://x/?page%5Bnumber%5D=1"}}}""", "1")]
    [InlineData(Contents, null, 2, """{"data":[1,2],"links":{"next":"https://x/?page[number]=1"}}""", "1")]
    [InlineData(Contents, null, 2, """{"data":[1,2],"links":{"next":"https://x/?cursor=opaque"}}""", "1")]
    [InlineData(Contents, "3", 2, """{"data":[1,2],"links":{"next":"https://x/?page[number]=abc"}}""", "4")]
    [InlineData(Contents, "3", 2, """{"data":[1,2],"links":{"next":"https://x/?page[number]=3"}}""", "4")] // It leads to itself.
    [InlineData(Contents, null, 2, """{"data":[1,2],"links":null}""", null)]
    [InlineData(Contents, null, 2, """{"data":[1,2],"links":{"next":null}}""", null)]
    [InlineData(Contents, null, 2, """{"data":[1,2],"links":{"next":7}}""", null)]
    [InlineData(Contents, null, 2, """{"data":[1,2],"links":[]}""", null)]
    [InlineData(Search, "48", null, """{"data":[1],"links":{"next":"https://x/?page[number]=49"}}""", "49")]
    [InlineData(Search, "49", null, """{"data":[1],"links":{"next":"https://x/?page[number]=50"}}""", null)] // Autodesk refuses page 50.
    [InlineData(Objects, null, 2, """{"items":[1,2],"next":"https://x/?startAt=b&limit=2"}""", "b")]
    [InlineData(Objects, "b", 2, """{"items":[1,2],"next":"https://x/?startAt=b"}""", null)]
    [InlineData(Objects, null, 2, """{"items":[1,2],"next":7}""", null)]
    [InlineData(Objects, null, 2, """{"items":[1,2],"next":"\ud800"}""", null)]
    public void Rows_AreGiven_AndTheCursorIsOneThatIsTaken(string action, string? position, int? size, string page, string? next)
    {
        var request = Request(action, position, size);

        var succeeded = Assert.IsType<ActionResult.Succeeded>(Conclude(action, request, page));

        Assert.Equal(page, succeeded.Data!.ToString());
        Assert.Equal(next, succeeded.Next is { } cursor ? PageCursor.Decode(cursor, action)!.Position : null);
        if (succeeded.Next is not null)
            Assert.Null(
                InputValidator.Validate(
                    Catalog.Find(action)!,
                    request with
                    {
                        Query = new Dictionary<string, string[]> { ["next"] = [succeeded.Next] },
                    },
                    Account
                )
            );
    }

    /// <summary>Of a list that accounts share, what cannot be told apart is given to nobody.</summary>
    [Theory]
    [InlineData("autodesk_list_hubs", """{"data":{"0":{"id":"b.other"}}}""")]
    [InlineData("autodesk_list_hubs", "[]")]
    [InlineData("autodesk_list_buckets", """{"rows":[{"bucketKey":"theirs"}]}""")]
    [InlineData("autodesk_list_buckets", "null")]
    public void SharedListOfAnotherShape_IsGivenToNobody(string action, string page) =>
        Assert.Equal(
            ErrorCode.AutodeskUnavailable,
            Assert.IsType<ActionResult.Failed>(Conclude(action, new ActionRequest(action), page)).Error.Code
        );

    /// <summary>What JSON allows and Unicode does not is given as it came, also where rows are cut out.</summary>
    [Fact]
    public void TextThatIsNone_IsCopied_WhereTheListIsWrittenAnew()
    {
        const string own = """{"id":"b.7a1d5c1e-0000-4000-8000-000000000001","n\ud800":"\ud800"}""";

        var given = Assert.IsType<ActionResult.Succeeded>(
            Conclude(
                "autodesk_list_hubs",
                new ActionRequest("autodesk_list_hubs"),
                """{"jsonapi":"\udc00","data":[{"id":"b.other"},""" + own + """],"meta":{}}"""
            )
        );

        Assert.Equal("""{"jsonapi":"\udc00","data":[""" + own + """],"meta":{}}""", given.Data!.ToString());
    }

    /// <summary>The id of what was created is the last piece of its address's path. One that is not there is null.</summary>
    [Theory]
    [InlineData("https://x/webhooks/v1/systems/data/events/e/hooks/7a1d", "7a1d")]
    [InlineData("/hooks/7a1d?region=US", "7a1d")]
    [InlineData("/hooks/7a1d/?a=/b", "7a1d")]
    [InlineData("/hooks/7a1d#top", "7a1d")]
    [InlineData("/hooks/7a1d///", "7a1d")]
    [InlineData("7a1d", "7a1d")]
    [InlineData("/hooks/a%20b", "a b")]
    [InlineData("/", null)]
    [InlineData("https://x", null)]
    [InlineData("https://x/", null)]
    [InlineData("https://x?hook=1", null)]
    [InlineData("?a=b", null)]
    [InlineData("/hooks/%20/", null)]
    [InlineData("/hooks/..", null)]
    [InlineData("/hooks/%2Fb", null)]
    public void Location_GivesTheId_OrNull(string location, string? id)
    {
        var action = Catalog.Find("autodesk_create_webhook")!;

        var created = ApsPaging.Conclude(
            action,
            new ActionRequest(action.Id),
            Account,
            new ApsResponse.Answered(201, "/x", null) { Location = location }
        );

        using var data = System.Text.Json.JsonDocument.Parse(Assert.IsType<ActionResult.Succeeded>(created).Data!.Memory);
        Assert.Equal(id, data.RootElement.GetProperty("id").GetString());
    }

    private static ActionResult Conclude(string action, ActionRequest request, string page) =>
        ApsPaging.Conclude(Catalog.Find(action)!, request, Account, new ApsResponse.Answered(200, "/x", JsonBytes.Parse(page)));

    private static ActionRequest Request(string action, string? position, int? size)
    {
        var paging = Catalog.Find(action)!.Paging!;
        var query = new Dictionary<string, string[]>();
        if (position is not null)
            query[paging.Position!] = [position];
        if (size is { } rows)
            query["page_size"] = [rows.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        var path = Catalog
            .Find(action)!
            .Parameters.Where(parameter => parameter is { In: ParameterPlace.Path, Fill: null })
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Name == "bucketKey" ? "bucket" : "urn:x");
        return new ActionRequest(action) { Path = path, Query = query };
    }
}
