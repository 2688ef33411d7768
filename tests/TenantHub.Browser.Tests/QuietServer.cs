using System.Globalization;
using Microsoft.Playwright;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Browser;

/// <summary>A server that only one class looks at, with one account whose calls nothing holds up, and what its metrics say.</summary>
public sealed class QuietServer : IAsyncLifetime
{
    private EmulatorHost _emulator = null!;

    public ServerProcess Hub { get; private set; } = null!;

    public string AccountId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _emulator = await EmulatorHost.StartAsync();
        Hub = await ServerProcess.StartAsync(_emulator.Address);
        var (clientId, secret) = await _emulator.AddAppAsync();
        await _emulator.PostAsync("quotas", new { enabled = false });
        var account = await _emulator.AddAccountAsync([clientId]);
        var linked = await Hub.Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!);
        AccountId = linked.Text("id")!;
        Assert.Equal(
            200,
            (int)(await Hub.Http.SendAsync(HttpMethod.Put, $"/quotas/{clientId}/dm-hubs", new { requests_per_minute = 100_000 })).Status
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await _emulator.DisposeAsync();
    }

    /// <summary>A page of this server's console, in a browser context of its own.</summary>
    public async Task<IPage> OpenAsync(BrowserFixture fixture, string address)
    {
        var page = await fixture.NewPageAsync(hub: Hub);
        await BrowserFixture.SignInAsync(page, ServerProcess.AdminKey);
        await page.GotoAsync(address);
        return page;
    }

    /// <summary>The sum of a metric's series.</summary>
    public async Task<double> ReadAsync(string metric)
    {
        var text = await Hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        return text.Split('\n')
            .Where(line =>
                line.StartsWith(metric + " ", StringComparison.Ordinal) || line.StartsWith(metric + "{", StringComparison.Ordinal)
            )
            .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
    }

    public Task WaitUntilAsync(string metric, double value) =>
        WaitUntilAsync(metric, read => read == value, value.ToString(CultureInfo.InvariantCulture));

    public async Task WaitUntilAsync(string metric, Func<double, bool> isReached, string expected)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var tries = 0; tries < 300; tries++)
        {
            if (isReached(await ReadAsync(metric)))
                return;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        Assert.Fail($"{metric} is {await ReadAsync(metric)} and not {expected}.");
    }
}
