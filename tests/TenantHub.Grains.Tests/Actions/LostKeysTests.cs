using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TenantHub.Storage;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Actions;

/// <summary>A standby has taken over that lacks the last seconds: keys that were answered are unknown to it.</summary>
public sealed class LostKeysTests(PostgresClusterFixture fixture) : IClassFixture<PostgresClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    [Fact]
    public async Task KeyThatTheStandbyDoesNotKnow_IsLookedForBeforeItIsSent()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var (answered, other) = (Create("answered"), Create("other"));
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(answered, Cancel));

        await fixture.Database.FailOverAsync();
        await ExecuteAsync("DELETE FROM idempotency");
        var pulse = Hub.Silo.GetRequiredService<DatabasePulse>();
        await Until.TrueAsync(async () => (await pulse.AskAsync()).State is DatabaseState.Answers, "the new primary answers");
        var again = account.RunActionAsync(answered, Cancel);
        await Hub.PassTimeUntilAsync(again, account);
        var first = account.RunActionAsync(other, Cancel);
        await Hub.PassTimeUntilAsync(first, account);

        Assert.Equal(AnswerOrigin.ReadBack, Assert.IsType<ActionResult.Succeeded>(await again).Origin);
        Assert.Equal(AnswerOrigin.Autodesk, Assert.IsType<ActionResult.Succeeded>(await first).Origin);
        Assert.Equal(2, (await Hub.Emulator.JournalAsync(clientId)).Count(record => record is { Method: "POST", Path: "/oss/v2/buckets" }));
    }

    private static ActionRequest Create(string name) =>
        new("autodesk_create_bucket")
        {
            Body = JsonBytes.From(new { bucketKey = name + Guid.NewGuid().ToString("N")[..12], policyKey = "transient" }),
            IdempotencyKey = name,
        };

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(fixture.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
#pragma warning disable CA2100 // A constant above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
