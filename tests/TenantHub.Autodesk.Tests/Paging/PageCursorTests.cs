using CsCheck;
using Xunit;

namespace TenantHub.Autodesk.Paging;

public sealed class PageCursorTests
{
    [Fact]
    public void EveryCursor_SurvivesItsTrip() =>
        Gen.Select(Gen.String.Null(), Gen.Int[1, 1000], Gen.Int[0, 10_000])
            .Sample(
                (position, size, skip) =>
                {
                    var cursor = new PageCursor("autodesk_list_hubs", position, size, skip);
                    return PageCursor.Decode(cursor.Encode(), "autodesk_list_hubs") == cursor;
                }
            );

    [Fact]
    public void AnyText_IsNoCursor_AndNoException() => Gen.String.Sample(text => PageCursor.Decode(text, "autodesk_list_hubs") is null);

    [Theory]
    [InlineData("""{"a":"autodesk_list_hubs","p":null,"s":0,"k":0}""")]
    [InlineData("""{"a":"autodesk_list_hubs","p":null,"s":5,"k":-1}""")]
    [InlineData("""{"a":"autodesk_list_projects","p":null,"s":5,"k":0}""")]
    [InlineData("null")]
    public void ForgedCursor_IsNone(string json) =>
        Assert.Null(
            PageCursor.Decode(System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(json)), "autodesk_list_hubs")
        );
}
