using System.Text;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using Xunit;

namespace TenantHub.Autodesk.ReadBack;

public sealed class WriteEvidenceTests
{
    private static readonly DateTimeOffset SentAt = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly ActionReadBack Folders = new()
    {
        Action = "autodesk_list_folder_contents",
        Path = new Dictionary<string, string> { ["project_id"] = "path.project_id", ["folder_id"] = "body.data.parent" },
        Query = new Dictionary<string, string> { ["filter[type]"] = "'folders'" },
        Match = new Dictionary<string, string> { ["attributes.name"] = "body.data.name" },
        CreatedAt = "attributes.createTime",
        Wrap = "data",
    };

    private static readonly ActionRequest Write = Request("""{"data":{"parent":"urn:parent","name":"Plans"}}""");

    [Fact]
    public void Look_AsksWithWhatTheWriteNamed()
    {
        var read = WriteEvidence.Look(Folders, Write, cursor: null)!;

        Assert.Equal("autodesk_list_folder_contents", read.ActionId);
        Assert.Equal(new Dictionary<string, string> { ["project_id"] = "p-1", ["folder_id"] = "urn:parent" }, read.Path);
        Assert.Equal(["folders"], read.Query["filter[type]"]);
        Assert.False(read.Query.ContainsKey("next"));
        Assert.Null(read.Body);
    }

    [Fact]
    public void Look_GoesOnFromTheCursor() => Assert.Equal(["page-2"], WriteEvidence.Look(Folders, Write, "page-2")!.Query["next"]);

    [Theory]
    [InlineData("""{"data":{"name":"Plans"}}""")]
    [InlineData("""{"data":{"parent":7,"name":"Plans"}}""")]
    [InlineData("""{"data":{"parent":"urn:parent"}}""")]
    [InlineData("""{"data":"Plans"}""")]
    [InlineData(null)]
    public void WriteWithoutWhatTheReadNeeds_CannotBeLookedFor(string? body) =>
        Assert.Null(WriteEvidence.Look(Folders, Request(body), cursor: null));

    [Fact]
    public void WriteWithoutAPathParameterThatTheReadNeeds_CannotBeLookedFor() =>
        Assert.Null(WriteEvidence.Look(Folders, Write with { Path = new Dictionary<string, string>() }, cursor: null));

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("null", null, false)]
    [InlineData("[]", null, false)]
    [InlineData("{}", null, false)]
    [InlineData("""{"data":null}""", null, false)]
    [InlineData("""{"data":{"id":""}}""", null, false)]
    [InlineData("""{"data":{"id":"2"}}""", null, true)]
    [InlineData(null, "/folders/2", false)] // This creation answers with a body.
    public void CreationAnsweredWithoutTheThing_HasNotToldIt(string? body, string? location, bool told) =>
        Assert.Equal(told, WriteEvidence.IsTold(Folders, Created(body, location)));

    [Theory]
    [InlineData(null, "/hooks/2", true)]
    [InlineData(null, null, false)]
    [InlineData("{}", null, false)]
    [InlineData("""{"hookId":"2"}""", null, true)]
    public void CreationThatAnswersWithAnAddress_TellsByIt(string? body, string? location, bool told) =>
        Assert.Equal(told, WriteEvidence.IsTold(Folders with { Wrap = null, LocationId = "hookId" }, Created(body, location)));

    private static ApsResponse.Answered Created(string? body, string? location) =>
        new(201, "/x", body is null ? null : new JsonBytes(Encoding.UTF8.GetBytes(body))) { Location = location };

    [Fact]
    public void ThingWithEveryMember_IsFound_InTheShapeOfTheWritesAnswer()
    {
        const string answer = """{"data":[{"id":"1","attributes":{"name":"Other"}},{"id":"2","attributes":{"name":"Plans"}}]}""";

        Assert.Equal("""{"data":{"id":"2","attributes":{"name":"Plans"}}}""", Find(Folders, "data", answer));
    }

    [Theory]
    [InlineData("data", """{"data":[{"attributes":{"name":"Plans 2"}}]}""")]
    [InlineData("data", """{"data":[{"attributes":{"name":null}}]}""")]
    [InlineData("data", """{"data":[{"attributes":["Plans"]}]}""")]
    [InlineData("data", """{"data":[7,"Plans",null]}""")]
    [InlineData("data", """{"data":[]}""")]
    [InlineData("data", """{"data":{"attributes":{"name":"Plans"}}}""")]
    [InlineData("data", """{"results":[{"attributes":{"name":"Plans"}}]}""")]
    [InlineData("", """{"attributes":{"name":"Plans"}}""")]
    [InlineData(null, """[{"attributes":{"name":"Plans"}}]""")]
    public void AnswerWithoutTheThing_HasNoEvidence(string? rows, string answer) => Assert.Null(Find(Folders, rows, answer));

    [Theory]
    [InlineData("", """[{"attributes":{"name":"Plans"}}]""")]
    [InlineData(null, """{"attributes":{"name":"Plans"}}""")]
    [InlineData("data.rows", """{"data":{"rows":[{"attributes":{"name":"PLANS"}}]}}""")]
    public void ThingIsFound_WhereTheRowsLie_AndWhateverItsCase(string? rows, string answer) => Assert.NotNull(Find(Folders, rows, answer));

    /// <summary>Autodesk's clock may be a minute behind ours.</summary>
    [Theory]
    [InlineData("\"2026-11-24T12:00:01Z\"", true)]
    [InlineData("\"2026-11-24T11:59:00Z\"", true)]
    [InlineData("\"2026-11-24T11:58:59Z\"", false)]
    [InlineData("\"2026-11-24T13:58:59+02:00\"", false)]
    [InlineData("\"2026-11-24T11:58:59\"", false)]
    [InlineData("1795521540000", true)] // 11:59:00 as milliseconds.
    [InlineData("1795521539999", false)]
    [InlineData("\"yesterday\"", true)] // What cannot be read proves nothing.
    [InlineData("null", true)]
    public void ThingThatIsOlderThanTheWrite_IsNotItsWork(string createdAt, bool isFound)
    {
        var answer = $$$"""{"data":[{"attributes":{"name":"Plans","createTime":{{{createdAt}}}}}]}""";

        Assert.Equal(isFound, Find(Folders, "data", answer) is not null);
    }

    [Fact]
    public void OlderNamesake_DoesNotHideTheNewThing()
    {
        const string old = """{"id":"old","attributes":{"name":"Plans","createTime":"2020-01-01T00:00:00Z"}}""";
        const string made = """{"id":"new","attributes":{"name":"Plans","createTime":"2026-11-24T12:00:00Z"}}""";

        Assert.Equal($$"""{"data":{{made}}}""", Find(Folders, "data", $$"""{"data":[{{old}},{{made}}]}"""));
    }

    [Fact]
    public void MembersThatAreNotText_MustBeEqualAsJson()
    {
        var readBack = new ActionReadBack
        {
            Action = "autodesk_list_webhooks_by_system",
            Match = new Dictionary<string, string> { ["scope"] = "body.scope" },
        };
        var write = Request("""{"scope":{"folder":"urn:1","deep":[1,2]}}""");

        Assert.NotNull(FindScope("""{"deep":[1,2],"folder":"urn:1"}"""));
        Assert.Null(FindScope("""{"deep":[2,1],"folder":"urn:1"}"""));
        Assert.Null(FindScope("""{"folder":"urn:1"}"""));

        JsonBytes? FindScope(string scope) =>
            WriteEvidence.Find(readBack, "data", write, SentAt, JsonBytes.Parse($$"""{"data":[{"scope":{{scope}}}]}"""));
    }

    [Fact]
    public void WriteThatIsAnsweredWithALocation_IsAnsweredWithTheId()
    {
        var readBack = new ActionReadBack
        {
            Action = "autodesk_list_webhooks_by_system",
            Match = new Dictionary<string, string> { ["event"] = "path.project_id" },
            LocationId = "hookId",
        };

        Assert.Equal("""{"id":"h-1"}""", Find(readBack, "data", """{"data":[{"event":"p-1","hookId":"h-1","secret":"x"}]}"""));
    }

    /// <summary>Every read-back of the catalog can be made from the catalog's own words.</summary>
    [Fact]
    public void EveryReadBackOfTheCatalog_KnowsItsSources()
    {
        var readBacks = ActionCatalog.Load().All.Where(action => action.ReadBack is not null).ToList();

        Assert.NotEmpty(readBacks);
        Assert.All(
            readBacks,
            action =>
                Assert.All(
                    action.ReadBack!.Path.Values.Concat(action.ReadBack.Query.Values).Concat(action.ReadBack.Match.Values),
                    source => Assert.Matches(@"\A(path\.|body\.|'[^']*'\z)", source)
                )
        );
    }

    private static string? Find(ActionReadBack readBack, string? rows, string answer) =>
        WriteEvidence.Find(readBack, rows, Write, SentAt, JsonBytes.Parse(answer))?.ToString();

    private static ActionRequest Request(string? body) =>
        new("autodesk_create_folder")
        {
            Path = new Dictionary<string, string> { ["project_id"] = "p-1" },
            Body = body is null ? null : JsonBytes.Parse(body),
        };
}
