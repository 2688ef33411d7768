using Xunit;

namespace TenantHub.Autodesk.Paging;

public sealed class HiddenPositionsTests
{
    [Fact]
    public void Word_TellsNothing_AndLeadsBack()
    {
        var hidden = new HiddenPositions(10);

        var word = hidden.Hide("acme-secret-bucket");

        Assert.True(HiddenPositions.IsHidden(word));
        Assert.DoesNotContain("acme", word, StringComparison.Ordinal);
        Assert.NotEqual(word, hidden.Hide("acme-secret-bucket"));
        Assert.Equal("acme-secret-bucket", hidden.Reveal(word));
        Assert.Null(new HiddenPositions(10).Reveal(word));
    }

    [Fact]
    public void Memory_IsBounded_TheOldestGoesFirst()
    {
        var hidden = new HiddenPositions(3);

        var words = Enumerable.Range(0, 4).Select(i => hidden.Hide($"p{i}")).ToList();

        Assert.Null(hidden.Reveal(words[0]));
        Assert.Equal(["p1", "p2", "p3"], words.Skip(1).Select(hidden.Reveal));
    }
}
