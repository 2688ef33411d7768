using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Quotas;

public sealed class QuotaEndpointTests(ServerFixture fixture)
{
    private static readonly object GetHub = new { action = "autodesk_get_hub" };

    [Fact]
    public async Task Answers_TellWhatIsLeft_AndTheQuotaTellsWhatIsUsed()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(account.Id, GetHub);
        var quota = await QuotaAsync(account, "dm-hub");

        Assert.Equal("\"dm-hub\";q=50;w=60", answer.Headers["ratelimit-policy"]);
        Assert.Equal("\"dm-hub\";r=49;t=60", answer.Headers["ratelimit"]);
        Assert.Equal((50, "published", 1), ((int)quota["limit"]!, (string?)quota["limit_source"], (int)quota["used"]!));

        // Other tests use quotas too, so the list has pages.
        var listed = new List<JsonNode?>();
        for (var page = 1; ; page++)
        {
            var rows = (await fixture.Http.SendAsync(HttpMethod.Get, $"/quotas?page_size=100&page={page}")).Body!.AsArray();
            listed.AddRange(rows);
            if (rows.Count < 100)
                break;
        }

        Assert.Contains(listed, entry => (string?)entry!["client_id"] == account.ClientId && (string?)entry["quota_group"] == "dm-hub");
    }

    [Fact]
    public async Task UsedUpLimit_RefusesWhoCannotWait_WithTheTrueWait_AndSendsNothing()
    {
        var account = await fixture.LinkAsync();
        var set = await fixture.Http.SendAsync(HttpMethod.Put, $"/quotas/{account.ClientId}/dm-hub", new { requests_per_minute = 1 });
        await fixture.Http.RpcAsync(account.Id, GetHub);

        var refused = await fixture.Http.RpcAsync(account.Id, GetHub, ("Prefer", "wait=2"));
        var plan = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/plan", GetHub, account.Id);

        Assert.Equal("configured", set.Text("limit_source"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        BadInputTests.AssertError(refused, "quota_exceeded", "hub");
        Assert.InRange(int.Parse(refused.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture), 40, 60);
        Assert.Equal("\"dm-hub\";r=0", refused.Headers["ratelimit"].Split(";t=")[0]);
        Assert.InRange((double)plan.Body!["expected_wait_seconds"]!, 40, 60);
        Assert.Single(
            await fixture.Emulator.JournalAsync(account.ClientId),
            record => record.Path.StartsWith("/project/v1/hubs/", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task After429_ExactlyThisGroupPauses_AndTheLowerLimitIsShown()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}" },
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "120" },
                times = 1,
            }
        );

        var limited = await fixture.Http.RpcAsync(account.Id, GetHub, ("Prefer", "wait=1"));
        var same = await fixture.Http.RpcAsync(account.Id, GetHub, ("Prefer", "wait=1"));
        var other = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        var quota = await QuotaAsync(account, "dm-hub");

        Assert.Equal(("autodesk_rate_limited", "120"), (limited.Code, limited.Headers["retry-after"]));
        Assert.Equal("quota_exceeded", same.Code);
        Assert.Equal(HttpStatusCode.OK, other.Status);
        Assert.NotNull(quota["paused_until"]);
        Assert.Equal((25, 1), ((int)quota["learned_limit"]!, (int)quota["rate_limited"]!));
    }

    [Fact]
    public async Task RetryAfterOfADay_PausesForAQuarterOfAnHour_AndAnOperatorLiftsIt()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}" },
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "86400" },
                times = 1,
            }
        );
        var first = await fixture.Http.RpcAsync(account.Id, GetHub, ("Prefer", "wait=1"));
        var paused = await QuotaAsync(account, "dm-hub");
        var refused = await fixture.Http.RpcAsync(account.Id, GetHub, ("Prefer", "wait=1"));

        var lifted = await fixture.Http.SendAsync(HttpMethod.Post, $"/quotas/{account.ClientId}/dm-hub/resume");
        var after = await fixture.Http.RpcAsync(account.Id, GetHub, ("Prefer", "wait=1"));
        var audited = await fixture.Http.SendAsync(HttpMethod.Get, $"/audit?target=quota/{account.ClientId}/dm-hub&action=resume_quota");

        var (until, asked) = ((DateTimeOffset)paused["paused_until"]!, (DateTimeOffset)paused["asked_until"]!);
        Assert.InRange(asked - until, TimeSpan.FromHours(23.7), TimeSpan.FromHours(23.8));
        Assert.Equal(("autodesk_rate_limited", "900"), (first.Code, first.Headers["retry-after"]));
        Assert.Equal("quota_exceeded", refused.Code);
        Assert.Contains($"paused by Autodesk until {asked.UtcDateTime:yyyy-MM-dd HH:mm}", refused.Text("detail"), StringComparison.Ordinal);
        Assert.InRange(int.Parse(refused.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture), 800, 900);
        Assert.Equal(HttpStatusCode.OK, lifted.Status);
        Assert.Null(lifted.Body!["paused_until"]);
        Assert.NotNull(paused["learned_limit"]);
        Assert.Null(lifted.Body!["learned_limit"]);
        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.NotEmpty(audited.Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task OwnCapOfTheProfile_HoldsForEachAccount_AndChangesWithoutARestart()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var profile = "cap-" + Guid.NewGuid().ToString("N")[..8];
        var made = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "Capped",
                credentials = new { client_id = clientId, client_secret = secret },
                limits = new { requests_per_minute = 3, parallel_reads = 2 },
            }
        );
        var account = (await fixture.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!, profile: profile)).Text("id")!;
        var done = 0;
        ApiAnswer last;
        do last = await fixture.Http.RpcAsync(account, GetHub, ("Prefer", "wait=0"));
        while (last.Status == HttpStatusCode.OK && ++done < 10);

        var changed = await fixture.Http.SendAsync(HttpMethod.Put, $"/profiles/{profile}/limits", new { requests_per_minute = 100 });

        Assert.Equal(3, (int)made.Body!["limits"]!["requests_per_minute"]!);
        Assert.Equal("quota_exceeded", last.Code);
        Assert.Contains("connector profile", $"{last.Body!["detail"]}", StringComparison.Ordinal);
        Assert.InRange(done, 0, 3); // Linking sends requests too.
        Assert.Equal(HttpStatusCode.OK, changed.Status);
    }

    [Fact]
    public async Task Plan_ShowsTheRequestAndItsNeeds_AndSendsNothing()
    {
        var account = await fixture.LinkAsync();
        var since = (await fixture.Emulator.WholeJournalAsync()).Max(record => record.Seq);

        var plan = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/actions/plan",
            new { action = "autodesk_list_account_users", query = new { limit = 5 } },
            account.Id
        );
        var bad = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/actions/plan",
            new { action = "autodesk_list_account_users", query = new { limit = "x" } },
            account.Id
        );

        Assert.Equal(HttpStatusCode.OK, plan.Status);
        var request = plan.Body!["requests"]!.AsArray()[^1]!;
        Assert.Equal(
            ("GET", $"/hq/v1/accounts/{account.AccAccountId}/users?limit=5"),
            ((string?)request["method"], (string?)request["url"])
        );
        Assert.Equal("US", (string?)request["headers"]!["Region"]);
        Assert.Equal("account:read", (string?)plan.Body["scopes"]![0]);
        Assert.Equal(("hq", 100), ((string?)plan.Body["quota"]!["quota_group"], (int)plan.Body["quota"]!["limit"]!));
        Assert.Equal(0, (double)plan.Body["expected_wait_seconds"]!);
        Assert.Equal("invalid_input", bad.Code);
        Assert.DoesNotContain(account.Secret, plan.Body.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, tokens: true, since: since));
    }

    [Theory]
    [InlineData("PUT", "/quotas/some-client/no-such-group", """{"requests_per_minute":5}""", 404, "quota_not_found")]
    [InlineData("PUT", "/quotas/some-client/dm-hub", """{"requests_per_minute":5}""", 404, "quota_not_found")]
    [InlineData("GET", "/quotas/some-client", null, 404, "quota_not_found")]
    [InlineData("PUT", "/quotas/{client_id}/dm-hub", """{"requests_per_minute":0}""", 400, "invalid_input")]
    [InlineData("PUT", "/quotas/{client_id}/dm-hub", """{}""", 400, "invalid_request")]
    [InlineData("PUT", "/quotas/{client_id}/no-such-group", """{"requests_per_minute":5}""", 404, "quota_not_found")]
    [InlineData("POST", "/quotas/some-client/no-such-group/resume", null, 404, "quota_not_found")]
    [InlineData("GET", "/quotas/some%7Cclient", null, 404, "quota_not_found")]
    [InlineData("GET", "/quotas?page=x", null, 400, "invalid_input")]
    public async Task BadRequests_HaveTheirError(string method, string path, string? body, int status, string code)
    {
        var known = path.Contains('{', StringComparison.Ordinal) ? (await fixture.LinkAsync()).ClientId : "";
        var answer = await fixture.Http.SendAsync(
            new HttpMethod(method),
            path.Replace("{client_id}", known, StringComparison.Ordinal),
            body
        );

        Assert.Equal((status, code), ((int)answer.Status, answer.Code));
    }

    [Fact]
    public async Task HubThatIsKilledInTheMiddleOfTheWindow_StillKeepsTheLimit()
    {
        await using var emulator = await EmulatorHost.StartAsync(quotas: true);
        await emulator.PostAsync(
            "quotas",
            new
            {
                enabled = true,
                mode = "sliding_log",
                window_seconds = 15,
                limits = new { hub = 20 },
            }
        );
        await using var hub = await ServerProcess.StartAsync(
            emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Quotas__Window"] = "00:00:15",
                ["TenantHub__Quotas__Limits__dm-hub"] = "20",
            }
        );
        var (clientId, secret) = await emulator.AddAppAsync();
        var emulated = await emulator.AddAccountAsync([clientId]);
        var account = (await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
        var before = await Task.WhenAll(Enumerable.Range(0, 13).Select(_ => hub.Http.RpcAsync(account, GetHub)));

        await hub.KillAsync();
        await hub.StartAgainAsync();
        var after = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => hub.Http.RpcAsync(account, GetHub, ("Prefer", "wait=60"))));

        Assert.All(before.Concat(after), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var seen = await emulator.JournalAsync(clientId);
        Assert.DoesNotContain(seen, record => record.Status == 429);
        Assert.Equal(43, seen.Count(record => record.Path == $"/project/v1/hubs/b.{emulated["acc_account_id"]}"));
    }

    private async Task<JsonNode> QuotaAsync(Linked account, string group) =>
        (await fixture.Http.SendAsync(HttpMethod.Get, $"/quotas/{account.ClientId}"))
            .Body!.AsArray()
            .Single(quota => (string?)quota!["quota_group"] == group)!;
}
