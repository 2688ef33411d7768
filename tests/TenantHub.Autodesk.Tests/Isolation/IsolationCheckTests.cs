using System.Text.Json.Nodes;
using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Autodesk.Isolation;

/// <summary>Walks the catalog: nothing that can name a thing of Autodesk's is without a rule, and no rule can be taken away
/// unnoticed.</summary>
public sealed class IsolationCheckTests
{
    private static readonly string[] Files = ["account-admin", "data-management", "oss", "webhooks"];
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Fact]
    public void EveryDeclarationIsNeeded_WithoutItTheCatalogIsRefused()
    {
        var tried = 0;
        foreach (var (action, remove) in Declarations())
        {
            var files = Files.Select(file => JsonNode.Parse(Read(file))!).ToList();
            var broken = files.SelectMany(file => file["actions"]!.AsArray()).Single(entry => (string)entry!["id"]! == action)!;
            remove(broken);

            var failure = Assert.Throws<InvalidOperationException>(() =>
                ActionCatalog.Parse(files.Select(file => file.ToJsonString()), Read("quota-groups"), Read("isolation-checks"))
            );
            Assert.Contains(action, failure.Message, StringComparison.Ordinal);
            tried++;
        }

        Assert.True(tried > 90, $"{tried} declarations");
    }

    /// <summary>A new action that names a thing and says nothing of it.</summary>
    [Theory]
    [InlineData("""{"name":"thing","in":"path","required":true,"description":"d"}""", null, "it is not said what thing names")]
    [InlineData("""{"name":"issue_id","in":"query","description":"d"}""", null, "it is not said what issue_id names")]
    [InlineData("""{"name":"X-Hub-Id","in":"header","description":"d"}""", null, "it is not said what X-Hub-Id names")]
    [InlineData("""{"name":"filter[issueIds]","in":"query","description":"d"}""", null, "it is not said what filter[issueIds] names")]
    [InlineData(
        null,
        """{"type":"object","properties":{"deep":{"type":"array","items":{"type":"object","properties":{"companyId":{"type":["string","null"]}}}}}}""",
        "it is not said what body.deep[].companyId names"
    )]
    [InlineData(
        """{"name":"folder_id","in":"path","refersTo":"folder","required":true,"description":"d"}""",
        null,
        "a Folder needs its account, project or object in the path"
    )]
    [InlineData("""{"name":"text","in":"query","description":"d"}""", null, "nothing keeps it to the account")]
    public void ActionThatSaysNothing_IsRefused(string? parameter, string? schema, string fault)
    {
        var action = JsonNode.Parse(
            """{"id":"autodesk_do_thing","label":"L","description":"D.","method":"POST","path":"/x","scopes":["data:read"],"apiProduct":"Data Management API","quotaGroup":"oss","safety":"write","retrySafe":true,"success":[200],"source":"s"}"""
        )!;
        action["parameters"] = parameter is null ? new JsonArray() : new JsonArray(JsonNode.Parse(parameter));
        if (schema is not null)
            action["body"] = new JsonObject { ["contentType"] = "application/json", ["schema"] = JsonNode.Parse(schema) };
        var file = new JsonObject { ["product"] = "P", ["actions"] = new JsonArray(action) };

        var failure = Assert.Throws<InvalidOperationException>(() => ActionCatalog.Parse([file.ToJsonString()], Read("quota-groups")));

        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryGuardedThing_HasItsCheck()
    {
        Assert.All(
            Catalog.All.Where(action => IsolationCheck.KindsOf(action).Contains(ResourceKind.Project)),
            action =>
            {
                Assert.NotNull(action.ProjectCheck);
                Assert.Equal(
                    action.ApiProduct == "Autodesk Construction Cloud API",
                    action.ProjectCheck.ApiProduct == "Autodesk Construction Cloud API"
                );
            }
        );
        Assert.Null(Catalog.Find("autodesk_get_account_project")); // The hub's own question, not an action.
    }

    [Fact]
    public void Guide_AddsTheScopeThatTheCheckNeeds()
    {
        var guide = ScopeGuide.For([Catalog.Find("autodesk_create_folder")!, Catalog.Find("autodesk_add_project_user")!]);

        Assert.Equal(["account:read", "account:write", "data:create", "data:read"], guide.Scopes.Keys);
        Assert.Equal(["autodesk_create_folder"], guide.Scopes["data:read"]);
    }

    /// <summary>Each declaration of the catalog, as a way to take it away. What is said of a word that is no id may go unnoticed: it guards
    /// nothing.</summary>
    private static IEnumerable<(string Action, Action<JsonNode> Remove)> Declarations()
    {
        foreach (var action in Catalog.All)
        {
            foreach (var parameter in action.Parameters.Where(parameter => parameter.RefersTo is not null))
                yield return (
                    action.Id,
                    entry => Remove(entry["parameters"]!.AsArray().Single(candidate => (string)candidate!["name"]! == parameter.Name)!)
                );
            foreach (var path in (action.Body?.RefersTo.Keys ?? []).Where(path => !path.StartsWith("scope.", StringComparison.Ordinal)))
                yield return (action.Id, entry => entry["body"]!["refersTo"]!.AsObject().Remove(path));
            if (action.Paging?.Own is not null)
                yield return (action.Id, entry => entry["paging"]!.AsObject().Remove("own"));
            if (action.Creates.Keys.Any(kind => kind is not ResourceKind.Object))
                yield return (action.Id, entry => entry.AsObject().Remove("creates"));
        }

        static void Remove(JsonNode parameter) => parameter.AsObject().Remove("refersTo");
    }

    private static string Read(string name)
    {
        using var stream = typeof(ActionCatalog).Assembly.GetManifestResourceStream($"TenantHub.Autodesk.Catalog.{name}.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
