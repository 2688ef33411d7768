using System.Diagnostics;
using System.Net;
using Npgsql;
using TenantHub.Server.Security;
using TenantHub.Server.Transfers;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Calls;

/// <summary>A database that answers each statement, after seconds: callers are told by their own deadline all the same.</summary>
public sealed class SlowDatabaseTests(ServerFixture fixture)
{
    private static readonly TimeSpan EachStatement = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task CallThatIsNotReadyByItsDeadline_IsRefusedThen_AndNothingIsSent()
    {
        await using var database = await PostgresServer.StartAsync();
        var direct = new NpgsqlConnectionStringBuilder(await database.CreateDatabaseAsync());
        await using var line = new SilentLine(direct.Port);
        direct.Port = line.Port;
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Database__ConnectionString"] = direct.ToString() }
        );
        using var backend = await hub.HoldKeyAsync("backend");
        var calls = new List<(Linked Account, int Wait)>();
        foreach (var wait in (int[])[3, 5, 8])
        {
            var account = await UploadScene.LinkAsync(fixture.Emulator, hub.Http);
            Assert.Equal(HttpStatusCode.OK, (await backend.RpcAsync(account.Id, Bucket(account, "first"))).Status); // Token and profile are known from now on.
            calls.Add((account, wait));
        }

        line.Delay = EachStatement;
        var answers = await Task.WhenAll(
            calls.Select(call =>
                TimeAsync(() =>
                    backend.RpcAsync(
                        call.Account.Id,
                        Bucket(call.Account, "slow"),
                        ("Prefer", $"wait={call.Wait}"),
                        ("Idempotency-Key", "slow-1")
                    )
                )
            )
        );
        line.Delay = TimeSpan.Zero;

        Assert.All(
            answers.Zip(calls),
            one =>
            {
                var ((answer, took), (_, wait)) = one;
                Assert.Contains(answer.Code, (string[])["deadline_exceeded", "storage_unavailable"]);
                Assert.Contains("Nothing was sent", answer.Text("detail"), StringComparison.Ordinal);
                Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(wait + 3)); // One and a half of ours; the rest is for a busy machine.
            }
        );

        // It is sent once it is asked for again, and by nobody else.
        foreach (var (account, _) in calls)
        {
            await Until.TrueAsync(
                async () =>
                    (await backend.RpcAsync(account.Id, Bucket(account, "slow"), ("Idempotency-Key", "slow-1"))).Status
                    == HttpStatusCode.OK,
                "the key is free again"
            );
            var made = (await fixture.Emulator.JournalAsync(account.ClientId)).Where(record =>
                record is { Method: "POST", Path: "/oss/v2/buckets" }
            );
            Assert.Equal(2, made.Count());
        }
    }

    private static object Bucket(Linked account, string name) =>
        new
        {
            action = "autodesk_create_bucket",
            body = new { bucketKey = $"{name}-{account.Id[4..].ToLowerInvariant()}", policyKey = "transient" },
        };

    private static async Task<(ApiAnswer Answer, TimeSpan Took)> TimeAsync(Func<Task<ApiAnswer>> call)
    {
        var since = Stopwatch.GetTimestamp();
        return (await call(), Stopwatch.GetElapsedTime(since));
    }
}
