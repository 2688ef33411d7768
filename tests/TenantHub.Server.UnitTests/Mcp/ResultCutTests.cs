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
            var (asked, skip) = ResultCut.Read(call with { Query = new Dictionary<string, string[]> { ["next"] = [cursor!] } });
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
            new ActionRequest(Members.Id) { Query = new Dictionary<string, string[]> { ["next"] = [next!] } }
        );

        Assert.Equal(1, JsonDocument.Parse(json).RootElement.GetArrayLength());
        Assert.Equal(("cut.1.", 1), (next, skip));
        Assert.Empty(rest.Query);
    }

    [Theory]
    [InlineData("cut.-1.x")]
    [InlineData("cut.99999999999.x")]
    [InlineData("cut.1")]
    [InlineData("other")]
    public void WhatIsNoCutCursor_GoesOnAsItIs(string cursor)
    {
        var (call, skip) = ResultCut.Read(
            new ActionRequest(Members.Id) { Query = new Dictionary<string, string[]> { ["next"] = [cursor] } }
        );

        Assert.Equal((cursor, 0), (call.Query["next"][0], skip));
    }

    private static (string Json, string? Next) Write(JsonElement page, ActionRequest call, int skip, string? next, int maxBytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        var (cursor, _) = ResultCut.Write(writer, page, Members, call, skip, next, maxBytes);
        writer.Flush();
        return (Encoding.UTF8.GetString(buffer.WrittenSpan), cursor);
    }
}
