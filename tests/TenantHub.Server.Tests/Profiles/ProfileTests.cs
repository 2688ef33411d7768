using System.Net;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Profiles;

/// <summary>Connector profiles: listed, changed with a preview before, retired; their accounts follow.</summary>
public sealed class ProfileTests(ServerFixture fixture)
{
    [Fact]
    public async Task Preview_ShowsTheDifferenceAndTheAccounts_AndChangesNothing()
    {
        var (profile, account) = await ProfileAsync(["autodesk_list_hubs"]);
        object change = new { enabled_actions = new[] { "autodesk_list_webhooks", "autodesk_add_project_user" } };

        var preview = (await fixture.Http.SendAsync(HttpMethod.Post, $"/profiles/{profile}/preview", change)).Body!;
        var dryRun = await fixture.Http.SendAsync(HttpMethod.Patch, $"/profiles/{profile}?dry_run=true", change);

        Assert.Equal(
            ["autodesk_add_project_user", "autodesk_list_webhooks"],
            preview["actions_added"]!.AsArray().Select(action => (string)action!).Order()
        );
        Assert.Equal(["autodesk_list_hubs"], preview["actions_removed"]!.AsArray().Select(action => (string)action!));
        Assert.Equal(["account:read", "account:write"], preview["scopes_added"]!.AsArray().Select(scope => (string)scope!));
        Assert.Equal(
            ["Autodesk Construction Cloud API", "Webhooks API"],
            preview["api_products_added"]!.AsArray().Select(product => (string)product!)
        );
        Assert.Equal(["Data Management API"], preview["api_products_removed"]!.AsArray().Select(product => (string)product!));
        Assert.True((bool)preview["needs_acting_user_now"]!);
        Assert.Equal(1, (int)preview["affected_accounts"]!);
        Assert.Equal((account, true), ((string)preview["accounts"]![0]!["id"]!, (bool)preview["accounts"]![0]!["lacks_acting_user"]!));
        Assert.Equal(preview.ToJsonString(), dryRun.Body!.ToJsonString());
        Assert.Equal(
            ["autodesk_list_hubs"],
            (await GetAsync(profile)).Body!["enabled_actions"]!.AsArray().Select(action => (string)action!)
        );
    }

    /// <summary>What was meant as a try must not become a change because a word was spelt in another way.</summary>
    [Theory]
    [InlineData("?dry_run=True")]
    [InlineData("?dry_run=1")]
    [InlineData("?dryrun=true")]
    public async Task DryRunThatIsMisspelt_IsRefused(string query)
    {
        var (profile, _) = await ProfileAsync(["autodesk_list_hubs"]);

        var answer = await fixture.Http.SendAsync(HttpMethod.Patch, $"/profiles/{profile}{query}", new { name = "Another" });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.NotEqual("Another", (await GetAsync(profile)).Text("name"));
    }

    [Theory]
    [InlineData("""{"id":"x","name":"n","enabled_actions":[null]}""", "enabled_actions")]
    [InlineData("""{"id":"x","name":"n","enabled_actions":[7]}""", "enabled_actions")]
    [InlineData("""{"id":"x","name":"n","credentials":{"client_id":"a b","client_secret":"s"}}""", "credentials.client_id")]
    public async Task OddProfile_IsRefused_AndTheFieldNamed(string body, string field)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/profiles", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangeOfTheActions_HasTheAccountsVerifiedAgain()
    {
        var (profile, account) = await ProfileAsync(["autodesk_list_hubs"], scopes: ["data:read"]);
        Assert.Equal("active", await StatusAsync(account));

        var changed = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/profiles/{profile}",
            new { name = "Renamed", enabled_actions = new[] { "autodesk_list_hubs", "autodesk_search_folder" } }
        );

        Assert.Equal(("Renamed", 2), (changed.Text("name"), (int)changed.Body!["revision"]!));
        await UntilAsync(async () => await StatusAsync(account) == "degraded", "the account to be verified with the new actions");
        await fixture.Http.SendAsync(HttpMethod.Patch, $"/profiles/{profile}", new { enabled_actions = new[] { "autodesk_list_hubs" } });
        await UntilAsync(async () => await StatusAsync(account) == "active", "the account to be verified with the old actions");
    }

    [Fact]
    public async Task RetiredProfile_LinksNoMoreAccounts_AndThoseThatItHasGoOn()
    {
        var (profile, account) = await ProfileAsync(["autodesk_list_hubs"]);

        var retired = await fixture.Http.SendAsync(HttpMethod.Delete, $"/profiles/{profile}");
        var refused = await fixture.Http.LinkAsync("", "", Guid.NewGuid().ToString(), profile: profile);
        var called = await fixture.Http.RpcAsync(account, new { action = "autodesk_list_hubs" });

        Assert.NotNull(retired.Text("retired_at"));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        BadInputTests.AssertError(refused, "profile_retired", "caller");
        Assert.Equal(HttpStatusCode.OK, called.Status);
    }

    [Fact]
    public async Task Profiles_AreListedWithoutSecrets_AndAccountsAreFoundByTheirProfile()
    {
        var (profile, account) = await ProfileAsync(["autodesk_list_hubs"]);

        var listed = (await fixture.Http.SendAsync(HttpMethod.Get, "/profiles?page_size=100")).Body!;
        var accounts = (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?profile_id={profile}")).Body!.AsArray();

        Assert.Contains(listed.AsArray(), entry => (string?)entry!["id"] == profile);
        Assert.DoesNotContain("secret-", listed.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(account, (string?)Assert.Single(accounts)!["id"]);
    }

    [Theory]
    [InlineData("""{"enabled_actions":["autodesk_fly"]}""", "autodesk_fly")]
    [InlineData("""{"enabled_actions":[]}""", "at least one")]
    [InlineData("""{"enabled_actions":7}""", "enabled_actions")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"limits":{"parallel_reads":0}}""", "parallel_reads")]
    public async Task BadChange_IsRefusedWithTheFieldNamed(string change, string names)
    {
        var (profile, _) = await ProfileAsync(["autodesk_list_hubs"]);

        var answer = await fixture.Http.SendAsync(HttpMethod.Patch, $"/profiles/{profile}", change);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(names, answer.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(1, (int)(await GetAsync(profile)).Body!["revision"]!);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"Waited a minute for {what}.");
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task<(string Profile, string Account)> ProfileAsync(string[] actions, string[]? scopes = null)
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync(scopes: scopes);
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var created = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = clientId,
                name = "Test",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = actions,
            }
        );
        Assert.Equal(HttpStatusCode.Created, created.Status);
        var linked = await fixture.Http.LinkAsync("", "", (string)emulated["acc_account_id"]!, profile: clientId);
        Assert.Equal(HttpStatusCode.Created, linked.Status);
        return (clientId, linked.Text("id")!);
    }

    private Task<ApiAnswer> GetAsync(string profile) => fixture.Http.SendAsync(HttpMethod.Get, $"/profiles/{profile}");

    private async Task<string?> StatusAsync(string account) =>
        (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account}")).Text("hub_status");
}
