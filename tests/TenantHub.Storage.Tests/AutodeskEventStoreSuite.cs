using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Events;
using TenantHub.Storage.Encryption;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteAutodeskEventStoreTests : AutodeskEventStoreSuite<Sqlite.SqliteFile>;

public sealed class PostgresAutodeskEventStoreTests : AutodeskEventStoreSuite<Postgres.PostgresTestDatabase>;

/// <summary>What the store of Autodesk's callbacks and events must do, whatever the database.</summary>
public abstract class AutodeskEventStoreSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly FakeTimeProvider _clock = new(Now);

    [Fact]
    public async Task Callback_IsThereAsItCame_UntilItIsJudged()
    {
        var store = NewStore();
        await store.ReceiveAsync(Callback("acb_2", "mine", 1), Cancel);
        await store.ReceiveAsync(Callback("acb_1", "mine", 0), Cancel);
        await store.ReceiveAsync(Callback("acb_3", "theirs", 0), Cancel);
        _clock.Advance(TimeSpan.FromSeconds(10));

        store = NewStore(); // As after a restart.
        var due = await store.ListDueAsync("mine", 10);
        Assert.Equal(["acb_1", "acb_2"], due.Select(callback => callback.Id));
        Assert.Equal(("hook", "sha1hash=ab"), (due[0].Hook, due[0].Headers["x-adsk-signature"]));
        Assert.Equal([0, 255, 10], due[0].Body);
        Assert.Equal(["mine", "theirs"], (await store.ListBehindAsync(_clock.GetUtcNow(), 10, Cancel)).Order());

        await store.PutOffAsync(["acb_1"], _clock.GetUtcNow().AddMinutes(1));
        Assert.Equal(["acb_2"], (await store.ListDueAsync("mine", 10)).Select(callback => callback.Id));
        Assert.Single(await store.AppendAsync("mine", [Event("a")], ["acb_2"]));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["acb_1"], (await store.ListDueAsync("mine", 10)).Select(callback => callback.Id));
    }

    [Fact]
    public async Task Feed_HasNoGaps_AndTheSameToldTwiceIsOne()
    {
        var store = NewStore();
        Assert.Equal(new AutodeskFeed(1, 0, 0, 0), await store.DescribeAsync("mine", Cancel));
        Assert.Equal(2, (await store.AppendAsync("mine", [Event("a"), Event("b"), Event("a")], [])).Count);
        Assert.Single(await store.AppendAsync("mine", [Event("b"), Event("c")], []));
        Assert.Single(await store.AppendAsync("theirs", [Event("a")], []));

        store = NewStore();
        var feed = await store.ListAsync("mine", 0, 10, Cancel);
        Assert.Equal([(1, "a"), (2, "b"), (3, "c")], feed.Select(told => (told.Sequence, told.Fingerprint)));
        Assert.Equal([3], (await store.ListAsync("mine", 2, 10, Cancel)).Select(told => told.Sequence));
        Assert.Equal("""{"n":  1.0}""", feed[0].Payload.ToString());
        Assert.Equal(["mine", "theirs"], (await store.ListBehindAsync(Now, 10, Cancel)).Order());
        await store.HandOverAsync("mine", 3, []);
        await store.HandOverAsync("mine", 1, []); // Later than the one above, by another activation.
        Assert.Equal(["theirs"], await store.ListBehindAsync(Now, 10, Cancel));
        Assert.Equal(new AutodeskFeed(1, 3, 3, 0), await store.DescribeAsync("mine", Cancel));
    }

    [Fact]
    public async Task RecoveredEvent_AndTheOneThatAutodeskTellsAfterAll_AreOne_WhicheverComesFirst()
    {
        var store = NewStore();
        Assert.Single(await store.AppendAsync("mine", [Event("told", "change-1")], []));
        Assert.Single(await store.AppendAsync("mine", [Recovered("change-1"), Recovered("change-2")], []));
        Assert.Empty(await store.AppendAsync("mine", [Recovered("change-2")], []));
        Assert.Empty(await store.AppendAsync("mine", [Event("late", "change-2")], []));
        // Tried again by Autodesk.
        Assert.Empty(await store.AppendAsync("mine", [Event("late", "change-2"), Recovered("change-2")], []));
        Assert.Single(await store.AppendAsync("mine", [Event("another", "change-2")], [])); // The same kind of change, once more.

        Assert.Equal([false, true, false], (await store.ListAsync("mine", 0, 10, Cancel)).Select(told => told.IsRecovered));
    }

    [Fact]
    public async Task WritersAtOnce_GiveEachEventASequenceOfItsOwn()
    {
        var store = NewStore();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.AppendAsync("mine", [Event($"a{i}"), Event($"b{i}")], [])));

        Assert.Equal(
            Enumerable.Range(1, 40).Select(i => (long)i),
            (await store.ListAsync("mine", 0, 100, Cancel)).Select(told => told.Sequence)
        );
    }

    [Fact]
    public async Task WhatIsStored_IsSealed_AndGoesWithTheAccount()
    {
        var store = NewStore();
        await store.ReceiveAsync(Callback("acb_1", "mine", 0) with { Body = Encoding.UTF8.GetBytes("very-private") }, Cancel);
        await store.AppendAsync("mine", [Event("a") with { ResourceUrn = "very-private" }], []);
        var database = Open();
        var stored = await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(
                    "SELECT content FROM autodesk_callbacks UNION ALL SELECT content FROM autodesk_events",
                    row => Encoding.Latin1.GetString(row.GetBytes(0)!),
                    cancellation
                ),
            Cancel
        );
        Assert.Equal(2, stored.Count);
        Assert.All(stored, content => Assert.DoesNotContain("very-private", content, StringComparison.Ordinal));

        store = NewStore();
        await store.ForgetAccountAsync("mine");
        Assert.Equal(new AutodeskFeed(1, 0, 0, 0), await store.DescribeAsync("mine", Cancel));
        Assert.Empty(await store.ListAsync("mine", 0, 10, Cancel));
    }

    [Fact]
    public async Task WhatIsOld_Goes_AndTheSequenceGoesOn()
    {
        var store = NewStore();
        await store.AppendAsync("mine", [Event("a"), Event("b")], []);
        await store.ReceiveAsync(Callback("acb_1", "mine", 0), Cancel);
        _clock.Advance(TimeSpan.FromDays(31));
        var database = Open();
        using var sweep = new RetentionSweep(database, Options.Create(new RetentionOptions()), _clock, NullLogger<RetentionSweep>.Instance);
        await sweep.SweepAsync(Cancel);

        store = NewStore(database);
        Assert.Equal(new AutodeskFeed(3, 2, 0, 0), await store.DescribeAsync("mine", Cancel));
        await store.AppendAsync("mine", [Event("c")], []);
        Assert.Equal([3], (await store.ListAsync("mine", 0, 10, Cancel)).Select(told => told.Sequence));
    }

    [Fact]
    public void Token_NamesItsHook_AndNoOtherIsRead()
    {
        var tokens = new HookTokens(_keys);
        var token = tokens.Make("acc_01K0000000000000000000000A", "hook_1");

        Assert.True(tokens.TryRead(token, out var account, out var hook));
        Assert.Equal(("acc_01K0000000000000000000000A", "hook_1"), (account, hook));
        Assert.False(tokens.TryRead(token[..^2] + (token[^2] == 'A' ? "BB" : "AA"), out _, out _));
        Assert.False(
            tokens.TryRead(
                new HookTokens(new EphemeralDataProtectionProvider()).Make("acc_01K0000000000000000000000A", "hook_1"),
                out _,
                out _
            )
        );
        Assert.False(tokens.TryRead("", out _, out _));
        Assert.False(tokens.TryRead(new string('A', 100_000), out _, out _));
        Assert.False(tokens.TryRead("%00/../x", out _, out _));
    }

    private SqlAutodeskEventStore NewStore() => NewStore(Open());

    private SqlAutodeskEventStore NewStore(ISqlDatabase database) =>
        new(database, new(database, _keys, Options.Create(new RetentionOptions()), _clock), _keys, _clock);

    private static AutodeskCallback Callback(string id, string account, int seconds) =>
        new()
        {
            Id = id,
            AccountId = account,
            Hook = "hook",
            ReceivedAt = Now.AddSeconds(seconds),
            Headers = new Dictionary<string, string> { ["x-adsk-signature"] = "sha1hash=ab" },
            Body = [0, 255, 10],
        };

    internal static AutodeskEvent Event(string fingerprint, string? change = null) =>
        new()
        {
            Id = "evt_" + fingerprint,
            OriginOwnerId = "owner",
            SubscriptionId = "sub_1",
            System = "data",
            Event = "dm.version.added",
            ResourceUrn = "urn:x",
            ProjectId = "p",
            ReceivedAt = Now,
            Payload = JsonBytes.Parse("""{"n":  1.0}"""),
            Fingerprint = fingerprint,
            Change = change ?? "change of " + fingerprint,
        };

    private static AutodeskEvent Recovered(string change) => Event(change, change) with { IsRecovered = true };
}
