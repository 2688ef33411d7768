using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace TenantHub.Autodesk.Catalog;

public sealed class ActionCatalogTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Fact]
    public void EveryAction_IsFoundByItsId()
    {
        Assert.All(Catalog.All, action => Assert.Same(action, Catalog.Find(action.Id)));
        Assert.Null(Catalog.Find("autodesk_fly"));
    }

    [Fact]
    public void EveryRole_IsGivenToOneAction() =>
        Assert.All(Enum.GetValues<ActionRole>(), role => Assert.Equal(role, Catalog.Of(role).Role));

    [Fact]
    public void EveryAction_SaysWhatItDoesAndWhereThatIsKnownFrom() =>
        Assert.All(
            Catalog.All,
            action =>
            {
                Assert.EndsWith(".", action.Description, StringComparison.Ordinal);
                Assert.False(string.IsNullOrEmpty(action.Source));
                Assert.All(action.Parameters, parameter => Assert.False(string.IsNullOrEmpty(parameter.Description)));
            }
        );

    [Fact]
    public void UnpublishedLimits_AreMarkedAsOurGuess()
    {
        Assert.All(
            Catalog.All.Where(action => action.Id.Contains("webhook", StringComparison.Ordinal)),
            action => Assert.False(action.QuotaGroup!.Published)
        );
        Assert.All(
            Catalog.All.Where(action => action.ApiProduct == "Data Management API" && action.QuotaGroup is not null),
            action => Assert.True(action.QuotaGroup!.Published)
        );
    }

    [Theory]
    [InlineData("id", "\"hubs\"", "the id must look like")]
    [InlineData("scopes", "[\"data:fly\"]", "the scope data:fly is not known")]
    [InlineData("scopes", "[\"data:write\",\"data:read\"]", "the scopes must be sorted")]
    [InlineData("quotaGroup", "\"nowhere\"", "the quota group nowhere is not known")]
    [InlineData("method", "\"POST\"", "reads are GET")]
    [InlineData("path", "\"/project/v1/{x}\"", "the path has x")]
    [InlineData("retrySafe", "false", "a read may always be repeated")]
    [InlineData("paging", "{\"style\":\"startAt\",\"position\":\"from\",\"rows\":\"data\"}", "the paging parameter from is not declared")]
    [InlineData("success", "[]", "the success statuses are missing")]
    public void BrokenEntry_IsNamedWithItsFault(string member, string value, string fault)
    {
        var action = JsonNode
            .Parse(
                """{"id":"autodesk_list_hubs","label":"L","description":"D.","method":"GET","path":"/project/v1/hubs","scopes":["data:read"],"apiProduct":"Data Management API","quotaGroup":"g","safety":"read","retrySafe":true,"success":[200],"source":"s"}"""
            )!
            .AsObject();
        action[member] = JsonNode.Parse(value);
        var file = new JsonObject { ["product"] = "P", ["actions"] = new JsonArray(action) };

        var failure = Assert.Throws<InvalidOperationException>(() =>
            ActionCatalog.Parse([file.ToJsonString()], """[{"name":"g","requestsPerMinute":1,"published":true,"source":"s"}]""")
        );

        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
        Assert.Contains("The role ListsHubs is given to 0 actions instead of one", failure.Message, StringComparison.Ordinal); // All faults at once.
    }

    /// <summary>What a change replaces cannot be forgotten when an action is added.</summary>
    [Theory]
    [InlineData("""{}""", "the list people may replace the one before")]
    [InlineData("""{"people":"*","pepole":"*"}""", "destroysWith names pepole")]
    public void ListOfAChange_IsSaidToReplace(string destroysWith, string fault)
    {
        var file =
            """{"product":"P","actions":[{"id":"autodesk_update_hub","label":"L","description":"D.","method":"PATCH","path":"/project/v1/hubs","scopes":["data:write"],"apiProduct":"Data Management API","quotaGroup":"g","safety":"write","retrySafe":true,"success":[200],"source":"s","body":{"contentType":"application/json","destroysWith":@,"schema":{"type":"object","properties":{"people":{"type":"array"}}}}}]}""".Replace(
                "@",
                destroysWith,
                StringComparison.Ordinal
            );

        var failure = Assert.Throws<InvalidOperationException>(() =>
            ActionCatalog.Parse([file], """[{"name":"g","requestsPerMinute":1,"published":true,"source":"s"}]""")
        );

        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InputSchema_HoldsWhatTheCallerGives_AndTheUniformPaging()
    {
        var schema = Catalog.Find("autodesk_list_folder_contents")!.InputSchema;

        Assert.Equal(
            ["project_id", "folder_id"],
            schema.GetProperty("properties").GetProperty("path").GetProperty("required").Deserialize<string[]>()!
        );
        Assert.True(schema.GetProperty("properties").GetProperty("query").GetProperty("properties").TryGetProperty("page_size", out _));
        Assert.Equal(["path"], schema.GetProperty("required").Deserialize<string[]>()!);
    }

    [Fact]
    public void Guide_AddsUpScopesProductsAndTheCustomIntegration()
    {
        var data = ScopeGuide.For([Catalog.Find("autodesk_list_hubs")!, Catalog.Find("autodesk_search_folder")!]);
        var all = ScopeGuide.For(Catalog.All);

        Assert.Equal(["data:read", "data:search"], data.Scopes.Keys);
        Assert.Equal(["autodesk_list_hubs", "autodesk_search_folder"], data.Scopes["data:read"]);
        Assert.Equal(["Data Management API"], data.ApiProducts.Keys);
        Assert.Empty(data.CustomIntegration);
        Assert.Equal(14, all.CustomIntegration.Count);
        Assert.Equal(["autodesk_add_project_user", "autodesk_update_project_user"], all.ActingUser);
        Assert.Equal(ApiProducts.All.Order(), all.ApiProducts.Keys);
        Assert.Equal(AutodeskScopes.All.Except(["bucket:update"]), all.Scopes.Keys);
    }
}
