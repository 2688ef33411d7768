using TenantHub.Testing;
using Xunit;

namespace TenantHub.Browser;

/// <summary>
/// Live load on one client id with a low limit: a greedy account with many calls at once, a modest one with few, and one whose every call
/// fails. It runs as long as the tests of a class.
/// </summary>
public sealed class ConsoleLoad(BrowserFixture fixture) : IAsyncLifetime
{
    /// <summary>The collection of the tests that look for a call of their own among the last failures: they do not run while this load
    /// does.</summary>
    public const string Alone = "last failures";

    private readonly CancellationTokenSource _end = new();
    private Task _running = Task.CompletedTask;

    public string ClientId { get; private set; } = "";

    public string Greedy { get; private set; } = "";

    /// <summary>Gets the path of the request that the greedy account's calls send.</summary>
    public string GreedyPath { get; private set; } = "";

    public string Modest { get; private set; } = "";

    public string Broken { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var customer = await fixture.CustomerAsync(["autodesk_list_hubs", "autodesk_get_hub"]);
        ClientId = customer.ClientId;
        Greedy = await LinkAsync("Northwind Towers", customer.AccAccountId);
        GreedyPath = "/project/v1/hubs/b." + customer.AccAccountId;
        Modest = await LinkAsync("Riverside Builders", (string)(await fixture.Emulator.AddAccountAsync([ClientId]))["acc_account_id"]!);
        Broken = await LinkAsync(
            "Oak Hill <script>alert(1)</script>",
            (string)(await fixture.Emulator.AddAccountAsync([ClientId]))["acc_account_id"]!
        );
        var set = await fixture.Hub.Http.SendAsync(HttpMethod.Put, $"/quotas/{ClientId}/dm-hub", new { requests_per_minute = 30 });
        Assert.Equal(200, (int)set.Status);
        _running = Task.WhenAll([
            .. Enumerable.Range(0, 12).Select(_ => CallAsync(Greedy, "autodesk_get_hub")),
            CallAsync(Modest, "autodesk_get_hub"),
            CallAsync(Broken, "autodesk_create_bucket"),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _end.Dispose();
    }

    private async Task<string> LinkAsync(string name, string accAccountId)
    {
        var linked = await fixture.Hub.Http.SendAsync(
            HttpMethod.Post,
            "/accounts",
            new
            {
                provider = "autodesk",
                origin_owner_id = name[..4] + ClientId,
                origin_owner_name = name,
                label = name,
                profile_id = ClientId,
                setup_information = new { acc_account_id = accAccountId, region = "US" },
            }
        );
        Assert.True((int)linked.Status == 201, linked.Body?.ToJsonString());
        return linked.Text("id")!;
    }

    /// <summary>One call after the other; who is refused comes again.</summary>
    private async Task CallAsync(string account, string action)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(400));
        try
        {
            while (await pause.WaitForNextTickAsync(_end.Token))
                await fixture.Hub.Http.RpcAsync(account, new { action }, ("Prefer", "wait=40"));
        }
        catch (OperationCanceledException)
        {
            // The tests are over.
        }
    }
}
