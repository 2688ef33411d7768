using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Profiles;
using TenantHub.Storage;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Clusters;

/// <summary>
/// Silos with the real grains and the real storage in this process, in real time, on Orleans' TestingHost. Calls enter as those of the
/// hub's own endpoints do: through the grain factory of a silo; with several silos each account's calls come through one of them, whichever
/// holds its grain.
/// </summary>
internal sealed class LoadCluster : IAsyncDisposable
{
    private const int LinkedAtOnce = 25;
    private const string ProfileId = "load";

    /// <summary>No more than anybody sends: limits are kept, and nobody waits for them.</summary>
    private const string Ample = "1000000";
    private static readonly string[] QuotaGroups = [.. ActionCatalog.Load().QuotaGroups.Select(group => group.Name)];

    private readonly InProcessTestCluster _cluster;
    private readonly IAutodesk _autodesk;
    private readonly PostgresServer? _database;
    private readonly string _dataDirectory;
    private readonly IReadOnlyList<IServiceProvider> _silos;

    private LoadCluster(InProcessTestCluster cluster, IAutodesk autodesk, PostgresServer? database, string dataDirectory)
    {
        (_cluster, _autodesk, _database, _dataDirectory) = (cluster, autodesk, database, dataDirectory);
        _silos = [.. cluster.Silos.Select(silo => cluster.GetSiloServiceProvider(silo.SiloAddress))];
    }

    public IGrainFactory Grains => Factory(0);

    /// <summary>Starts silos: one on a file, several on PostgreSQL.</summary>
    /// <param name="autodesk">What stands behind them; it lives as long as the cluster.</param>
    /// <param name="silos">How many.</param>
    /// <param name="settings">The hub's settings that are not the default, as in its configuration. Autodesk's limits are above the load
    /// unless they say otherwise.</param>
    public static async Task<LoadCluster> StartAsync(IAutodesk autodesk, int silos, IReadOnlyDictionary<string, string>? settings = null)
    {
        var database = silos > 1 ? await PostgresServer.StartAsync(flushes: true) : null;
        var data = Directory.CreateTempSubdirectory("tenanthub-load-").FullName;
        var all = QuotaGroups.ToDictionary(group => $"TenantHub:Quotas:Limits:{group}", _ => Ample);
        all["TenantHub:DataDirectory"] = data;
        all["TenantHub:Autodesk:BaseUrl"] = autodesk.Address.ToString();
        all["TenantHub:KeyProtection:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        if (database is not null)
            all[DatabaseSetting.Key] = await database.CreateDatabaseAsync();
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            all[name] = value;

        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.InitializeClientOnDeploy = false; // Nobody calls through a client.
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host =>
        {
            host.Logging.ClearProviders();
            foreach (var (name, value) in all)
                host.Configuration[name] = value;
        });
        builder.ConfigureSilo((_, silo) => silo.AddTenantHubStorage().AddTenantHubGrains());
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new LoadCluster(cluster, autodesk, database, data);
    }

    /// <summary>Links accounts that share one profile, so one client id, one set of limits and one token: the hardest case.</summary>
    /// <param name="count">How many.</param>
    /// <param name="actions">The actions that the profile enables: the fewer, the less a link has to ask Autodesk.</param>
    /// <param name="tell">Told how far it is.</param>
    public async Task<IReadOnlyList<LoadAccount>> LinkAsync(int count, IReadOnlyList<string> actions, Action<int>? tell = null)
    {
        var profile = await Grains
            .GetGrain<IConnectorProfileGrain>(ProfileId)
            .CreateAsync(
                new CreateProfileRequest
                {
                    Name = "Load",
                    ClientId = _autodesk.ClientId,
                    ClientSecret = _autodesk.ClientSecret,
                    EnabledActions = actions,
                }
            );
        if (profile is not ProfileResult.Described)
            throw new InvalidOperationException($"No profile: {profile}");

        var accounts = new List<LoadAccount>(count);
        while (accounts.Count < count)
        {
            var batch = await _autodesk.AddAccountsAsync(Math.Min(LinkedAtOnce, count - accounts.Count));
            accounts.AddRange(await Task.WhenAll(batch.Select((emulated, i) => LinkAsync(accounts.Count + i, emulated))));
            tell?.Invoke(accounts.Count);
        }

        return accounts;
    }

    /// <summary>How many accounts are in memory.</summary>
    public async Task<int> CountActiveAccountsAsync()
    {
        var grains = await Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return grains
            .Where(grain => grain.GrainType.Contains("LinkedAccountGrain", StringComparison.Ordinal))
            .Sum(grain => grain.ActivationCount);
    }

    /// <summary>Puts every account to sleep, and waits until all are gone from memory.</summary>
    public async Task DeactivateAllAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await CountActiveAccountsAsync() > 0)
        {
            await Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits until the call log has written, or had to drop, so many records.</summary>
    public async Task WaitForCallLogAsync(long records)
    {
        var logs = _silos.Select(silo => silo.GetRequiredService<ICallLog>()).ToList();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (logs.Sum(log => log.Stored + log.Dropped) < records)
            await timer.WaitForNextTickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        Directory.Delete(_dataDirectory, recursive: true);
    }

    private async Task<LoadAccount> LinkAsync(int number, AutodeskAccount emulated)
    {
        var id = LinkedAccountId.New(TimeProvider.System).Value;
        var grain = Factory(number).GetGrain<ILinkedAccountGrain>(id);
        var linked = await grain.LinkAsync(
            new LinkAccountRequest
            {
                OriginOwnerId = $"owner-{number}",
                OriginOwnerName = "Owner",
                ProfileId = ProfileId,
                AccAccountId = emulated.Id,
            }
        );
        return linked is AccountResult.Described { Account.Status: AccountStatus.Active }
            ? new LoadAccount(number, id, emulated, grain)
            : throw new InvalidOperationException($"Not linked: {linked}");
    }

    private IGrainFactory Factory(int number) => _silos[number % _silos.Count].GetRequiredService<IGrainFactory>();
}
