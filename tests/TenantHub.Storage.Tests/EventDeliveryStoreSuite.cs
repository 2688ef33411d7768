using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Events;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteEventDeliveryStoreTests : EventDeliveryStoreSuite<Sqlite.SqliteFile>;

public sealed class PostgresEventDeliveryStoreTests : EventDeliveryStoreSuite<Postgres.PostgresTestDatabase>;

/// <summary>What the outbox of events must do, whatever the database.</summary>
public abstract class EventDeliveryStoreSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly FakeTimeProvider _clock = new(Now);

    [Fact]
    public async Task Delivery_IsDueUntilItIsMade_AndAddedAgainItIsNotMadeAgain()
    {
        var outbox = NewStore();
        await outbox.AddAsync([Due("a"), Due("b"), Due("a") with { EndpointId = "other" }]);
        await outbox.AddAsync([Due("a")]);
        outbox = NewStore(); // As after a restart.
        Assert.Equal(["a", "b"], (await outbox.ListDueAsync("evep_1", [], 10)).Select(due => due.Event.Id));
        Assert.Equal(["b"], (await outbox.ListDueAsync("evep_1", ["a"], 1)).Select(due => due.Event.Id));
        Assert.Equal(["evep_1", "other"], (await outbox.ListBehindAsync(Cancel)).Order());

        await outbox.ConcludeAsync([
            Tried("a", EventDeliveryStatus.Delivered, null),
            Tried("b", EventDeliveryStatus.Pending, Now.AddMinutes(1)),
        ]);
        await outbox.AddAsync([Due("a"), Due("b")]); // Handed over once more, after it was made.
        Assert.Empty(await outbox.ListDueAsync("evep_1", [], 10));
        Assert.False(await outbox.ReplayAsync("evep_1", "a"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        var again = Assert.Single(await outbox.ListDueAsync("evep_1", [], 10));
        Assert.Equal(("b", 1, """{"n":  1.0}"""), (again.Event.Id, again.Attempts, again.Event.Body.ToString()));

        await outbox.ConcludeAsync([Tried("b", EventDeliveryStatus.Dead, null)]);
        await outbox.ConcludeAsync([Tried("b", EventDeliveryStatus.Pending, Now)]); // Another activation's, which came late.
        Assert.Empty(await outbox.ListDueAsync("evep_1", [], 10));
        Assert.Equal(["b"], (await outbox.ListAsync("evep_1", EventDeliveryStatus.Dead, 10, Cancel)).Select(each => each.EventId));
        Assert.True(await outbox.ReplayAsync("evep_1", "b"));
        Assert.Equal(0, Assert.Single(await outbox.ListDueAsync("evep_1", [], 10)).Attempts);
    }

    [Fact]
    public async Task DeliveryOfAGrainFromBeforeTheOutbox_IsTakenOver()
    {
        var database = Open();
        foreach (var (id, status) in new[] { ("a", "pending"), ("b", "delivered") })
        {
            await database.WriteAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        "INSERT INTO event_deliveries(endpoint_id, event_id, happened_at, status, description) VALUES('evep_1', @id, @at, @status, @json)",
                        cancellation,
                        ("@id", id),
                        ("@at", Now.Text()),
                        ("@status", status),
                        ("@json", Encoding.UTF8.GetBytes("{}"))
                    ),
                Cancel
            );
        }

        var outbox = NewStore(database);
        Assert.Empty(await outbox.ListBehindAsync(Cancel)); // Its own reminder drives it.
        await outbox.AddAsync([Due("a") with { Attempts = 3 }, Due("b")]);

        var due = Assert.Single(await outbox.ListDueAsync("evep_1", [], 10));
        Assert.Equal(("a", 3), (due.Event.Id, due.Attempts));
    }

    [Fact]
    public async Task WhatWaits_IsSealed_AndGoesWhenItIsDelivered_OrWithItsAccount()
    {
        var database = Open();
        var outbox = NewStore(database);
        var secret = JsonBytes.Parse("""{"name":"very-private"}""");
        await outbox.AddAsync([Private("a"), Private("b"), Private("c") with { FeedOf = "mine" }]);
        await outbox.ConcludeAsync([Tried("a", EventDeliveryStatus.Delivered, null)]);
        var stored = await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    "SELECT event_id, content FROM event_deliveries ORDER BY event_id",
                    row => (row.GetString(0), row.GetBytes(1) is { } content ? Encoding.Latin1.GetString(content) : null),
                    cancellation
                ),
            Cancel
        );
        Assert.Equal(("a", null), stored[0]);
        Assert.DoesNotContain("very-private", stored[1].Item2!, StringComparison.Ordinal);

        await new SqlAutodeskEventStore(database, outbox, _keys, _clock).ForgetAccountAsync("mine");
        Assert.Equal(["b"], (await outbox.ListDueAsync("evep_1", [], 10)).Select(due => due.Event.Id));

        DueDelivery Private(string id) => Due(id) with { Event = Due(id).Event with { Body = secret } };
    }

    [Theory]
    [InlineData(PayloadRetention.UntilDelivered, "null")]
    [InlineData(PayloadRetention.UntilRetention, """{"n":  1.0}""")]
    public async Task PayloadInTheFeed_GoesWhenEveryEndpointHasTheEvent_WhereThatIsWanted(PayloadRetention keep, string left)
    {
        var database = Open();
        var outbox = NewStore(database, keep);
        var feed = new SqlAutodeskEventStore(database, outbox, _keys, _clock);
        await feed.AppendAsync("mine", [AutodeskEventStoreSuite<TDatabase>.Event("a"), AutodeskEventStoreSuite<TDatabase>.Event("b")], []);
        var due = Due("a") with { FeedOf = "mine", Sequence = 1 };
        await feed.HandOverAsync("mine", 1, [due, due with { EndpointId = "evep_2" }]);
        await outbox.ConcludeAsync([Tried("a", EventDeliveryStatus.Delivered, null)]);
        Assert.Equal("""{"n":  1.0}""", (await feed.ListAsync("mine", 0, 10, Cancel))[0].Payload.ToString());

        await outbox.ConcludeAsync([Tried("a", EventDeliveryStatus.Delivered, null) with { EndpointId = "evep_2" }]);

        Assert.Equal([left, """{"n":  1.0}"""], (await feed.ListAsync("mine", 0, 10, Cancel)).Select(told => told.Payload.ToString()));
    }

    [Fact]
    public async Task WhatWasDelivered_IsDueOnceMore_WhenItIsAddedAgain()
    {
        var outbox = NewStore();
        await outbox.AddAsync([Due("a")]);
        await outbox.ConcludeAsync([Tried("a", EventDeliveryStatus.Delivered, null)]);
        await outbox.AddAgainAsync([Due("a"), Due("b")]);

        Assert.Equal(["a", "b"], (await outbox.ListDueAsync("evep_1", [], 10)).Select(due => due.Event.Id));
    }

    private SqlEventDeliveryStore NewStore() => NewStore(Open());

    private SqlEventDeliveryStore NewStore(ISqlDatabase database, PayloadRetention keep = PayloadRetention.UntilRetention) =>
        new(database, _keys, Options.Create(new RetentionOptions { AutodeskPayloads = keep }), _clock);

    private static DueDelivery Due(string id) =>
        new("evep_1", new LifecycleEvent(id, "autodesk.event", Now, JsonBytes.Parse("""{"n":  1.0}""")));

    private static EventDelivery Tried(string id, EventDeliveryStatus status, DateTimeOffset? next) =>
        new("evep_1", id, "autodesk.event", Now, status, 1, next, status is EventDeliveryStatus.Delivered ? null : "No.");
}
