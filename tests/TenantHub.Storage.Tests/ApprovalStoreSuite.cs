using Microsoft.AspNetCore.DataProtection;
using TenantHub.Approvals;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteApprovalStoreTests : ApprovalStoreSuite<SqliteFile>;

public sealed class PostgresApprovalStoreTests : ApprovalStoreSuite<PostgresTestDatabase>;

/// <summary>What the store of approvals must do, whatever the database.</summary>
public abstract class ApprovalStoreSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly EphemeralDataProtectionProvider Protection = new();
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Approval_IsFound_AsItWasPutIn_AndItsCallIsSealed()
    {
        var database = Open();
        var store = new SqlApprovalStore(database, Protection);
        var wanted = Wanted(1);
        await store.AddAsync(wanted);

        foreach (var found in new[] { await store.FindAsync(wanted.Id, Cancel), await store.FindNewestAsync("acc_1", "print", Cancel) })
        {
            Assert.Equal(wanted.Call.Span.ToArray(), found!.Call.Span.ToArray());
            Assert.Equal(wanted with { Call = found.Call }, found);
        }

        Assert.Null(await store.FindNewestAsync("acc_2", "print", Cancel));
        Assert.Null(await store.FindNewestAsync("acc_1", "other", Cancel));
        var stored = await database.ReadAsync(
            (connection, cancel) => connection.FirstAsync("SELECT call FROM approvals", row => row.GetBytes(0), cancel),
            Cancel
        );
        Assert.True(stored.AsSpan().IndexOf("secret plan"u8) < 0);
    }

    [Fact]
    public async Task OfAllWhoDecide_OneDoes_AndOnlyInTime()
    {
        var store = Store();
        await store.AddAsync(Wanted(1));
        var approved = Wanted(1) with
        {
            Status = ApprovalStatus.Approved,
            DecidedBy = "key:a",
            DecidedAt = Now.AddMinutes(1),
            ExpiresAt = Now.AddHours(2),
        };

        Assert.False(await store.DecideAsync(approved with { DecidedAt = Now.AddHours(1) })); // Too late.
        Assert.True(await store.DecideAsync(approved));
        Assert.False(await store.DecideAsync(approved with { Status = ApprovalStatus.Refused }));
        await store.UseAsync(approved.Id, Now.AddMinutes(11));
        await store.UseAsync(approved.Id, Now.AddDays(1)); // It is used already.

        var used = (await store.FindAsync(approved.Id, Cancel))!;
        Assert.Equal((ApprovalStatus.Used, "key:a", Now.AddMinutes(11)), (used.Status, used.DecidedBy, used.ExpiresAt));
    }

    /// <summary>Else one caller could ask without end.</summary>
    [Fact]
    public async Task WhatItsCallerHasTakenBack_CountsAsLongAsItStaysRefused()
    {
        var store = Store();
        foreach (var (number, by) in ((int, string)[])[(1, Wanted(1).CallerId), (2, "key:operator")])
        {
            await store.AddAsync(Wanted(number) with { RequestedAt = Now.AddSeconds(number) });
            Assert.True(
                await store.DecideAsync(
                    Wanted(number) with
                    {
                        Status = ApprovalStatus.Refused,
                        DecidedBy = by,
                        DecidedAt = Now.AddMinutes(1),
                        ExpiresAt = Now.AddMinutes(61),
                    }
                )
            );
        }

        Assert.Equal((1, 1), await store.CountPendingAsync(Wanted(1).AccountId, Wanted(1).CallerId, Now.AddMinutes(60), Cancel));
        Assert.Equal((0, 0), await store.CountPendingAsync(Wanted(1).AccountId, Wanted(1).CallerId, Now.AddMinutes(61), Cancel));
    }

    [Fact]
    public async Task OnlyWhatIsApproved_IsUsed_AndPendingIsCounted()
    {
        var store = Store();
        await store.AddAsync(Wanted(1));
        await store.AddAsync(Wanted(2) with { RequestedAt = Now.AddSeconds(1) });

        await store.UseAsync(Wanted(1).Id);

        Assert.Equal(ApprovalStatus.Pending, (await store.FindAsync(Wanted(1).Id, Cancel))!.Status);
        Assert.Equal(
            (2, 0),
            (
                (await store.CountPendingAsync("acc_1", "", Now, Cancel)).OfAll,
                (await store.CountPendingAsync("acc_1", "", Now.AddHours(1), Cancel)).OfAll
            )
        );
        Assert.Equal([Wanted(2).Id, Wanted(1).Id], (await store.ListAsync(10, null, Cancel)).Select(approval => approval.Id));
        await store.ForgetAccountAsync("acc_1");
        Assert.Empty(await store.ListAsync(10, null, Cancel));
    }

    [Fact]
    public async Task WhatIsToBeTold_IsListed_UntilItIsNoted()
    {
        var database = Open();
        var store = new SqlApprovalStore(database, Protection);
        await store.AddAsync(Wanted(1));
        await store.AddAsync(Wanted(2) with { RequestedAt = Now.AddSeconds(1) });
        async Task<IEnumerable<(string, ApprovalTold)>> UntoldAsync(DateTimeOffset now) =>
            (await store.ListUntoldAsync(now, 10, Cancel)).Select(approval => (approval.Id, approval.Told));

        Assert.Equal([("apr_1", ApprovalTold.Nothing), ("apr_2", ApprovalTold.Nothing)], await UntoldAsync(Now));
        await store.TellAsync("apr_1", ApprovalTold.Request);
        await store.TellAsync("apr_2", ApprovalTold.Request);
        Assert.Empty(await UntoldAsync(Now));

        await store.DecideAsync(Wanted(1) with { Status = ApprovalStatus.Refused, DecidedBy = "key:a", DecidedAt = Now });
        Assert.Equal([("apr_1", ApprovalTold.Request)], await UntoldAsync(Now));
        await store.TellAsync("apr_1", ApprovalTold.Outcome);
        await store.TellAsync("apr_1", ApprovalTold.Request); // Somebody who was slower.
        Assert.Equal([("apr_2", ApprovalTold.Request)], await UntoldAsync(Now.AddHours(1))); // Nobody decided it.
        await store.TellAsync("apr_2", ApprovalTold.Outcome);
        Assert.Empty(await UntoldAsync(Now.AddHours(1)));
    }

    /// <summary>A server before this version has told at once what it wrote, and says nothing of it; what a newer one decides is told.</summary>
    [Fact]
    public async Task WhatAnOlderServerWrote_CountsAsTold_UntilItIsDecided()
    {
        var database = Open();
        var store = new SqlApprovalStore(database, Protection);
        await store.AddAsync(Wanted(1));
        await database.WriteAsync((connection, cancel) => connection.ExecuteAsync("UPDATE approvals SET told = 2", cancel), Cancel);

        Assert.Empty(await store.ListUntoldAsync(Now.AddHours(2), 10, Cancel));
        await store.DecideAsync(Wanted(1) with { Status = ApprovalStatus.Approved, DecidedBy = "key:a", DecidedAt = Now });

        Assert.Equal(ApprovalTold.Request, Assert.Single(await store.ListUntoldAsync(Now, 10, Cancel)).Told);
    }

    private SqlApprovalStore Store() => new(Open(), Protection);

    private static Approval Wanted(int number) =>
        new()
        {
            Id = $"apr_{number}",
            AccountId = "acc_1",
            ActionId = "autodesk_delete_bucket",
            CallerId = "key:key_1",
            Client = "agent",
            Fingerprint = "print",
            Call = JsonBytes.From(new { action = "autodesk_delete_bucket", body = "secret plan" }),
            RequestedAt = Now,
            ExpiresAt = Now.AddHours(1),
        };
}
