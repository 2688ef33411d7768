using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Calls;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteCallRecordingsTests : CallRecordingsSuite<SqliteFile>;

public sealed class PostgresCallRecordingsTests : CallRecordingsSuite<PostgresTestDatabase>;

/// <summary>Recorded calls: found as they were put in, readable by nobody else, gone after a day; whatever the database.</summary>
public abstract class CallRecordingsSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly EphemeralDataProtectionProvider Protection = new();
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Now);

    [Fact]
    public async Task Call_IsFoundAsItWasPutIn_AndItsBodiesAreSealed()
    {
        var database = Open();
        var recordings = Store(database);
        var call = Call(1);
        await recordings.AddAsync(call);
        await recordings.AddAsync(call with { Outcome = "other" }); // The same once more.

        var found = await recordings.FindAsync("acc_1", call.CallId, Cancel);

        Assert.Equal(call with { Requests = found!.Requests }, found);
        Assert.Equal(call.Requests, found.Requests);
        Assert.Null(await recordings.FindAsync("acc_2", call.CallId, Cancel));
        var stored = await database.ReadAsync(
            (connection, cancel) => connection.FirstAsync("SELECT content FROM recorded_calls", row => row.GetBytes(0), cancel),
            Cancel
        );
        Assert.DoesNotContain("secret plan", Encoding.UTF8.GetString(stored!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_IsOfOneAccount_NewestFirst_WithoutBodies_AndARecordingIsCounted()
    {
        var recordings = Store(Open());
        await recordings.AddAsync(Call(1));
        await recordings.AddAsync(Call(2) with { RecordingId = "rec_2" });
        await recordings.AddAsync(Call(3) with { AccountId = "acc_2" });

        var listed = await recordings.ListAsync("acc_1", 10, Cancel);

        Assert.Equal([Call(2).CallId, Call(1).CallId], listed.Select(call => call.CallId));
        Assert.All(listed, call => Assert.Null(call.Input));
        Assert.Single(await recordings.ListAsync("acc_1", 1, Cancel));
        Assert.Equal(1, await recordings.CountAsync("acc_1", "rec_1", Cancel));
        await recordings.ForgetAccountAsync("acc_1");
        Assert.Empty(await recordings.ListAsync("acc_1", 10, Cancel));
        Assert.Single(await recordings.ListAsync("acc_2", 10, Cancel));
    }

    /// <summary>After a day nobody sees it, also where the sweep has not been yet; the sweep takes it away.</summary>
    [Fact]
    public async Task AfterADay_ItIsGone()
    {
        var database = Open();
        var recordings = Store(database);
        await recordings.AddAsync(Call(1));
        _clock.Advance(ICallRecordings.KeptFor - TimeSpan.FromSeconds(1));
        await SweepAsync(database);
        Assert.NotNull(await recordings.FindAsync("acc_1", Call(1).CallId, Cancel));

        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(await recordings.FindAsync("acc_1", Call(1).CallId, Cancel));
        Assert.Empty(await recordings.ListAsync("acc_1", 10, Cancel));
        Assert.Equal(1, await CountAsync(database));
        await SweepAsync(database);
        Assert.Equal(0, await CountAsync(database));
    }

    private static RecordedCall Call(int number) =>
        new()
        {
            CallId = $"00000000-0000-7000-8000-00000000000{number}",
            AccountId = "acc_1",
            RecordingId = "rec_1",
            OriginOwnerId = "owner",
            ActionId = "autodesk_create_bucket",
            StartedAt = Now,
            Outcome = "succeeded",
            Input = new("""{"body":{"bucketKey":"secret plan"}}""", 38, false),
            Requests =
            [
                new("autodesk_create_bucket", "POST", "/oss/v2/buckets")
                {
                    Status = 409,
                    Sent = new("{}", 2, false),
                    Received = new("""{"reason":"taken"}""", 18, true),
                },
            ],
            Answer = new("[]", 2, false),
            Error = "why",
        };

    private static Task<long> CountAsync(ISqlDatabase database) =>
        database.ReadAsync(
            (connection, cancel) => connection.FirstAsync("SELECT count(*) FROM recorded_calls", row => row.GetInt64(0), cancel),
            Cancel
        );

    private SqlCallRecordings Store(ISqlDatabase database) => new(database, Protection, _clock);

    private async Task SweepAsync(ISqlDatabase database)
    {
        using var sweep = new RetentionSweep(database, Options.Create(new RetentionOptions()), _clock, NullLogger<RetentionSweep>.Instance);
        await sweep.SweepAsync(Cancel);
    }
}
