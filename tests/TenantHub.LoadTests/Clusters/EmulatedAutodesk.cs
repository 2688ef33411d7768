using TenantHub.Testing;

namespace TenantHub.LoadTests.Clusters;

/// <summary>The emulator. What it saw is the truth about rate limits, overlap and double writes.</summary>
internal sealed class EmulatedAutodesk : IAutodesk
{
    private readonly bool _canned;

    private EmulatedAutodesk(EmulatorHost emulator, string clientId, string secret, bool canned) =>
        (Emulator, ClientId, ClientSecret, _canned) = (emulator, clientId, new Secret(secret), canned);

    public EmulatorHost Emulator { get; }

    public Uri Address => Emulator.Address;

    public string ClientId { get; }

    public Secret ClientSecret { get; }

    /// <param name="keepBodies">Whether the journal keeps bodies; they cost the machine that hub and load share.</param>
    /// <param name="canned">
    /// Whether hubs are canned answers. Every link reads the list of all hubs of the client id: with thousands of accounts the emulator's
    /// work on it would be what is measured. Tokens, limits and the journal stay real.
    /// </param>
    public static async Task<EmulatedAutodesk> StartAsync(bool keepBodies = false, bool canned = false)
    {
        var emulator = await EmulatorHost.StartAsync();
        await emulator.PostAsync("settings", new { journal_bodies = keepBodies });
        var (clientId, secret) = await emulator.AddAppAsync();
        return new EmulatedAutodesk(emulator, clientId, secret, canned);
    }

    public async Task<IReadOnlyList<AutodeskAccount>> AddAccountsAsync(int count)
    {
        var accounts = new List<AutodeskAccount>(count);
        for (var i = 0; i < count; i++)
        {
            if (_canned)
            {
                accounts.Add(new AutodeskAccount(Guid.NewGuid().ToString()));
                continue;
            }

            var account = await Emulator.AddAccountAsync([ClientId]);
            var project = account["projects"]![0]!;
            accounts.Add(
                new AutodeskAccount((string)account["acc_account_id"]!, (string)project["id"]!, (string)project["folders"]![0]!["id"]!)
            );
        }

        if (_canned)
            await CanAsync(accounts);
        return accounts;
    }

    public async Task ClearFaultsAsync()
    {
        using var cleared = await Emulator.Control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative));
        cleared.EnsureSuccessStatusCode();
    }

    /// <summary>The part of the requests' path that belongs to each account.</summary>
    public static string HubPath(LoadAccount account) => $"/project/v1/hubs/b.{account.Emulated.Id}";

    public async ValueTask DisposeAsync() => await Emulator.DisposeAsync();

    private async Task CanAsync(IEnumerable<AutodeskAccount> accounts)
    {
        await ClearFaultsAsync();
        await Emulator.FaultAsync(
            new
            {
                match = new { path_regex = "^/project/v1/hubs$" },
                kind = "status",
                status = 200,
                body = new { data = accounts.Select(account => Hub(account.Id)) },
            }
        );
        await Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project/v1/hubs/" },
                kind = "status",
                status = 200,
                body = new { data = Hub("any") },
            }
        );

        static object Hub(string id) =>
            new
            {
                type = "hubs",
                id = "b." + id,
                attributes = new { name = "Hub", region = "US" },
            };
    }
}
