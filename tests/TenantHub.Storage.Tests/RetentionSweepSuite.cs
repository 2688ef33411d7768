using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using TenantHub.Accounts;
using TenantHub.Events;
using TenantHub.Security;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteRetentionSweepTests : RetentionSweepSuite<SqliteFile>;

public sealed class PostgresRetentionSweepTests : RetentionSweepSuite<PostgresTestDatabase>;

/// <summary>What is deleted when its time is over, and what is not, whatever the database.</summary>
public abstract class RetentionSweepSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private const int Many = 1100; // More than one piece of the sweep.

    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task ManyChanges_LeaveNothingWhenTheirTimeIsOver()
    {
        var database = Open();
        var states = States(database);
        await ManyTimesAsync(async i =>
        {
            await DeliverAsync(database, states, i, EventDeliveryStatus.Delivered);
            await WriteAsync(states, "access-token", Grain("accesstoken", $"client|{i}|data:read"));
            var session = await WriteAsync(states, "connect-session", Grain("connectsession", $"{i}"));
            await states.ClearStateAsync("connect-session", Grain("connectsession", $"{i}"), session);
        });

        await SweepAsync(database);
        Assert.Equal((3 * Many, Many), await CountAsync(database));

        _clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1));
        await SweepAsync(database);
        Assert.Equal((2 * Many, Many), await CountAsync(database)); // The tokens.

        _clock.Advance(TimeSpan.FromDays(5));
        await SweepAsync(database);
        Assert.Equal((Many, Many), await CountAsync(database)); // The cleared sessions.

        _clock.Advance(TimeSpan.FromDays(23));
        await SweepAsync(database);
        Assert.Equal((0, 0), await CountAsync(database)); // The deliveries.
    }

    [Fact]
    public async Task WhatIsStillNeeded_StaysWhateverItsAge()
    {
        var database = Open();
        var states = States(database);
        await WriteAsync(states, "account", Grain("linkedaccount", "acc_1"));
        await WriteAsync(states, "quota", Grain("quota", "client|group"));
        await DeliverAsync(database, states, 1, EventDeliveryStatus.Pending);
        await new SqlReminderTable(database).UpsertRow(
            new ReminderEntry
            {
                GrainId = Delivery(1),
                ReminderName = "deliver",
                StartAt = _clock.GetUtcNow().UtcDateTime,
                Period = TimeSpan.FromMinutes(1),
            }
        );
        await DeliverAsync(database, states, 2, EventDeliveryStatus.Dead);

        _clock.Advance(TimeSpan.FromDays(4000));
        await WriteAsync(states, "access-token", Grain("accesstoken", "renewed"));
        await SweepAsync(database);

        Assert.Equal((4, 1), await CountAsync(database)); // Account, quota, token; and the delivery that a reminder drives, which is also listed.
        Assert.Equal("evt_1", Assert.Single(await Outbox(database).ListAsync("evep_1", null, 10, Cancel)).EventId);
    }

    [Fact]
    public async Task OwnerWhoWasRefused_IsForgotten_AndWhoHoldsIsNot()
    {
        var database = Open();
        var (claims, account) = (
            new SqlAccountClaims(database, _clock),
            new AutodeskAccount("client", "11111111-2222-4333-8444-555555555555")
        );
        await new SqlAccountDirectory(database).UpsertAsync(
            AccountDirectorySuite<TDatabase>.Account(1) with
            {
                OriginOwnerId = "ann",
                ClientId = account.ClientId,
                AccAccountId = account.AccAccountId,
            },
            Cancel
        );
        await claims.ClaimAsync(account, "ann", "Ann", mayShare: false);
        await claims.ClaimAsync(account, "ben", "Ben", mayShare: false);

        _clock.Advance(TimeSpan.FromDays(91));
        await SweepAsync(database);

        Assert.Empty(await claims.ListConflictsAsync(Cancel));
        Assert.False(await claims.ClaimAsync(account, "cat", "Cat", mayShare: false)); // Ann holds it.
    }

    [Fact]
    public async Task UnlinkedAccountsAndRevokedKeys_GoWhenTheirTimeIsOver_AndNothingElseOfTheirKind()
    {
        var database = Open();
        var (states, directory, keys) = (States(database), new SqlAccountDirectory(database), new SqlApiKeyStore(database));
        foreach (var (id, status) in new[] { ("acc_gone", AccountStatus.Unlinked), ("acc_kept", AccountStatus.Suspended) })
        {
            await WriteAsync(states, "account", Grain("linkedaccount", id));
            await directory.UpsertAsync(
                AccountDirectorySuite<TDatabase>.Account(1) with
                {
                    Id = id,
                    Status = status,
                    CreatedAt = _clock.GetUtcNow(),
                },
                Cancel
            );
            await keys.AddAsync(
                new ApiKey
                {
                    Id = id,
                    Name = id,
                    Role = AccessRole.Backend,
                    CreatedAt = _clock.GetUtcNow(),
                    CreatedBy = "test",
                },
                "hash of " + id
            );
        }

        await keys.RevokeAsync("acc_gone", _clock.GetUtcNow());
        Task<IReadOnlyList<AccountDescription>> AccountsAsync() =>
            directory.ListAsync(new AccountFilter { Statuses = [AccountStatus.Unlinked, AccountStatus.Suspended] }, Cancel);

        _clock.Advance(TimeSpan.FromDays(89));
        await SweepAsync(database);
        Assert.Equal(2, (await keys.ListAsync(1, 10, Cancel)).Count);

        _clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(database);
        Assert.Equal("acc_kept", Assert.Single(await keys.ListAsync(1, 10, Cancel)).Id);
        Assert.Equal(2, (await AccountsAsync()).Count);

        _clock.Advance(TimeSpan.FromDays(275));
        await SweepAsync(database);
        Assert.Equal("acc_kept", Assert.Single(await AccountsAsync()).Id);
        Assert.Equal((1, 0), await CountAsync(database));
    }

    /// <summary>An activation that knows the state of before must not bring it back, also when the row is gone.</summary>
    [Fact]
    public async Task StateThatWasSwept_IsNotBroughtBackByAnOlderActivation()
    {
        var database = Open();
        var states = States(database);
        var grain = Grain("connectsession", "1");
        var current = await WriteAsync(states, "connect-session", grain);
        var older = new GrainState<SampleState>();
        await states.ReadStateAsync("connect-session", grain, older);
        await states.ClearStateAsync("connect-session", grain, current);
        _clock.Advance(TimeSpan.FromDays(8));
        await SweepAsync(database);

        await Assert.ThrowsAsync<Orleans.Storage.InconsistentStateException>(() => states.WriteStateAsync("connect-session", grain, older));

        Assert.Equal((0, 0), await CountAsync(database));
    }

    [Fact]
    public async Task SilosThatSweepAtOnce_DoNoHarm()
    {
        var database = Open();
        var states = States(database);
        await ManyTimesAsync(i => DeliverAsync(database, states, i, EventDeliveryStatus.Delivered));
        _clock.Advance(TimeSpan.FromDays(31));

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SweepAsync(database)));

        Assert.Equal((0, 0), await CountAsync(database));
    }

    /// <summary>Some at a time, so that SQLite's writer takes them in batches.</summary>
    private static Task ManyTimesAsync(Func<int, Task> change) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Many),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel },
            async (i, _) => await change(i)
        );

    private static GrainId Grain(string type, string key) => GrainId.Create(type, key);

    private static GrainId Delivery(int number) => Grain("eventdelivery", $"evep_1|evt_{number}");

    private static async Task<GrainState<SampleState>> WriteAsync(SqlGrainStorage states, string name, GrainId grain)
    {
        var state = new GrainState<SampleState>(new SampleState());
        await states.WriteStateAsync(name, grain, state);
        return state;
    }

    private static Task<(long States, long Deliveries)> CountAsync(ISqlDatabase database) =>
        database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync(
                    "SELECT (SELECT count(*) FROM grain_state), (SELECT count(*) FROM event_deliveries)",
                    row => (row.GetInt64(0), row.GetInt64(1)),
                    cancellation
                ),
            Cancel
        );

    private SqlGrainStorage States(ISqlDatabase database) =>
        new(
            database,
            new GrainStateSerializer(new EphemeralDataProtectionProvider()),
            new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<IActivatorProvider>(),
            _clock
        );

    private SqlEventDeliveryStore Outbox(ISqlDatabase database) => new(database, _keys, Options.Create(new RetentionOptions()), _clock);

    private async Task DeliverAsync(ISqlDatabase database, SqlGrainStorage states, int number, EventDeliveryStatus status)
    {
        await WriteAsync(states, "event-delivery", Delivery(number));
        var happened = new LifecycleEvent($"evt_{number}", "account.updated", _clock.GetUtcNow(), JsonBytes.Parse("{}"));
        var outbox = Outbox(database);
        await outbox.AddAsync([new DueDelivery("evep_1", happened)]);
        if (status is not EventDeliveryStatus.Pending)
            await outbox.ConcludeAsync([new("evep_1", happened.Id, happened.Type, happened.At, status, 1, null, null)]);
    }

    private async Task SweepAsync(ISqlDatabase database)
    {
        using var sweep = new RetentionSweep(database, Options.Create(new RetentionOptions()), _clock, NullLogger<RetentionSweep>.Instance);
        await sweep.SweepAsync(Cancel);
    }
}
