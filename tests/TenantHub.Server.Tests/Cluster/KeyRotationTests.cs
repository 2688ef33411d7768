using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cluster;

/// <summary>
/// The key-encryption key of a cluster is changed as docs/key-management.md says, by three rolling restarts under load. No call may fail
/// for it: what a caller is told while a hub restarts is what any restart tells, and each write is done in the end, once.
/// </summary>
[Collection(OwnFleetCollection.Name)]
public sealed partial class KeyRotationTests : IAsyncLifetime
{
    private const string Current = "TenantHub__KeyProtection__Key";
    private const string Other = "TenantHub__KeyProtection__PreviousKeys__0";

    private ServerFleet Fleet { get; set; } = null!;

    public async ValueTask InitializeAsync() => Fleet = await FleetFixture.StartAsync(2);

    public ValueTask DisposeAsync() => Fleet.DisposeAsync();

    [Fact]
    public async Task KeyEncryptionKey_IsChangedByRollingRestarts_WithoutAFailedCall()
    {
        var (old, next) = (Convert.ToBase64String(new byte[32]), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))); // The old one is ServerProcess's.
        var load = await FleetLoad.StartAsync(Fleet, callers: 6); // Enough to be in the way of every restart; more only slow the starts.
        var before = await ProtectedByAsync();

        await RollAsync(load, (Current, old), (Other, next));
        var added = await ProtectedByAsync();
        await RollAsync(load, (Current, next), (Other, old));
        var swapped = await ProtectedByAsync();
        await RollAsync(load, (Current, next), (Other, null));
        var longest = load.LongestWrite();
        var told = await load.StopAndCheckAsync();

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"both hubs restarted in turn, three times: longest write {longest.TotalSeconds:0.0} s; {told}"
        );
        Assert.All(Fleet.Hubs, hub => Assert.DoesNotContain("Error while dehydrating", hub.Output, StringComparison.Ordinal)); // What waits moves along.
        Assert.DoesNotContain("hub_unavailable", told, StringComparison.Ordinal); // Who asks the hub that stays notices no restart.
        Assert.Equal(before, added);
        Assert.NotEqual(Assert.Single(before), Assert.Single(swapped)); // The old key opens nothing any more ...
        Assert.Equal(swapped, await ProtectedByAsync());
        var (clientId, secret) = await Fleet.Emulator.AddAppAsync(); // ... and hubs that do not have it seal and open.
        var account = await Fleet.Emulator.AddAccountAsync([clientId]);
        Assert.Equal("active", (await Fleet.Hubs[0].Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!)).Text("status"));
    }

    private async Task RollAsync(FleetLoad load, params (string Name, string? Value)[] settings)
    {
        foreach (var hub in Fleet.Hubs)
        {
            foreach (var (name, value) in settings)
                hub.Set(name, value);
            Assert.Equal(0, await hub.TerminateAsync());
            await hub.StartAgainAsync();
            await load.ProgressAsync(writes: 1);
        }
    }

    /// <summary>The names of the key-encryption keys under which entries of the ring stand.</summary>
    private async Task<IReadOnlyList<string>> ProtectedByAsync()
    {
        await using var connection = new NpgsqlConnection(Fleet.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT string_agg(xml, '') FROM data_protection_keys", connection);
        var ring = (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        return [.. SealedBy().Matches(ring).Select(match => match.Groups[1].Value).Distinct()];
    }

    [GeneratedRegex("<sealed key=\"([^\"]+)\"")]
    private static partial Regex SealedBy();
}
