using System.Text.Json;
using TenantHub.Autodesk.Catalog;
using Xunit;

namespace TenantHub.Server.Ui.Accounts;

public sealed class ActionFieldTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Fact]
    public void EveryAction_HasAForm_WhoseFieldsHaveIdsOfTheirOwn() =>
        Assert.All(
            Catalog.All,
            action =>
            {
                var ids = ActionField.Of(action).Select(field => field.Id).ToList();
                Assert.Equal(ids.Count, ids.Distinct().Count());
            }
        );

    [Fact]
    public void RequiredFields_ComeFirst() =>
        Assert.All(
            Catalog.All,
            action =>
                Assert.Equal(
                    ActionField.Of(action).Select(field => field.Required).OrderDescending(),
                    ActionField.Of(action).Select(field => field.Required)
                )
        );

    [Fact]
    public void Request_PutsEachValueInItsPlace_AndLeavesOutWhatIsEmpty()
    {
        var fields = ActionField.Of(Catalog.Find("autodesk_create_bucket")!);
        Field(fields, "bucketKey").Value = "plans";
        Field(fields, "policyKey").Value = "transient";

        Assert.Equal(
            """{"action":"autodesk_create_bucket","body":{"bucketKey":"plans","policyKey":"transient"}}""",
            Request("autodesk_create_bucket", fields)
        );
    }

    [Fact]
    public void Choice_OffersWhatTheCatalogAllows()
    {
        var policy = Field(ActionField.Of(Catalog.Find("autodesk_create_bucket")!), "policyKey");

        Assert.Equal((FieldKind.Choice, true), (policy.Kind, policy.Choices.Contains("transient")));
    }

    [Fact]
    public void Number_IsANumberInTheRequest()
    {
        var fields = ActionField.Of(Catalog.Find("autodesk_list_account_users")!);
        Field(fields, "limit").Value = " 20 ";

        Assert.Equal("""{"action":"autodesk_list_account_users","query":{"limit":20}}""", Request("autodesk_list_account_users", fields));
    }

    [Fact]
    public void Lines_AreAListInTheRequest()
    {
        var fields = ActionField.Of(Catalog.Find("autodesk_list_account_projects")!);
        Field(fields, "filter[platform]").Value = "acc\n\n bim360 ";

        Assert.Equal(
            """{"action":"autodesk_list_account_projects","query":{"filter[platform]":["acc","bim360"]}}""",
            Request("autodesk_list_account_projects", fields)
        );
    }

    [Fact]
    public void NoNumber_IsRefused_WithTheFieldsName()
    {
        var fields = ActionField.Of(Catalog.Find("autodesk_list_account_users")!);
        Field(fields, "limit").Value = "many";

        Assert.Contains(
            "limit",
            Assert.Throws<JsonException>(() => ActionField.Request("autodesk_list_account_users", fields)).Message,
            StringComparison.Ordinal
        );
    }

    private static ActionField Field(IReadOnlyList<ActionField> fields, string name) => Assert.Single(fields, field => field.Name == name);

    private static string Request(string action, IReadOnlyList<ActionField> fields) => ActionField.Request(action, fields).ToJsonString();
}
