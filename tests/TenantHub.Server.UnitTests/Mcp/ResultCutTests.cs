using System.Buffers;
using System.Text;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Server.Mcp;

public sealed class ResultCutTests
{
    private static readonly ActionDefinition Members = ActionCatalog.Load().Find("autodesk_list_account_users")!;

    [Fact]
    public void LongPage_IsReadWholeInPieces_AtWholeRows()
    {
        var page = JsonSerializer.SerializeToElement(Enumerable.Range(0, 100).Select(row => new { row, text = new string('x', 100) }));
        var call = new ActionRequest(Members.Id) { Query = new Dictionary<string, string[]> { ["next"] = ["page-2"] } };
        List<int> seen = [];
        var (pieces, cursor) = (0, (string?)"page-2");

        do
        {
            var (asked, skip) = ResultCut.Read(Members, call with { Query = new Dictionary<string, string[]> { ["next"] = [cursor!] } });
            Assert.Equal("page-2", asked.Query["next"][0]);
            var (json, next) = Write(page, asked, skip, next: "page-3", maxBytes: 2_000);
            Assert.InRange(json.Length, 1, 2_600);
            seen.AddRange(JsonDocument.Parse(json).RootElement.EnumerateArray().Select(row => row.GetProperty("row").GetInt32()));
            (pieces, cursor) = (pieces + 1, next);
        } while (cursor != "page-3");

        Assert.Equal(Enumerable.Range(0, 100), seen);
        Assert.True(pieces > 5, $"{pieces}");
    }

    [Fact]
    public void FirstPage_HasNoCursorOfItsOwn_AndOneRowAlwaysComes()
    {
        var page = JsonSerializer.SerializeToElement(new[] { new string('x', 5_000), "second" });

        var (json, next) = Write(page, new ActionRequest(Members.Id), 0, next: null, maxBytes: 1_024);
        var (rest, skip) = ResultCut.Read(
            Members,
            new ActionRequest(Members.Id) { Query = new Dictionary<string, string[]> { ["next"] = [next!] } }
        );

        Assert.Equal(1, JsonDocument.Parse(json).RootElement.GetArrayLength());
        Assert.StartsWith("cut.1.", next, StringComparison.Ordinal);
        Assert.Equal(1, skip);
        Assert.Empty(rest.Query);
    }

    /// <summary>Whoever follows the cursor and says nothing else gets the same pages.</summary>
    [Theory]
    [InlineData("page_size", null)]
    [InlineData("page_size", "10")]
    [InlineData("limit", null)]
    public void Cursor_KeepsTheSizeOfThePage(string name, string? givenLater)
    {
        var page = JsonSerializer.SerializeToElement(Enumerable.Range(0, 100).Select(row => new string('x', 100)));
        var first = new ActionRequest(Members.Id) { Query = new Dictionary<string, string[]> { [name] = ["100"] } };

        var (_, next) = Write(page, first, 0, next: null, maxBytes: 2_000);
        var query = new Dictionary<string, string[]> { ["next"] = [next!] };
        if (givenLater is not null)
            query["page_size"] = [givenLater];
        var (rest, skip) = ResultCut.Read(Members, new ActionRequest(Members.Id) { Query = query });

        Assert.Equal("100", Assert.Single(rest.Query["page_size"]));
        Assert.InRange(skip, 1, 99);
    }

    [Theory]
    [InlineData("cut.-1.00000000.x")]
    [InlineData("cut.99999999999.00000000.x")]
    [InlineData("cut.1.00000000.")]
    [InlineData("cut.1.x")]
    [InlineData("cut.1")]
    [InlineData("other")]
    public void WhatIsNoCutCursor_GoesOnAsItIs(string cursor)
    {
        var (call, skip) = ResultCut.Read(
            Members,
            new ActionRequest(Members.Id) { Query = new Dictionary<string, string[]> { ["next"] = [cursor] } }
        );

        Assert.Equal((cursor, 0), (call.Query["next"][0], skip));
    }

    /// <summary>Whoever takes the cursor of one list to another one would not see its first rows, and not know it.</summary>
    [Fact]
    public void CursorOfAnotherList_StaysAsItIs()
    {
        var page = JsonSerializer.SerializeToElement(Enumerable.Range(0, 100).Select(row => new string('x', 100)));
        var (_, next) = Write(page, new ActionRequest(Members.Id), 0, next: null, maxBytes: 2_000);

        var filtered = new Dictionary<string, string[]> { ["next"] = [next!], ["filter[status]"] = ["active"] };
        var (call, skip) = ResultCut.Read(Members, new ActionRequest(Members.Id) { Query = filtered });

        Assert.Equal((next, 0), (call.Query["next"][0], skip));
    }

    /// <summary>Of what a page includes comes what its rows speak of, and it counts.</summary>
    [Fact]
    public void LongPage_IncludesOnlyWhatItsRowsReferTo()
    {
        var contents = ActionCatalog.Load().Find("autodesk_list_folder_contents")!;
        static object Link(string type, string id) => new { data = new { type, id } };
        var page = JsonSerializer.SerializeToElement(
            new
            {
                jsonapi = new { version = "1.0" },
                data = Enumerable
                    .Range(0, 40)
                    .Select(row => new
                    {
                        type = "items",
                        id = $"i{row}",
                        relationships = new { tip = Link("versions", $"v{row}"), parent = Link("folders", "f") },
                    }),
                included = Enumerable
                    .Range(0, 40)
                    .Select(row => new
                    {
                        type = "versions",
                        id = $"v{row}",
                        text = new string('x', 400),
                        relationships = new { storage = new { data = new[] { new { type = "objects", id = $"o{row}" } } } },
                    })
                    .Cast<object>()
                    .Concat(Enumerable.Range(0, 40).Select(row => new { type = "objects", id = $"o{row}" })),
            }
        );
        List<string> seen = [];
        string? cursor = "";

        do
        {
            var (asked, skip) = ResultCut.Read(
                contents,
                new ActionRequest(contents.Id)
                {
                    Query = cursor!.Length == 0 ? new() : new Dictionary<string, string[]> { ["next"] = [cursor] },
                }
            );
            var (json, next) = Write(page, asked, skip, next: null, maxBytes: 4_000, contents);
            Assert.InRange(json.Length, 1, 4_000);
            var given = JsonDocument.Parse(json).RootElement;
            var rows = given.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("id").GetString()![1..]).ToList();
            Assert.Equal(
                rows.Select(row => $"v{row}").Concat(rows.Select(row => $"o{row}")),
                given.GetProperty("included").EnumerateArray().Select(one => one.GetProperty("id").GetString())
            );
            seen.AddRange(rows);
            cursor = next;
        } while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 40).Select(row => $"{row}"), seen);
    }

    private static (string Json, string? Next) Write(
        JsonElement page,
        ActionRequest call,
        int skip,
        string? next,
        int maxBytes,
        ActionDefinition? action = null
    )
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        var (cursor, _) = ResultCut.Write(writer, page, action ?? Members, call, skip, next, maxBytes);
        writer.Flush();
        return (Encoding.UTF8.GetString(buffer.WrittenSpan), cursor);
    }
}
