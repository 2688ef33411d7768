using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Profiles;

/// <summary>A profile that is listed, and of which nothing is stored any more, is told as damaged, and not as one that never was.</summary>
public sealed class DamagedProfileTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    [Theory]
    [InlineData(null)]
    [InlineData("""{"v":1,"type":"tenanthub.profile-state","state":{}}""")]
    [InlineData("""{"v":1,"type":"tenanthub.profile-state","state":null}""")]
    public async Task LostState_IsToldAsDamage_AndTheProfileWorksOnceRestored(string? damage)
    {
        var (profile, id) = await CreateAsync();
        var good = await PayloadOfAsync(profile);
        await SetPayloadAsync(profile, damage is null ? null : Encoding.UTF8.GetBytes(damage));

        var described = await AskAsync(profile.DescribeAsync);
        var changed = await AskAsync(() => profile.UpdateAsync(new UpdateProfileRequest { Name = "new" }, Cancel));

        Assert.All([described, changed], error => Assert.Equal(ErrorCode.StorageUnavailable, error?.Code));
        Assert.All([described, changed], error => Assert.Contains("grain_state", error!.Detail, StringComparison.Ordinal));

        await SetPayloadAsync(profile, good);
        Hub.Clock.Advance(TimeSpan.FromSeconds(5)); // For as long somebody may ask for it.
        Assert.Equal(id, Assert.IsType<ProfileResult.Described>(await profile.DescribeAsync()).Profile.Id);
    }

    [Fact]
    public async Task LostProfile_CanBeCreatedAgain_AndTheListShowsTheNewOne()
    {
        var (profile, id) = await CreateAsync();
        await SetPayloadAsync(profile, null);

        var again = await profile.CreateAsync(new CreateProfileRequest { Name = "again" }, Cancel);

        Assert.Equal("again", Assert.IsType<ProfileResult.Described>(again).Profile.Name);
        var listed = await Hub.Silo.GetRequiredService<IProfileDirectory>().FindAsync(id, Cancel);
        Assert.Equal("again", listed!.Name);
    }

    [Fact]
    public async Task ProfileThatNeverWas_IsNotThere()
    {
        var never = await AskAsync(Hub.Grains.GetGrain<IConnectorProfileGrain>("never").DescribeAsync);

        Assert.Equal(ErrorCode.ProfileNotFound, never?.Code);
    }

    /// <summary>What the grain refuses with; a state that cannot even be read keeps it from starting, and is thrown.</summary>
    private static async Task<Errors.ServiceError?> AskAsync(Func<Task<ProfileResult>> ask)
    {
        try
        {
            return Assert.IsType<ProfileResult.Failed>(await ask()).Error;
        }
        catch (OrleansException unread) when (unread.InnerException is Storage.StorageException { IsDamage: true } damaged)
        {
            return new(ErrorCode.StorageUnavailable, Errors.ErrorSource.Storage, damaged.Message);
        }
    }

    private async Task<(IConnectorProfileGrain Profile, string Id)> CreateAsync()
    {
        var id = "p" + Guid.NewGuid().ToString("N")[..12];
        var profile = Hub.Grains.GetGrain<IConnectorProfileGrain>(id);
        Assert.IsType<ProfileResult.Described>(await profile.CreateAsync(new CreateProfileRequest { Name = "first" }, Cancel));
        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);
        return (profile, id);
    }

    private async Task<byte[]> PayloadOfAsync(IConnectorProfileGrain profile)
    {
        await using var connection = await OpenAsync();
        await using var read = connection.CreateCommand();
        read.CommandText = "SELECT payload FROM grain_state WHERE state_name = 'profile' AND grain_id = @grain";
        read.Parameters.AddWithValue("@grain", $"{profile.GetGrainId()}");
        return Assert.IsType<byte[]>(await read.ExecuteScalarAsync(Cancel));
    }

    private async Task SetPayloadAsync(IConnectorProfileGrain profile, byte[]? payload)
    {
        await using var connection = await OpenAsync();
        await using var write = connection.CreateCommand();
        write.CommandText = "UPDATE grain_state SET payload = @payload WHERE state_name = 'profile' AND grain_id = @grain";
        write.Parameters.AddWithValue("@grain", $"{profile.GetGrainId()}");
        write.Parameters.AddWithValue("@payload", payload ?? (object)DBNull.Value);
        Assert.Equal(1, await write.ExecuteNonQueryAsync(Cancel));
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={Hub.DatabaseFile};Pooling=False");
        await connection.OpenAsync(Cancel);
        return connection;
    }
}
