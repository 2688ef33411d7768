using System.Text.Json;
using Xunit;

namespace TenantHub.Autodesk.Isolation;

public sealed class IdPathTests
{
    private const string Document = """
        {"data":[{"type":"folders","id":"f1"},{"type":"items","id":"i1"},{"type":"folders","id":7},{"id":"none"},null,"text"],
         "included":[{"type":"versions","relationships":{"storage":{"data":{"id":"o1"}}}},{"type":"versions","relationships":null}],"one":{"id":"x"},"urls":["u1","u2"]}
        """;

    [Theory]
    [InlineData("one.id", "x")]
    [InlineData("data[].id", "f1,i1,none")]
    [InlineData("data[folders].id", "f1")]
    [InlineData("included[versions].relationships.storage.data.id", "o1")]
    [InlineData("urls[]", "u1,u2")]
    [InlineData("one[].id", "")]
    [InlineData("data.id", "")]
    [InlineData("missing.id", "")]
    public void Path_GivesTheStringsThere(string path, string ids)
    {
        using var document = JsonDocument.Parse(Document);

        Assert.Equal(ids, string.Join(',', IdPath.Read(document.RootElement, path)));
    }
}
