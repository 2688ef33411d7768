using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Quotas;

/// <summary>A breaker belongs to one client id, quota group and region; what opens it leaves everything else alone.</summary>
public sealed class CircuitBreakerTests(CircuitBreakerTests.EagerServer eager) : IClassFixture<CircuitBreakerTests.EagerServer>
{
    private static readonly object GetHub = new { action = "autodesk_get_hub" };

    private HttpClient Http => eager.Hub.Http;

    [Fact]
    public async Task GroupThatFailsForAllAccounts_IsNotAskedAnyMore_AndEverythingElseWorks()
    {
        var (clientId, secret) = await eager.Emulator.AddAppAsync();
        var (one, two) = (await LinkAsync(clientId, secret), await LinkAsync(clientId, secret));
        var stranger = await LinkAsync();
        var canadian = await LinkAsync(clientId, secret, "CAN");
        foreach (var account in new[] { one, two })
            await FailAsync(account);

        var answers = new List<ApiAnswer>();
        for (var i = 0; i < 12; i++)
            answers.Add(await Http.RpcAsync(i % 2 == 0 ? one.Id : two.Id, GetHub));

        var open = answers[^1];
        Assert.Equal(("autodesk_unavailable", HttpStatusCode.BadGateway), (open.Code, open.Status));
        Assert.Contains("Nothing was sent", $"{open.Body!["detail"]}", StringComparison.Ordinal);
        Assert.True(int.Parse(open.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture) >= 1);
        var sent = await SeenAsync(one) + await SeenAsync(two);
        await Http.RpcAsync(one.Id, GetHub);
        Assert.Equal(sent, await SeenAsync(one) + await SeenAsync(two));

        // The same client id and region in another group; another client id; another region.
        Assert.Equal(HttpStatusCode.OK, (await Http.RpcAsync(one.Id, new { action = "autodesk_list_projects" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await Http.RpcAsync(stranger.Id, GetHub)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Http.RpcAsync(canadian.Id, GetHub)).Status);
    }

    [Fact]
    public async Task OneTenantsFailures_NeverOpenTheBreakerForOthers()
    {
        var (clientId, secret) = await eager.Emulator.AddAppAsync();
        var (broken, healthy) = (await LinkAsync(clientId, secret), await LinkAsync(clientId, secret));
        await FailAsync(broken);

        var failures = new List<ApiAnswer>();
        for (var i = 0; i < 12; i++)
        {
            failures.Add(await Http.RpcAsync(broken.Id, GetHub));
            Assert.Equal(HttpStatusCode.OK, (await Http.RpcAsync(healthy.Id, GetHub)).Status);
        }

        Assert.All(failures, answer => Assert.Equal("autodesk_unavailable", answer.Code));
        Assert.InRange(await SeenAsync(broken), 1, 9); // Its own breaker has opened.
    }

    [Fact]
    public async Task RefusedCredentialsAndUsedUpLimits_AreNoOutage()
    {
        var account = await LinkAsync();
        foreach (var status in new[] { 401, 403, 404, 409 })
        {
            await eager.Emulator.FaultAsync(
                new
                {
                    match = new { path_prefix = $"/project/v1/hubs/{account.HubId}/projects" },
                    kind = "status",
                    status,
                    body = new { developerMessage = "No", errorCode = "X" },
                    times = 6,
                }
            );
            for (var i = 0; i < 6; i++)
                await Http.RpcAsync(account.Id, new { action = "autodesk_list_projects" });
            using var cleared = await eager.Emulator.Control.DeleteAsync(
                new Uri("/_emulator/faults", UriKind.Relative),
                TestContext.Current.CancellationToken
            );
        }

        Assert.Equal(HttpStatusCode.OK, (await Http.RpcAsync(account.Id, new { action = "autodesk_list_projects" })).Status);
    }

    private Task FailAsync(Linked account) =>
        eager.Emulator.FaultAsync(
            new
            {
                match = new { path_regex = $"^/project/v1/hubs/{account.HubId}$" },
                kind = "status",
                status = 500,
            }
        );

    private async Task<Linked> LinkAsync(string? clientId = null, string? secret = null, string region = "US")
    {
        if (clientId is null)
            (clientId, secret) = await eager.Emulator.AddAppAsync();
        var account = await eager.Emulator.AddAccountAsync([clientId], region);
        var answer = await Http.LinkAsync(clientId, secret!, (string)account["acc_account_id"]!, region);
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return new Linked((string)answer.Body!["id"]!, clientId, secret!, account, answer.Body);
    }

    /// <summary>How many requests for the account's hub the emulator saw; a faulty answer carries no client id.</summary>
    private async Task<int> SeenAsync(Linked account) =>
        (await eager.Emulator.WholeJournalAsync()).Count(record => record.Path == $"/project/v1/hubs/{account.HubId}");

    /// <summary>A hub whose breakers open after a few failures, and stay open for the whole test.</summary>
    public sealed class EagerServer : IAsyncLifetime
    {
        public EmulatorHost Emulator { get; private set; } = null!;

        public ServerProcess Hub { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Emulator = await EmulatorHost.StartAsync();
            Hub = await ServerProcess.StartAsync(
                Emulator.Address,
                settings: new Dictionary<string, string>
                {
                    ["TenantHub__Resilience__MaxRetries"] = "0",
                    ["TenantHub__Resilience__MinimumThroughput"] = "4",
                    ["TenantHub__Resilience__FailureRatio"] = "0.4",
                    ["TenantHub__Resilience__SamplingDuration"] = "00:02:00",
                    ["TenantHub__Resilience__BreakDuration"] = "00:05:00",
                }
            );
        }

        public async ValueTask DisposeAsync()
        {
            await Hub.DisposeAsync();
            await Emulator.DisposeAsync();
        }
    }
}
