using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Accounts;

/// <summary>
/// The doctor names each cause for which Autodesk refuses an app, in the answer to a verification, in the state, and in the error of a call
/// that meets it; and it names only what the enabled actions need.
/// </summary>
public sealed class DoctorTests(ServerFixture fixture)
{
    private static readonly object ListUsers = new { action = "autodesk_list_account_users" };

    [Fact]
    public async Task EverythingRight_EveryCheckPasses()
    {
        var account = await fixture.LinkAsync();

        var verified = await VerifyAsync(account);

        Assert.Equal("active", verified.Text("hub_status"));
        string[] notNeeded = ["scope:bucket:update", "ownership"]; // No action wants the one, no profile the other.
        Assert.All(
            Checks(verified),
            check => Assert.Equal(notNeeded.Contains((string)check["name"]!) ? "not_needed" : "passed", (string?)check["outcome"])
        );
        Assert.Equal(19, Checks(verified).Count);
    }

    [Fact]
    public async Task ScopeThatIsMissing_IsTheOnlyOneNamed_WithTheActionsThatNeedItAndATextForTheAppsOwner()
    {
        var account = await fixture.LinkAsync(
            scopes:
            [
                "account:read",
                "account:write",
                "data:read",
                "data:create",
                "data:write",
                "bucket:create",
                "bucket:read",
                "bucket:delete",
            ]
        );

        var verified = await VerifyAsync(account);

        var failed = Assert.Single(Failed(verified));
        Assert.Equal(
            ("scope:data:search", "scope_not_granted", "degraded"),
            ((string?)failed["name"], (string?)failed["cause"], verified.Text("hub_status"))
        );
        Assert.Contains("autodesk_search_folder", (string?)failed["next_step"], StringComparison.Ordinal);
        Assert.Contains(account.ClientId, (string?)failed["admin_text"], StringComparison.Ordinal);
        await AssertShownAsync(account, failed);
        BadInputTests.AssertError(await fixture.Http.RpcAsync(account.Id, Search(account)), "scope_not_granted", "autodesk_auth");
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" })).Status);
    }

    [Fact]
    public async Task ApiProductsThatAreOff_AreAllNamedAtOnce()
    {
        var account = await fixture.LinkAsync(products: ["Autodesk Construction Cloud API"]);

        var verified = await VerifyAsync(account);

        Assert.Equal(
            ["api_product:Data Management API", "api_product:Webhooks API"],
            Failed(verified).Select(check => (string?)check["name"]).Order()
        );
        Assert.All(Failed(verified), check => Assert.Equal("api_product_not_enabled", (string?)check["cause"]));
        Assert.Equal("passed", Outcome(verified, "custom_integration")); // Shown by the members' list.
        await AssertShownAsync(account, [.. Failed(verified)]);
        BadInputTests.AssertError(
            await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_webhooks" }),
            "api_product_not_enabled",
            "autodesk_auth"
        );
    }

    /// <summary>A Secure Service Account that was invited to no project, or data access that is switched off: Autodesk answers about
    /// members and refuses the hubs.</summary>
    [Fact]
    public async Task HubsThatAreRefused_WhileMembersAreTold_AreACauseOfTheirOwn_AndAccountAdminGoesOn()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                client_id = account.ClientId,
                match = new { path_prefix = "/project/v1/hubs" },
                kind = "answer",
                status = 403,
                content_type = "application/json",
                body = new
                {
                    errors = new[]
                    {
                        new
                        {
                            status = "403",
                            code = "BIM360DM_ERROR",
                            detail = "You don't have permission to access this API",
                        },
                    },
                },
            }
        );

        var verified = await VerifyAsync(account);

        var failed = Assert.Single(Failed(verified));
        Assert.Equal(
            ("project_data", "project_data_denied", "degraded"),
            ((string?)failed["name"], (string?)failed["cause"], verified.Text("hub_status"))
        );
        Assert.Contains("You don't have permission to access this API", (string?)failed["seen"], StringComparison.Ordinal);
        Assert.Contains("Secure Service Account", (string?)failed["admin_text"], StringComparison.Ordinal);
        Assert.Equal("passed", Outcome(verified, "custom_integration"));
        BadInputTests.AssertError(
            await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" }),
            "project_data_denied",
            "autodesk_auth"
        );
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, ListUsers)).Status);
    }

    [Fact]
    public async Task NotProvisioned_HasATextForTheAdmin_WithTheClientIdAndWhereToClick()
    {
        var account = await fixture.LinkAsync(provisioned: false);

        var verified = await VerifyAsync(account);

        var failed = Assert.Single(Failed(verified));
        Assert.Equal(
            ("custom_integration", "custom_integration_missing", "awaiting_provisioning"),
            ((string?)failed["name"], (string?)failed["cause"], verified.Text("hub_status"))
        );
        foreach (var part in new[] { account.ClientId, account.AccAccountId, "Custom Integrations", "Name:" })
            Assert.Contains(part, (string?)failed["admin_text"], StringComparison.Ordinal);
        await AssertShownAsync(account, failed);
        BadInputTests.AssertError(await fixture.Http.RpcAsync(account.Id, ListUsers), "custom_integration_missing", "autodesk_auth");
    }

    [Fact]
    public async Task RegionThatBecameWrong_IsNamedWithTheRightOne_AndHealsWhenItIsSet()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.PostAsync("accounts", new { acc_account_id = account.AccAccountId, region = "CAN" });

        var verified = await VerifyAsync(account);
        var called = await fixture.Http.RpcAsync(account.Id, ListUsers);
        await AssertShownAsync(account, [.. Failed(verified)]);
        var healed = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { setup_information = new { region = "CAN" } }
        );

        var failed = Assert.Single(Failed(verified));
        Assert.Equal(("region", "wrong_region", "error"), ((string?)failed["name"], (string?)failed["cause"], verified.Text("hub_status")));
        Assert.Contains("CAN", (string?)failed["next_step"], StringComparison.Ordinal);
        BadInputTests.AssertError(called, "wrong_region", "caller");
        Assert.Equal("active", healed.Text("hub_status"));
    }

    [Fact]
    public async Task ActingUser_MissingOrNoAdmin_AreTwoCauses()
    {
        var account = await fixture.LinkAsync(actingUser: false);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        await fixture.Emulator.AddAccountAsync([clientId, account.ClientId], id: account.AccAccountId);
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = clientId,
                name = "Members",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = new[] { "autodesk_add_project_user" },
            }
        );
        var missing = await fixture.Http.LinkAsync("", "", account.AccAccountId, profile: clientId);
        BadInputTests.AssertError(await fixture.Http.RpcAsync(account.Id, AddUser(account)), "acting_user_required", "caller");

        var noAdmin = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { setup_information = new { act_as_user_id = account.User(3) } }
        );
        BadInputTests.AssertError(await fixture.Http.RpcAsync(account.Id, AddUser(account)), "acting_user_not_allowed", "autodesk_auth");
        await AssertShownAsync(
            account,
            Assert.Single((await StateAsync(account))["checks"]!.AsArray(), check => (string?)check!["outcome"] == "failed")!
        );
        var unknown = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { setup_information = new { act_as_user_id = Guid.NewGuid().ToString() } }
        );
        var byOtherId = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { setup_information = new { act_as_user_id = (string)account.Emulated["users"]![0]!["uid"]! } }
        );

        Assert.Equal(("degraded", "acting_user_required"), (missing.Text("hub_status"), missing.Text("reason")));
        Assert.Equal(("degraded", "acting_user_not_allowed"), (noAdmin.Text("hub_status"), noAdmin.Text("reason")));
        Assert.Equal(("degraded", "acting_user_not_allowed"), (unknown.Text("hub_status"), unknown.Text("reason")));
        Assert.Equal("active", byOtherId.Text("hub_status"));
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, AddUser(account))).Status);
    }

    [Fact]
    public async Task SomebodyElsesBucket_IsNamed_AndChangesNoStatus()
    {
        // Accounts keep their buckets apart unless the profile says that they share them; only then does Autodesk get to see the key.
        var owner = await fixture.LinkAsync();
        var account = await fixture.LinkAsync();
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = account.ClientId,
                name = "Shared",
                credentials = new { client_id = account.ClientId, client_secret = account.Secret },
            }
        );
        await fixture.Http.SendAsync(HttpMethod.Put, $"/profiles/{account.ClientId}/isolation", new { shared_buckets = true });
        var linked = await fixture.Http.LinkAsync("", "", account.AccAccountId, profile: account.ClientId);
        account = account with { Id = linked.Text("id")! };
        var bucket = "bucket-" + Guid.NewGuid().ToString("N");
        await fixture.Http.RpcAsync(
            owner.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = bucket, policyKey = "transient" } }
        );

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } }
        );
        var state = await StateAsync(account);

        BadInputTests.AssertError(answer, "not_bucket_owner", "autodesk_auth");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains(bucket, answer.Text("detail"), StringComparison.Ordinal);
        Assert.Equal("active", (string?)state["account"]!["hub_status"]);
        var check = Assert.Single(state["checks"]!.AsArray(), check => (string?)check!["outcome"] == "failed")!;
        Assert.Equal(("bucket_owner", "not_bucket_owner"), ((string?)check["name"], (string?)check["cause"]));
        await AssertShownAsync(account, check);
    }

    [Fact]
    public async Task ActionThatAutodeskDoesOnlyForUsers_IsNamed_AndChangesNoStatus()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.PostAsync("settings", new { three_legged_only = new[] { "folder-search" } });
        var answer = await fixture.Http.RpcAsync(account.Id, Search(account));
        await fixture.Emulator.PostAsync("settings", new { three_legged_only = Array.Empty<string>() });

        BadInputTests.AssertError(answer, "needs_three_legged", "autodesk_auth");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        var state = await StateAsync(account);
        Assert.Equal("active", (string?)state["account"]!["hub_status"]);
        var check = Assert.Single(
            state["checks"]!.AsArray(),
            check => (string?)check!["name"] == "three_legged:autodesk_search_folder" && (string?)check["cause"] == "needs_three_legged"
        );
        await AssertShownAsync(account, check!);

        await fixture.Http.RpcAsync(account.Id, Search(account));
        Assert.DoesNotContain((await StateAsync(account))["checks"]!.AsArray(), check => (string?)check!["outcome"] == "failed");
    }

    [Fact]
    public async Task DeniedProject_OfAnAccountThatKnowsTheApp_IsNotCalledAMissingIntegration()
    {
        var account = await fixture.LinkAsync(actingUser: false);
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/data/v1/projects/b.{account.ProjectId}/folders" },
                kind = "status",
                status = 403,
                body = new { errors = new[] { new { detail = "You don't have permission" } } },
                times = 1,
            }
        );

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_get_folder", path = new { project_id = account.ProjectId, folder_id = account.Folder } }
        );

        BadInputTests.AssertError(answer, "autodesk_rejected", "autodesk_api");
        Assert.Equal("active", (string?)(await StateAsync(account))["account"]!["hub_status"]);
    }

    [Fact]
    public async Task OnlyWhatTheEnabledActionsNeed_IsLookedAt()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync(products: ["Data Management API"], scopes: ["bucket:read"]);
        var profile = "buckets-" + clientId;
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "Buckets",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = new[] { "autodesk_list_buckets" },
            }
        );

        var linked = await fixture.Http.LinkAsync("", "", Guid.NewGuid().ToString(), profile: profile);

        Assert.Equal("active", linked.Text("hub_status"));
        var state = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{linked.Text("id")}/state");
        Assert.Equal(
            ["api_product:Data Management API", "credentials", "scope:bucket:read"],
            state.Body!["checks"]!
                .AsArray()
                .Where(check => (string?)check!["outcome"] == "passed")
                .Select(check => (string?)check!["name"])
                .Order(StringComparer.Ordinal)
        );
        Assert.All(await fixture.Emulator.JournalAsync(clientId), record => Assert.Equal("/oss/v2/buckets", record.Path));
    }

    [Fact]
    public async Task AutodeskThatDoesNotAnswer_ProvesNothing()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/hq/v1/accounts/{account.AccAccountId}" },
                kind = "status",
                status = 500,
                times = 4,
            }
        );

        var verified = await VerifyAsync(account);

        Assert.Equal("active", verified.Text("hub_status"));
        Assert.Empty(Failed(verified));
    }

    /// <summary>The page with which the account is linked again shows what was seen, and what to do.</summary>
    private async Task AssertShownAsync(Linked account, params JsonNode[] failed)
    {
        var session = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/connect_sessions",
            new
            {
                origin_owner_id = "owner-1",
                origin_owner_name = "Owner",
                account_id = account.Id,
            }
        );
        using var browser = fixture.Hub.NewClient(null);
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/link/{session.Text("token")}", UriKind.Relative)));
        Assert.NotEmpty(failed);
        foreach (var check in failed)
        {
            Assert.Contains((string)check["seen"]!, page, StringComparison.Ordinal);
            Assert.Contains((string)check["next_step"]!, page, StringComparison.Ordinal);
        }
    }

    private static object Search(Linked account) =>
        new { action = "autodesk_search_folder", path = new { project_id = account.ProjectId, folder_id = account.Folder } };

    private static object AddUser(Linked account) =>
        new
        {
            action = "autodesk_add_project_user",
            path = new { project_id = account.ProjectId },
            body = new { email = "x@example.com", products = new[] { new { key = "docs", access = "member" } } },
        };

    private static IReadOnlyList<JsonNode> Checks(ApiAnswer verified) => [.. verified.Body!["checks"]!.AsArray().Select(check => check!)];

    private static IReadOnlyList<JsonNode> Failed(ApiAnswer verified) =>
        [.. Checks(verified).Where(check => (string?)check["outcome"] == "failed")];

    private static string? Outcome(ApiAnswer verified, string name) =>
        (string?)Checks(verified).Single(check => (string?)check["name"] == name)["outcome"];

    private Task<ApiAnswer> VerifyAsync(Linked account) => fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/verify");

    private async Task<JsonNode> StateAsync(Linked account) =>
        (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/state")).Body!;
}
