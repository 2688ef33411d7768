using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using TenantHub.Accounts;
using Xunit;

namespace TenantHub.Storage;

/// <summary>The registration, on a silo as the server builds it.</summary>
public sealed class StorageSiloTests : IDisposable
{
    private readonly TemporaryDirectory _parent = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RestartedSilo_ReadsItsSealedStateAndItsReminders()
    {
        var id = GrainId.Create("account", "acc_1");
        var directory = _parent.PathOf("data");
        await using (var silo = await StorageSilo.StartAsync(directory))
        {
            var written = new GrainState<SampleState>(new SampleState { ClientSecret = new Secret("planted") });
            await silo.Storage.WriteStateAsync("a", id, written);
            await silo.Grains.GetGrain<IReminderProbe>("r").RegisterAsync();
        }

        await using var again = await StorageSilo.StartAsync(directory);
        var read = new GrainState<SampleState>();
        await again.Storage.ReadStateAsync("a", id, read);

        Assert.Equal("planted", read.State!.ClientSecret!.Reveal());
        Assert.Equal(["verify"], await again.Grains.GetGrain<IReminderProbe>("r").NamesAsync());
    }

    [Fact]
    public async Task StartedSilo_HasItsTablesAndOneStorage()
    {
        await using var silo = await StorageSilo.StartAsync(_parent.PathOf("data"));

        Assert.True(File.Exists(Path.Combine(_parent.PathOf("data"), "tenanthub.db")));
        Assert.Single(silo.Services.GetKeyedServices<IGrainStorage>("Default"));
        Assert.Empty(await silo.Services.GetRequiredService<IAccountDirectory>().ListAsync(new AccountFilter(), Cancel));
        Assert.NotNull(silo.Services.GetRequiredService<IDataProtectionProvider>());
    }

    [Fact]
    public async Task SecondServerOnTheSameData_DoesNotStart()
    {
        await using var first = await StorageSilo.StartAsync(_parent.PathOf("data"));

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => StorageSilo.StartAsync(_parent.PathOf("data")));

        Assert.Contains("in use by another TenantHub process", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TenantHub:DataDirectory", "")]
    [InlineData("TenantHub:DatabaseBusyTimeout", "00:00:00")]
    [InlineData("TenantHub:KeyProtection:Key", "c2hvcnQ=")]
    public async Task WrongSetting_StopsTheStartAndIsNamed(string key, string value)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StorageSilo.StartAsync(_parent.PathOf("data"), (key, value))
        );

        Assert.Contains(key["TenantHub:".Length..], fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _parent.Dispose();
}
