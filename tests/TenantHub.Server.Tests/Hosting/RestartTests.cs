using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>kill -9 and start again on the same data.</summary>
public sealed class RestartTests(ServerFixture fixture)
{
    [Fact]
    public async Task KilledServer_ComesBackWithAccountsStatusAndTheTokenThatIsStillValid()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var unprovisioned = await fixture.Emulator.AddAccountAsync([]);
        var linked = await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
        var waiting = await hub.Http.LinkAsync(clientId, secret, (string)unprovisioned["acc_account_id"]!);
        var suspended = await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
        await hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{suspended.Text("id")}/suspend");
        await hub.Http.RpcAsync(linked.Text("id")!, new { action = "autodesk_list_buckets" });
        var before = await fixture.Emulator.JournalAsync(clientId, tokens: true);

        await hub.KillAsync();
        await hub.StartAgainAsync();

        var accounts = (await hub.Http.SendAsync(HttpMethod.Get, "/accounts")).Body!.AsArray();
        Assert.Equal([linked.Text("id"), waiting.Text("id"), suspended.Text("id")], accounts.Select(account => (string?)account!["id"]));
        Assert.Equal(["active", "awaiting_provisioning", "suspended"], accounts.Select(account => (string?)account!["hub_status"]));
        var answer = await hub.Http.RpcAsync(linked.Text("id")!, new { action = "autodesk_list_hubs" });
        var other = await hub.Http.RpcAsync(linked.Text("id")!, new { action = "autodesk_list_buckets" });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(HttpStatusCode.OK, other.Status);
        var after = await fixture.Emulator.JournalAsync(clientId, tokens: true, since: before.Max(record => record.Seq));
        Assert.DoesNotContain(after, record => record.IsToken);
        Assert.Equal(2, after.Count);
    }

    [Fact]
    public async Task EveryLinkThatWasAnswered_IsThereAfterTheKill()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var answered = new System.Collections.Concurrent.ConcurrentBag<string>();
        var linking = Enumerable
            .Range(0, 8)
            .Select(async _ =>
            {
                try
                {
                    while (true)
                        answered.Add((await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!);
                }
                catch (HttpRequestException)
                {
                    // The server is gone: that is the point.
                }
            })
            .ToList();
        await Until.TrueAsync(() => answered.Count >= 25, "25 links were answered");

        await hub.KillAsync();
        await Task.WhenAll(linking);
        await hub.StartAgainAsync();

        foreach (var id in answered)
        {
            Assert.Equal("active", (await hub.Http.SendAsync(HttpMethod.Get, $"/accounts/{id}")).Text("status"));
        }
    }

    [Fact]
    public async Task SecondServerOnTheSameData_RefusesToStart_AndSaysWhy()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ServerProcess.StartAsync(fixture.Emulator.Address, hub.DataDirectory)
        );

        Assert.Contains("is in use by another TenantHub process", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The other settings are tried in WrongSettingTests.</summary>
    [Fact]
    public async Task WrongSettingInProduction_EndsTheProcess_WhichSaysWhy()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["TenantHub__Bootstrap__AdminKey"] = "short",
        };

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ServerProcess.StartAsync(fixture.Emulator.Address, settings: settings)
        );

        Assert.Contains("at least 16 characters", refused.Message, StringComparison.Ordinal);
    }
}
