using System.Security.Cryptography;
using Npgsql;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

/// <summary>The registration with a connection string, on silos as the server builds them.</summary>
public sealed class PostgresSiloTests(PostgresFixture fixture)
{
    [Fact]
    public async Task RestartedSilo_ReadsItsSealedStateWithTheKeysOfTheDatabase()
    {
        var id = GrainId.Create("account", "acc_1");
        var connectionString = await fixture.CreateEmptyDatabaseAsync();
        var protection = ("TenantHub:KeyProtection:Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        using var parent = new TemporaryDirectory();
        await using (var silo = await StorageSilo.StartAsync(parent.PathOf("data"), (DatabaseSetting.Key, connectionString), protection))
        {
            var written = new GrainState<SampleState>(new SampleState { ClientSecret = new Secret("planted") });
            await silo.Storage.WriteStateAsync("a", id, written);
            await silo.Grains.GetGrain<IReminderProbe>("r").RegisterAsync();
        }

        await using var again = await StorageSilo.StartAsync(parent.PathOf("data"), (DatabaseSetting.Key, connectionString), protection);
        var read = new GrainState<SampleState>();
        await again.Storage.ReadStateAsync("a", id, read);

        Assert.Equal("planted", read.State!.ClientSecret!.Reveal());
        Assert.Equal(["verify"], await again.Grains.GetGrain<IReminderProbe>("r").NamesAsync());
        Assert.False(Directory.Exists(parent.PathOf("data"))); // Nothing of a cluster's lies in files.
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            1,
            await connection.FirstAsync(
                "SELECT count(*) FROM data_protection_keys",
                row => row.GetInt64(0),
                TestContext.Current.CancellationToken
            )
        );
    }

    /// <summary>The refusal of a smaller pool names this one, so it has to do.</summary>
    [Fact]
    public async Task SmallestPoolThatIsAllowed_StartsAndWorks()
    {
        var connectionString = await fixture.CreateEmptyDatabaseAsync() + ";Maximum Pool Size=2";
        var protection = ("TenantHub:KeyProtection:Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        using var parent = new TemporaryDirectory();
        await using var silo = await StorageSilo.StartAsync(parent.PathOf("data"), (DatabaseSetting.Key, connectionString), protection);

        var states = Enumerable
            .Range(0, 50)
            .Select(i => (Id: GrainId.Create("account", $"acc_{i}"), Value: new Secret($"planted {i}")))
            .ToList();
        await Task.WhenAll(
            states.Select(state =>
                silo.Storage.WriteStateAsync("a", state.Id, new GrainState<SampleState>(new SampleState { ClientSecret = state.Value }))
            )
        );

        await Task.WhenAll(
            states.Select(async state =>
            {
                var read = new GrainState<SampleState>();
                await silo.Storage.ReadStateAsync("a", state.Id, read);
                Assert.Equal(state.Value.Reveal(), read.State!.ClientSecret!.Reveal());
            })
        );
    }
}
