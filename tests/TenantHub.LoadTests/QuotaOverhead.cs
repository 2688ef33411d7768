using System.Globalization;
using TenantHub.Testing;

namespace TenantHub.LoadTests;

/// <summary>
/// What keeping limits costs: CPU time of the server process per warm call with quotas on, beside one with quotas off, in the same run. Two real
/// servers, one emulator, the same calls over HTTP in turn; the limits are above the load, so nobody waits.
/// </summary>
internal static class QuotaOverhead
{
    private const int Rounds = 9;
    private const int CallsPerRound = 4_000;
    private const int AtOnce = 32;
    private const int Accounts = 64;
    private const double Allowed = 1.25;
    private static readonly object GetHub = new { action = "autodesk_get_hub" };

    /// <summary>Prints a table; gives 1 when the median ratio is above what issue and design allow.</summary>
    public static async Task<int> RunAsync(TextWriter output)
    {
        await using var emulator = await EmulatorHost.StartAsync();
        await emulator.PostAsync("settings", new { journal_bodies = false });
        var (clientId, secret) = await emulator.AddAppAsync();
        await using var on = await StartAsync(emulator, quotas: true);
        await using var off = await StartAsync(emulator, quotas: false);
        var accounts = new Dictionary<HubProcess, string[]> { [on] = await LinkAsync(emulator, on, clientId, secret), [off] = await LinkAsync(emulator, off, clientId, secret) };

        await output.WriteLineAsync($"{CallsPerRound} calls a round, {AtOnce} at once, {Accounts} accounts; CPU of the server per call in µs");
        await output.WriteLineAsync("round   quotas on   quotas off   ratio");
        for (var warmUp = 0; warmUp < 3; warmUp++)
        {
            foreach (var hub in accounts.Keys) await RoundAsync(hub, accounts[hub]); // Connections, tokens, compiled code.
        }

        var ratios = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            // Who goes first changes, so that a drift of the machine favours nobody.
            var first = round % 2 == 0 ? on : off;
            var costs = new Dictionary<HubProcess, double> { [first] = await RoundAsync(first, accounts[first]) };
            var second = first == on ? off : on;
            costs[second] = await RoundAsync(second, accounts[second]);
            ratios.Add(costs[on] / costs[off]);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{round,5}{costs[on],12:0}{costs[off],13:0}{ratios[^1],8:0.00}"));
        }

        var median = ratios.Order().ElementAt(ratios.Count / 2);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"median ratio {median:0.00}, allowed {Allowed:0.00}"));
        return median <= Allowed ? 0 : 1;
    }

    private static Task<HubProcess> StartAsync(EmulatorHost emulator, bool quotas) => HubProcess.StartAsync(emulator.Address, settings: new Dictionary<string, string>
    {
        ["TenantHub__Quotas__Enabled"] = quotas ? "true" : "false",
        ["TenantHub__Quotas__Limits__dm-hub"] = "1000000",
        ["TenantHub__Quotas__Limits__dm-hubs"] = "1000000",
        ["Logging__LogLevel__Default"] = "Warning",
    });

    private static async Task<string[]> LinkAsync(EmulatorHost emulator, HubProcess hub, string clientId, string secret)
    {
        var ids = new string[Accounts];
        for (var i = 0; i < Accounts; i++)
        {
            var account = await emulator.AddAccountAsync([clientId]);
            var linked = await hub.Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!);
            ids[i] = linked.Text("id") ?? throw new InvalidOperationException($"The account was not linked: {linked.Body}");
        }

        return ids;
    }

    /// <summary>Sends the calls and gives the server's CPU time per call in microseconds.</summary>
    private static async Task<double> RoundAsync(HubProcess hub, string[] accounts)
    {
        var before = hub.CpuTime;
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var call && call < CallsPerRound)
            {
                var answer = await hub.Http.RpcAsync(accounts[call % accounts.Length], GetHub);
                if (answer.Status != System.Net.HttpStatusCode.OK) throw new InvalidOperationException($"A call failed, so the round measures something else: {answer.Body}");
            }
        }));
        return (hub.CpuTime - before).TotalMicroseconds / CallsPerRound;
    }
}
