using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Calls;

/// <summary>An operator records the next calls of an account: so many, so long, and only of what the account may see.</summary>
public sealed class CallRecordingTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static readonly ActionRequest ListHubs = new("autodesk_list_hubs");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    private ICallRecordings Recordings => Hub.Silo.GetRequiredService<ICallRecordings>();

    [Fact]
    public async Task SoManyCallsAsAskedFor_AreRecorded_AndNoMore()
    {
        var (account, id, _) = await Hub.LinkAsync();
        await account.RunActionAsync(ListHubs, Cancel);
        Assert.IsType<AccountResult.Described>(await account.BeginRecordingAsync(2));
        Assert.Equal(2, (await account.GetLiveStateAsync())!.Recording!.Left);

        await account.RunActionAsync(ListHubs, Cancel);
        Assert.Equal(1, (await account.GetLiveStateAsync())!.Recording!.Left);
        await account.RunActionAsync(new ActionRequest("no_such_action"), Cancel);
        await account.RunActionAsync(ListHubs, Cancel);

        Assert.Null((await account.GetLiveStateAsync())!.Recording);
        Assert.Equal(["succeeded", "unknown_action"], (await RecordedAsync(id, 2)).Select(call => call.Outcome).Order()); // The time stands still.
    }

    [Fact]
    public async Task Recording_EndsAfterAQuarterOfAnHour_OrWhenItIsStopped()
    {
        var (account, id, _) = await Hub.LinkAsync();
        await account.BeginRecordingAsync(5);
        await account.RunActionAsync(ListHubs, Cancel);
        Hub.Clock.Advance(CallRecording.Lasts);
        await account.RunActionAsync(ListHubs, Cancel);
        Assert.Null((await account.GetLiveStateAsync())!.Recording);

        await account.BeginRecordingAsync(5);
        Assert.IsType<AccountResult.Described>(await account.StopRecordingAsync());
        await account.RunActionAsync(ListHubs, Cancel);

        Assert.Null((await account.GetLiveStateAsync())!.Recording);
        await RecordedAsync(id, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(CallRecording.MaxCalls + 1)]
    public async Task NumberOutOfBounds_IsRefused(int calls)
    {
        var (account, _, _) = await Hub.LinkAsync();

        var error = Assert.IsType<AccountResult.Failed>(await account.BeginRecordingAsync(calls)).Error;

        Assert.Equal((ErrorCode.InvalidInput, "calls"), (error.Code, error.Faults[0].Field));
        Assert.Null((await account.GetLiveStateAsync())!.Recording);
    }

    /// <summary>Where the account is active next it goes on with what is left.</summary>
    [Fact]
    public async Task Recording_GoesOnAfterTheAccountHasMoved()
    {
        var (account, id, _) = await Hub.LinkAsync();
        await account.BeginRecordingAsync(3);
        await account.RunActionAsync(ListHubs, Cancel);
        await RecordedAsync(id, 1);

        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);

        Assert.Equal(2, (await account.GetLiveStateAsync())!.Recording!.Left);
    }

    /// <summary>With one client id Autodesk's list names other customers' accounts; what is kept names the account's own.</summary>
    [Fact]
    public async Task WhatIsRecorded_IsWhatTheCallerGot_NotWhatAutodeskSaysOfOthers()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var (mine, others) = (await Hub.Emulator.AddAccountAsync([clientId]), await Hub.Emulator.AddAccountAsync([clientId]));
        var id = LinkedAccountId.New(Hub.Clock).Value;
        var account = Hub.Account(id);
        await account.LinkAsync(
            new LinkAccountRequest
            {
                OriginOwnerId = "owner",
                OriginOwnerName = "Owner",
                ClientId = clientId,
                ClientSecret = new Secret(secret),
                AccAccountId = (string)mine["acc_account_id"]!,
            },
            Cancel
        );
        await account.BeginRecordingAsync(1);

        await account.RunActionAsync(ListHubs, Cancel);

        var call = await Recordings.FindAsync(id, (await RecordedAsync(id, 1))[0].CallId, Cancel);
        Assert.Contains((string)mine["acc_account_id"]!, call!.Answer!.Text, StringComparison.Ordinal);
        var all = System.Text.Json.JsonSerializer.Serialize(call);
        Assert.DoesNotContain((string)others["acc_account_id"]!, all, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedRequest_IsRecordedWithBothBodies_AndNothingOfItIsPlainInTheDatabase()
    {
        var (account, id, _) = await Hub.LinkAsync();
        var bucket = "planted-" + Guid.NewGuid().ToString("N");
        var create = new ActionRequest("autodesk_create_bucket")
        {
            Body = JsonBytes.From(new { bucketKey = bucket, policyKey = "transient" }),
        };
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(create, Cancel));
        await account.BeginRecordingAsync(1);

        await account.RunActionAsync(create, Cancel);

        var call = await Recordings.FindAsync(id, (await RecordedAsync(id, 1))[0].CallId, Cancel);
        Assert.Equal("autodesk_conflict", call!.Outcome);
        Assert.Equal(bucket, (string?)JsonNode.Parse(call.Input!.Text)!["body"]!["bucketKey"]);
        var request = call.Requests[^1];
        Assert.Equal(("POST", "/oss/v2/buckets", 409), (request.Method, request.Path, request.Status));
        Assert.Equal(bucket, (string?)JsonNode.Parse(request.Sent!.Text)!["bucketKey"]);
        Assert.NotEmpty(request.Received!.Text);
        Assert.NotEmpty(call.Error!);
        Assert.Equal(0, await CountRowsWithAsync(bucket));
        Assert.Equal(1, await CountRowsWithAsync("autodesk_create_bucket")); // The search does find what is there.
    }

    [Fact]
    public async Task UnlinkedAccount_AndOneOfAnotherOwner_AreRecordedNoMore()
    {
        var (account, id, _) = await Hub.LinkAsync();
        await account.BeginRecordingAsync(5);
        await account.RunActionAsync(ListHubs, Cancel);
        await RecordedAsync(id, 1);
        var moved = new UpdateAccountRequest
        {
            OriginOwnerId = "another",
            OriginOwnerName = "Another",
            MayShareAccount = true,
        };
        Assert.IsType<AccountResult.Described>(await account.UpdateAsync(moved, Cancel));
        Assert.Null((await account.GetLiveStateAsync())!.Recording);

        await account.BeginRecordingAsync(5);
        Assert.IsType<AccountResult.Described>(await account.UnlinkAsync());

        Assert.Empty(await Recordings.ListAsync(id, 10, Cancel));
        Assert.Equal(ErrorCode.AccountNotFound, Assert.IsType<AccountResult.Failed>(await account.BeginRecordingAsync(1)).Error.Code);
    }

    /// <summary>It is written behind the calls.</summary>
    private async Task<IReadOnlyList<RecordedCall>> RecordedAsync(string id, int count)
    {
        IReadOnlyList<RecordedCall> recorded = [];
        await Until.TrueAsync(
            async () => (recorded = await Recordings.ListAsync(id, 100, Cancel)).Count == count,
            $"{count} calls are recorded"
        );
        return recorded;
    }

    private async Task<long> CountRowsWithAsync(string text)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={Hub.DatabaseFile};Pooling=False;Mode=ReadOnly"
        );
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT account_id || action_id || outcome || hex(content) FROM recorded_calls";
        await using var rows = await command.ExecuteReaderAsync(Cancel);
        var count = 0;
        var hex = Convert.ToHexString(Encoding.UTF8.GetBytes(text));
        while (await rows.ReadAsync(Cancel))
        {
            var row = rows.GetString(0);
            count += row.Contains(text, StringComparison.Ordinal) || row.Contains(hex, StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }
}
