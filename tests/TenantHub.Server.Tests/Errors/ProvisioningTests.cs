using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Errors;

/// <summary>The causes for which Autodesk refuses an app are told apart, with their next step, and an account heals when its cause is
/// gone.</summary>
public sealed class ProvisioningTests(ServerFixture fixture)
{
    private static readonly object ListUsers = new { action = "autodesk_list_account_users" };

    [Fact]
    public async Task WrongSecret_IsRefusedWhenLinking_AndNothingIsStored()
    {
        var (clientId, _) = await fixture.Emulator.AddAppAsync();
        var account = await fixture.Emulator.AddAccountAsync([clientId]);
        var owner = "owner-" + clientId;

        var answer = await fixture.Http.LinkAsync(clientId, "not-the-secret", (string)account["acc_account_id"]!, owner: owner);

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        BadInputTests.AssertError(answer, "credentials_rejected", "autodesk_auth");
        Assert.DoesNotContain("not-the-secret", answer.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty((await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={owner}")).Body!.AsArray());
        Assert.All(await fixture.Emulator.JournalAsync(clientId, tokens: true), record => Assert.True(record.IsToken));
    }

    [Fact]
    public async Task WrongRegion_IsRefusedWhenLinking_AndTheRightOneIsNamed()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var account = await fixture.Emulator.AddAccountAsync([clientId], "EMEA");

        var answer = await fixture.Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!, "US");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        BadInputTests.AssertError(answer, "wrong_region", "caller");
        Assert.Contains("EMEA", answer.Text("nextStep"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingCustomIntegration_IsAStatusWithItsNextStep_AndHealsWhenItIsAdded()
    {
        var account = await fixture.LinkAsync(provisioned: false);
        Assert.Equal("awaiting_provisioning", (string?)account.Answer["hub_status"]);
        Assert.Equal("inactive", (string?)account.Answer["status"]);
        Assert.Equal("custom_integration_missing", (string?)account.Answer["status_reasons"]![0]!["code"]);
        Assert.Contains(account.ClientId, (string?)account.Answer["next_step"], StringComparison.Ordinal);
        Assert.Contains("Custom Integrations", (string?)account.Answer["next_step"], StringComparison.Ordinal);

        var linked = (await fixture.Emulator.JournalAsync(account.ClientId)).Max(record => record.Seq);
        var refused = await fixture.Http.RpcAsync(account.Id, ListUsers);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        BadInputTests.AssertError(refused, "custom_integration_missing", "autodesk_auth");
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: linked));

        await fixture.Emulator.AddAccountAsync([account.ClientId], id: account.AccAccountId);
        var verified = await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/verify");
        Assert.Equal("active", verified.Text("status"));
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, ListUsers)).Status);
    }

    [Fact]
    public async Task MissingScope_IsNamed_AndNothingIsSentToTheApi()
    {
        var account = await fixture.LinkAsync(scopes: ["data:read"]);

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_buckets" });

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        BadInputTests.AssertError(answer, "scope_not_granted", "autodesk_auth");
        Assert.Contains("bucket:read", answer.Text("nextStep"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(account.ClientId),
            record => record.Path.StartsWith("/oss/", StringComparison.Ordinal)
        );
        var state = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/state");
        Assert.Equal("degraded", (string?)state.Body!["account"]!["hub_status"]);
        Assert.Equal("active", (string?)state.Body["account"]!["status"]);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" })).Status);
    }

    [Fact]
    public async Task ApiProductThatIsOff_IsNamed_AndTheSecondCallIsNotSent()
    {
        var account = await fixture.LinkAsync(products: ["Data Management API"]);

        var answer = await fixture.Http.RpcAsync(account.Id, ListUsers);

        BadInputTests.AssertError(answer, "api_product_not_enabled", "autodesk_auth");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("Autodesk Construction Cloud API", answer.Text("nextStep"), StringComparison.Ordinal);
        Assert.Single(
            await fixture.Emulator.JournalAsync(account.ClientId),
            record => record.Path.StartsWith("/hq/", StringComparison.Ordinal)
        ); // The doctor's look.
    }

    [Fact]
    public async Task ApiProductThatIsSwitchedOffLater_IsNamedByTheCallThatMeetsIt_AndTheSecondCallIsNotSent()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.PostAsync(
            "apps",
            new
            {
                client_id = account.ClientId,
                client_secret = account.Secret,
                api_products = new[] { "Data Management API", "Webhooks API" },
            }
        );
        var linked = (await fixture.Emulator.JournalAsync(account.ClientId)).Max(record => record.Seq);

        var first = await fixture.Http.RpcAsync(account.Id, ListUsers);
        var second = await fixture.Http.RpcAsync(account.Id, ListUsers);

        BadInputTests.AssertError(first, "api_product_not_enabled", "autodesk_auth");
        Assert.Equal("AUTH-001", (string?)first.Body!["provider_errors"]![0]!["raw"]!["errorCode"]);
        BadInputTests.AssertError(second, "api_product_not_enabled", "autodesk_auth");
        Assert.Single(
            await fixture.Emulator.JournalAsync(account.ClientId, since: linked),
            record => record.Path.StartsWith("/hq/", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task AppWithAccountScopesOnly_IsProvenByItsUsers()
    {
        var account = await fixture.LinkAsync(scopes: ["account:read"]);

        var state = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/state");
        var answer = await fixture.Http.RpcAsync(account.Id, ListUsers);

        Assert.Contains(
            state.Body!["checks"]!.AsArray(),
            check => (string?)check!["name"] == "custom_integration" && (string?)check["outcome"] == "passed"
        );
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task MissingActingUser_IsAskedFor_AndNothingIsSent()
    {
        var account = await fixture.LinkAsync(actingUser: false);
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);

        var answer = await fixture.Http.RpcAsync(account.Id, AddUser(account));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        BadInputTests.AssertError(answer, "acting_user_required", "caller");
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, tokens: true, since: before));
    }

    [Fact]
    public async Task ActingUserWhoIsNoAdmin_IsToldApartFromAMissingIntegration()
    {
        var account = await fixture.LinkAsync();
        await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { setup_information = new { act_as_user_id = account.User(3) } }
        );

        var answer = await fixture.Http.RpcAsync(account.Id, AddUser(account));

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        BadInputTests.AssertError(answer, "acting_user_not_allowed", "autodesk_auth");
    }

    [Fact]
    public async Task RevokedToken_IsRenewedOnce_AndTheCallerNoticesNothing()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = account.ClientId });
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var seen = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true))
            .Where(record => record.Seq > before && (record.ClientId == account.ClientId))
            .ToList();
        Assert.Single(seen, record => record.IsToken);
        Assert.Single(seen, record => record is { IsToken: false, Status: 200 });
    }

    [Fact]
    public async Task WriteWhoseAnswerIsLost_IsNotRepeated_AndSaysThatItsOutcomeIsUnknown()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = $"/data/v1/projects/b.{account.ProjectId}/storage" },
                kind = "lost_answer",
                times = 1,
            }
        );

        // Autodesk offers no way to read back a storage location, so nobody can know.
        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action = "autodesk_create_storage",
                path = new { project_id = account.ProjectId },
                body = new
                {
                    jsonapi = new { version = "1.0" },
                    data = new
                    {
                        type = "objects",
                        attributes = new { name = "x.pdf" },
                        relationships = new { target = new { data = new { type = "folders", id = account.Folder } } },
                    },
                },
            }
        );

        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        BadInputTests.AssertError(answer, "outcome_unknown", "autodesk_api");
        Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId), record => record.Method == "POST");
    }

    [Theory]
    [InlineData(503, null, 502, "autodesk_unavailable")]
    [InlineData(500, "<html>oops</html>", 502, "autodesk_unavailable")]
    [InlineData(404, """{"jsonapi":{"version":"1.0"},"errors":[{"detail":"No such hub"}]}""", 404, "autodesk_not_found")]
    [InlineData(409, """{"reason":"There already"}""", 409, "autodesk_conflict")]
    [InlineData(422, """{"message":"No"}""", 422, "autodesk_rejected")]
    [InlineData(302, null, 502, "autodesk_unavailable")]
    public async Task FailureOfAutodesks_IsPassedOnAsAutodesks(int theirs, string? body, int ours, string code)
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}" },
                kind = "status",
                status = theirs,
                body,
                times = 4,
            }
        );

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_get_hub" });

        Assert.Equal(ours, (int)answer.Status);
        BadInputTests.AssertError(answer, code, "autodesk_api");
        Assert.Equal(theirs, (int)answer.Body!["provider_errors"]![0]!["status"]!);
    }

    [Fact]
    public async Task AutodesksRateLimit_IsPassedOnWithItsRetryAfter()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}" },
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "25" },
                body = new { developerMessage = "Quota limit exceeded." },
                times = 1,
            }
        );

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_get_hub" }, ("Prefer", "wait=5"));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        BadInputTests.AssertError(answer, "autodesk_rate_limited", "autodesk_api");
        Assert.Equal("25", answer.Headers["retry-after"]);
    }

    private static object AddUser(Linked account) =>
        new
        {
            action = "autodesk_add_project_user",
            path = new { project_id = account.ProjectId },
            body = new { email = "x@example.com", products = new[] { new { key = "docs", access = "member" } } },
        };
}
