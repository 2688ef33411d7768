using System.Text.Json.Nodes;
using Xunit;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>Filters of hooks.</summary>
public sealed class CallbackFilterTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("$[?(@.ext=='txt')]", true)]
    [InlineData("$[?(@.ext == 'pdf')]", false)]
    [InlineData("$[?(@.ext!='pdf')]", true)]
    [InlineData("$[?(@.ext=='txt' && @.hidden==false)]", true)]
    [InlineData("$[?(@.ext=='txt' && @.user_info.id=='other')]", false)]
    [InlineData("$[?(@.missing=='txt')]", false)]
    [InlineData("$..[?(@.size > 5)]", true)]
    public void Filter_PassesWhatItNames(string? filter, bool passes) =>
        Assert.Equal(
            passes,
            CallbackFilter.Passes(filter, JsonNode.Parse("""{"ext":"txt","hidden":false,"user_info":{"id":"me"}}""")!.AsObject())
        );
}
