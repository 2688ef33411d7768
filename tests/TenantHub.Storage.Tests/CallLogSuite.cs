using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantHub.Actions;
using TenantHub.Calls;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

/// <summary>What the call log must do, whatever the database.</summary>
public abstract class CallLogSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Noon);

    [Fact]
    public async Task Record_IsReadBackWhole()
    {
        var record = Record(0) with
        {
            OriginOwnerId = "owner", ProfileId = "main", CallerId = "key:key_1", TraceId = "0123456789abcdef0123456789abcdef", PartOf = "autodesk_upload_file_in_project_folder",
            Product = "Data Management", Method = "GET", Path = "/project/v1/hubs", ProviderStatus = 200, Origin = AnswerOrigin.ReadBack,
            Steps =
            [
                new CallStep(CallStepKind.Lane, TimeSpan.Zero, TimeSpan.FromMicroseconds(1234.5)),
                new CallStep(CallStepKind.Request, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(30)) { Method = "GET", Path = "/project/v1/hubs", ActionId = "autodesk_list_hubs", Status = 200, ResponseBytes = 570 },
            ],
        };

        var log = await StoredAsync([record]);

        var read = Assert.Single(await log.ListAsync(new CallLogFilter(), Cancel));
        Assert.Equal(record.Steps, read.Steps);
        Assert.Equal(record with { Steps = [] }, read with { Steps = [] });
        Assert.Equal((1, 0), (log.Stored, log.Dropped));
    }

    [Fact]
    public async Task Records_ComeNewestFirst_InPagesThatNeitherOverlapNorMissAny()
    {
        var records = Enumerable.Range(0, 200).Select(i => Record(i) with { Duration = TimeSpan.FromMilliseconds(i % 7), ProviderStatus = i % 3 == 0 ? null : 200 + i % 5 }).ToList();
        var log = await StoredAsync(records);

        foreach (var order in Enum.GetValues<CallLogOrder>())
        {
            foreach (var descending in new[] { true, false })
            {
                var sorted = records.OrderBy(record => CallLogPosition.Of(record, order).Value).ThenBy(record => record.Id, StringComparer.Ordinal).Select(record => record.Id);
                var walked = new List<string>();
                CallLogPosition? after = null;
                do
                {
                    var page = await log.ListAsync(new CallLogFilter { OrderBy = order, Descending = descending, After = after, PageSize = 9 }, Cancel);
                    walked.AddRange(page.Select(record => record.Id));
                    after = page.Count < 9 ? null : CallLogPosition.Of(page[^1], order);
                }
                while (after is not null);

                Assert.Equal(descending ? sorted.Reverse() : sorted, walked);
            }
        }
    }

    [Fact]
    public async Task EachFilter_GivesWhatItNames_AndNothingElse()
    {
        var plain = Record(0);
        var other = Record(60_000) with
        {
            AccountId = "acc_2", OriginOwnerId = "owner-2", ProfileId = "second", CallerId = "oidc:somebody", TraceId = "trace-2", ActionId = "autodesk_create_folder", PartOf = "whole",
            Product = "OSS", Method = "POST", Outcome = "autodesk_rejected", ProviderStatus = 418,
        };
        var log = await StoredAsync([plain, other]);

        CallLogFilter[] filters =
        [
            new() { Ids = [other.Id] },
            new() { AccountIds = ["acc_2"] },
            new() { AccountIds = ["acc_2", "acc_3"] },
            new() { OriginOwnerIds = ["owner-2"] },
            new() { ProfileIds = ["second"] },
            new() { CallerIds = ["oidc:somebody"] },
            new() { CallerKinds = ["oidc:", "none:"] },
            new() { TraceIds = ["trace-2"] },
            new() { ActionIds = ["autodesk_create_folder"] },
            new() { ActionIds = ["whole"] },
            new() { Products = ["OSS"] },
            new() { Methods = ["POST"] },
            new() { Outcomes = [new("autodesk_rejected"), new("lane_full")] },
            new() { Outcomes = [new("succeeded", 500), new("autodesk_rejected", 418)] },
            new() { Success = false },
            new() { From = other.StartedAt },
        ];
        foreach (var filter in filters) Assert.Equal([other.Id], (await log.ListAsync(filter, Cancel)).Select(record => record.Id));
        Assert.Equal([plain.Id], (await log.ListAsync(new() { Success = true }, Cancel)).Select(record => record.Id));
        Assert.Equal([plain.Id], (await log.ListAsync(new() { To = plain.StartedAt }, Cancel)).Select(record => record.Id));
        Assert.Empty(await log.ListAsync(new() { Outcomes = [new("autodesk_rejected", 404)] }, Cancel));
        Assert.Empty(await log.ListAsync(new() { From = DateTimeOffset.MaxValue, To = DateTimeOffset.MinValue }, Cancel));
    }

    [Fact]
    public async Task FullQueue_DropsAndCounts_AndTakesNothingFromWhatItHolds()
    {
        var log = New(new CallLogOptions { QueueCapacity = 3 });

        foreach (var i in Enumerable.Range(0, 10)) log.Append(Record(i)); // Nobody writes yet: a log that blocked would hang here.

        Assert.Equal((7, 0), (log.Dropped, log.Stored));
        await log.StartAsync(Cancel);
        await log.StopAsync(Cancel);
        Assert.Equal((7, 3), (log.Dropped, log.Stored));
        Assert.Equal([2, 1, 0], (await log.ListAsync(new(), Cancel)).Select(record => (record.StartedAt - Noon).TotalMilliseconds));
    }

    [Fact]
    public async Task SwitchedOff_ItKeepsNothing()
    {
        var log = New(new CallLogOptions { Enabled = false });
        await log.StartAsync(Cancel);
        log.Append(Record(0));
        await log.StopAsync(Cancel);

        Assert.Empty(await log.ListAsync(new(), Cancel));
        Assert.Equal((0, 0), (log.Dropped, log.Stored));
    }

    [Fact]
    public async Task OldRecords_GoByAge()
    {
        var log = New(new CallLogOptions { MaxAge = TimeSpan.FromMinutes(10) });
        await log.StartAsync(Cancel);
        foreach (var i in Enumerable.Range(0, 2700)) log.Append(Record(i * 1000)); // One a second: 45 minutes of them.
        await log.StopAsync(Cancel);

        _clock.SetUtcNow(Noon + TimeSpan.FromMinutes(45));
        await log.PruneAsync();
        var young = await log.ListAsync(new() { PageSize = 5000 }, Cancel);
        Assert.Equal(600, young.Count);
        Assert.Equal(Noon + TimeSpan.FromMinutes(35), young[^1].StartedAt);
    }

    [Fact]
    public async Task BeyondTheNumber_TheOldestGo()
    {
        var log = New(new CallLogOptions { MaxRecords = 100 });
        await log.StartAsync(Cancel);
        foreach (var i in Enumerable.Range(0, 2250)) log.Append(Record(i));
        await log.StopAsync(Cancel);

        await log.PruneAsync();

        var kept = await log.ListAsync(new() { PageSize = 5000 }, Cancel);
        Assert.Equal(Enumerable.Range(2150, 100).Reverse(), kept.Select(record => (int)(record.StartedAt - Noon).TotalMilliseconds));
    }

    [Fact]
    public async Task HostileText_IsStoredAsItIs()
    {
        var log = await StoredAsync([Record(0) with { OriginOwnerId = "Zoë'; DROP TABLE call_log; --", CallerId = "\"{}" }]);

        var read = Assert.Single(await log.ListAsync(new() { OriginOwnerIds = ["Zoë'; DROP TABLE call_log; --"] }, Cancel));
        Assert.Equal("\"{}", read.CallerId);
    }

    internal SqlCallLog New(CallLogOptions? options = null, ISqlDatabase? database = null) =>
        new(database ?? Open(), Options.Create(options ?? new CallLogOptions()), _clock, NullLogger<SqlCallLog>.Instance);

    internal static CallRecord Record(int milliseconds)
    {
        var at = Noon + TimeSpan.FromMilliseconds(milliseconds);
        return new CallRecord
        {
            Id = Guid.CreateVersion7(at).ToString(), AccountId = "acc_1", ActionId = "autodesk_list_hubs", StartedAt = at, Duration = TimeSpan.FromMilliseconds(5), Outcome = CallRecord.Succeeded,
        };
    }

    private async Task<SqlCallLog> StoredAsync(IReadOnlyList<CallRecord> records)
    {
        var log = New();
        await log.StartAsync(Cancel);
        foreach (var record in records) log.Append(record);
        await log.StopAsync(Cancel);
        return log;
    }
}
