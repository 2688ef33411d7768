using System.Net;
using TenantHub.Autodesk.Catalog;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>What StackOne's clients ask for beside accounts, actions and calls, in the form in which they read it.</summary>
public sealed class StackOneEndpointTests(ServerFixture fixture)
{
    [Fact]
    public async Task Connectors_AreOne_AndAnotherIsNotFound()
    {
        var all = await fixture.Http.SendAsync(HttpMethod.Get, "/connectors/meta?include=resources");
        var one = await fixture.Http.SendAsync(HttpMethod.Get, "/connectors/meta/autodesk");
        var other = await fixture.Http.SendAsync(HttpMethod.Get, "/connectors/meta/dropbox");

        Assert.Equal(one.Body!.ToJsonString(), Assert.Single(all.Body!.AsArray())!.ToJsonString());
        Assert.Equal(
            ("autodesk", "Autodesk", "documents", true),
            (one.Text("provider"), one.Text("provider_name"), one.Text("category"), (bool)one.Body["active"]!)
        );
        Assert.Equal((HttpStatusCode.NotFound, "endpoint_not_found"), (other.Status, other.Code));
    }

    [Fact]
    public async Task Build_HasNothingToDo_AndSaysSo()
    {
        var built = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/actions/build",
            new { connector_key = "autodesk", force_refresh = false }
        );
        var other = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/build", new { connector_key = "dropbox" });

        Assert.Equal(("success", ActionCatalog.Load().All.Count), (built.Text("status"), (int)built.Body!["actions_indexed"]!));
        Assert.Equal(HttpStatusCode.NotFound, other.Status);
    }

    [Fact]
    public async Task Feedback_IsInTheLog_InOneLine_AndOnlyOfAnAccountThatIsTheCallers()
    {
        var account = await fixture.LinkAsync();
        using var other = await fixture.Hub.HoldKeyAsync("backend", owners: ["nobody"]);
        object Feedback(string text, params string[] tools) =>
            new
            {
                feedback = text,
                account_id = account.Id,
                tool_names = tools,
            };

        var taken = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/ai/tool-feedback",
            Feedback("slow\nforged: line of " + account.Id, "autodesk_list_hubs")
        );
        var empty = await fixture.Http.SendAsync(HttpMethod.Post, "/ai/tool-feedback", Feedback(" ", "no_such_tool"));
        var foreign = await other.SendAsync(HttpMethod.Post, "/ai/tool-feedback", Feedback("x", "autodesk_list_hubs"));

        Assert.Equal(HttpStatusCode.OK, taken.Status);
        Assert.Equal(["feedback", "tool_names"], empty.Body!["errors"]!.AsArray().Select(fault => (string?)fault!["field"]));
        Assert.Equal("account_not_found", foreign.Code);
        await Until.TrueAsync(
            () => fixture.Hub.Output.Contains("slow forged: line of " + account.Id, StringComparison.Ordinal),
            "the feedback is in the log"
        );
    }

    [Fact]
    public async Task Actions_AreThoseOfTheAccountsProfile_AndAreFoundByWords()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = clientId,
                name = "P",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = new[] { "autodesk_list_hubs", "autodesk_create_folder" },
            }
        );
        var narrow = (
            await fixture.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!, owner: clientId, profile: clientId)
        ).Text("id")!;
        var wide = (await fixture.LinkAsync()).Id;
        using var bound = await fixture.Hub.HoldKeyAsync("backend", owners: [clientId]);

        var both = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"/actions?filter%5Baccount_ids%5D={narrow},{wide}&search=create_folder&include=action_details"
        );
        var own = await bound.SendAsync(HttpMethod.Get, $"/actions?filter%5Baccount_ids%5D={narrow},{wide}");
        var without = await fixture.Http.SendAsync(HttpMethod.Get, "/actions?exclude=actions");

        Assert.Equal([narrow, wide], both.Body!["data"]!.AsArray().Select(connector => (string?)connector!["account_id"]));
        foreach (var connector in both.Body["data"]!.AsArray())
        {
            var action = Assert.Single(connector!["actions"]!.AsArray())!;
            Assert.Equal("autodesk_create_folder", (string?)action["id"]);
            Assert.Equal(action["operation_details"]!.ToJsonString(), action["action_details"]!.ToJsonString());
            Assert.Equal(["data:create"], action["required_scopes"]!.AsArray().Select(scope => (string?)scope));
            Assert.NotEmpty((string)action["description"]!);
        }

        Assert.Equal(
            ["autodesk_create_folder", "autodesk_list_hubs"],
            Assert.Single(own.Body!["data"]!.AsArray())!["actions"]!.AsArray().Select(action => (string)action!["id"]!).Order()
        );
        Assert.Null(Assert.Single(without.Body!["data"]!.AsArray())!["actions"]);
    }

    [Theory]
    [InlineData("include=schemas"), InlineData("exclude=everything")]
    public async Task WordsThatAreNotKnown_AreRefused(string query) =>
        Assert.Equal("invalid_input", (await fixture.Http.SendAsync(HttpMethod.Get, "/actions?" + query)).Code);

    [Fact]
    public async Task Account_MayStandInTheBodysHeaders_AsAgentsSendIt_AndNeverTwoOfThem()
    {
        var account = await fixture.LinkAsync();
        object Call(string named) =>
            new
            {
                action = "autodesk_list_hubs",
                path = new { },
                query = new { },
                headers = new Dictionary<string, string> { ["x-account-id"] = named },
                body = new { },
                defender_config = new { block_high_risk = true },
            };

        var both = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/rpc", Call(account.Id), account.Id);
        var inBody = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/rpc", Call(account.Id));
        var two = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/rpc", Call("acc_" + new string('0', 26)), account.Id);
        using var stranger = await fixture.Hub.HoldKeyAsync("backend", owners: ["nobody"]);
        var foreign = await stranger.SendAsync(HttpMethod.Post, "/actions/rpc", Call(account.Id));
        var none = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/rpc", new { action = "autodesk_list_hubs" });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (both.Status, inBody.Status));
        Assert.Equal(("invalid_request", "account_not_found", "invalid_request"), (two.Code, foreign.Code, none.Code));
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(account.ClientId), record => record.Headers.ContainsKey("x-account-id"));
    }

    [Fact]
    public async Task StepsAndChanges_AreListed_AsStackOneNamesThem()
    {
        var account = await fixture.LinkAsync();
        await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/suspend");
        using var backend = await fixture.Hub.HoldKeyAsync("backend");
        ApiAnswer steps = null!;
        await Until.TrueAsync(
            async () =>
                (steps = await backend.SendAsync(HttpMethod.Get, $"/requests/logs/steps?account_ids={account.Id}")).Body!["data"]!
                    .AsArray()
                    .Count > 0,
            "the call is in the log"
        );
        var changes = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"/requests/platform-logs?target=account/{account.Id}&action=suspend_account"
        );

        Assert.Contains(
            steps.Body!["data"]!.AsArray(),
            step => ((string?)step!["kind"], (int?)step["status"], (string?)step["account_id"]) == ("request", 200, account.Id)
        );
        var change = Assert.Single(changes.Body!["data"]!.AsArray())!;
        Assert.Equal(
            ("platform", "suspend_account", account.Id, true),
            ((string?)change["category"], (string?)change["action"], (string?)change["account_id"], (bool?)change["success"])
        );
        Assert.Equal("forbidden", (await backend.SendAsync(HttpMethod.Get, "/requests/platform-logs")).Code);
        BadInputTests.AssertError(
            await fixture.Http.SendAsync(HttpMethod.Get, "/requests/platform-logs?whose=x"),
            "invalid_input",
            "caller"
        );
    }
}
