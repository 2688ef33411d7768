using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using TenantHub.Accounts;
using TenantHub.Autodesk;
using TenantHub.Events;
using TenantHub.Storage;

namespace TenantHub.Testing;

/// <summary>One silo with the real grains and the real storage, in this process, whose time stands still until a test moves it.</summary>
public sealed class SiloCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly string _dataDirectory;

    private SiloCluster(InProcessTestCluster cluster, EmulatorHost emulator, FakeTimeProvider clock, string dataDirectory) =>
        (_cluster, Emulator, Clock, _dataDirectory) = (cluster, emulator, clock, dataDirectory);

    public EmulatorHost Emulator { get; }

    /// <summary>Gets the clock of hub and emulator alike.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>Gets the database's file, where the storage is one.</summary>
    public string DatabaseFile => Path.Combine(_dataDirectory, "tenanthub.db");

    public IServiceProvider Silo => _cluster.GetSiloServiceProvider();

    /// <summary>
    /// Starts emulator and hub; the emulator counts requests and answers 429 when quotas are on. With a connection string the hub's storage
    /// is PostgreSQL, else a file.
    /// </summary>
    public static async Task<SiloCluster> StartAsync(bool quotas = false, string? connectionString = null)
    {
        var clock = new StandingClock(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        var emulator = await EmulatorHost.StartAsync(quotas, clock);
        var data = Directory.CreateTempSubdirectory("tenanthub-cluster-").FullName;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureHost(host =>
        {
            host.Configuration[DatabaseSetting.Key] = connectionString;
            if (connectionString is not null)
                host.Configuration["TenantHub:KeyProtection:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        });
        builder.ConfigureSilo(
            (_, silo) =>
            {
                silo.Services.AddSingleton<TimeProvider>(clock);
                silo.Services.Configure<StorageOptions>(options => options.DataDirectory = data);
                silo.Services.Configure<ApsOptions>(options =>
                {
                    options.BaseUrl = emulator.Address;
                    options.AllowedStorageHosts.Add(emulator.Address.Authority);
                });
                silo.Services.Configure<EventOptions>(options => options.AllowLoopback = true);
                silo.AddTenantHubStorage().AddTenantHubGrains();
            }
        );
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new SiloCluster(cluster, emulator, clock, data);
    }

    public IGrainFactory Grains => _cluster.Client;

    public ILinkedAccountGrain Account(string id) => _cluster.Client.GetGrain<ILinkedAccountGrain>(id);

    /// <summary>
    /// Lets time pass until something is done: a little at a time, with a request to the emulator between, so that whoever was about to
    /// begin waiting for a later moment has begun before that moment comes.
    /// </summary>
    /// <param name="done">What is waited for.</param>
    /// <param name="account">The account that does it: what it says of itself is in the fault when an hour of this time was not
    /// enough.</param>
    public async Task PassTimeUntilAsync(Task done, ILinkedAccountGrain account)
    {
        var from = Clock.GetUtcNow();
        while (!done.IsCompleted)
        {
            if (Clock.GetUtcNow() - from > TimeSpan.FromHours(1))
                throw new TimeoutException(
                    $"An hour has passed, and it is not done. The account: {JsonSerializer.Serialize(await account.GetLiveStateAsync().WaitAsync(TimeSpan.FromSeconds(20)))}"
                );
            Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Emulator.PauseAsync();
        }
    }

    public async Task<(ILinkedAccountGrain Account, string Id, string ClientId)> LinkAsync(bool provisioned = true)
    {
        var (clientId, secret) = await Emulator.AddAppAsync();
        var emulated = await Emulator.AddAccountAsync(provisioned ? [clientId] : []);
        var id = LinkedAccountId.New(Clock).Value;
        var result = await Account(id)
            .LinkAsync(
                new LinkAccountRequest
                {
                    OriginOwnerId = "owner",
                    OriginOwnerName = "Owner",
                    ClientId = clientId,
                    ClientSecret = new Secret(secret),
                    AccAccountId = (string)emulated["acc_account_id"]!,
                }
            );
        return result is AccountResult.Described ? (Account(id), id, clientId) : throw new InvalidOperationException($"{result}");
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await Emulator.DisposeAsync();
        Directory.Delete(_dataDirectory, recursive: true);
    }
}
