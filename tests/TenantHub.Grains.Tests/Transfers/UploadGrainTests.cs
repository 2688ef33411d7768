using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using TenantHub.Accounts;
using TenantHub.Events;
using Xunit;

namespace TenantHub.Transfers;

public sealed class UploadGrainTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UploadThatIsNotFinished_ExpiresAfterADay_AndItIsTold()
    {
        var (upload, key) = await BeginAsync();
        var endpoints = fixture.Hub.Grains.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key);
        var endpoint = (await endpoints.RegisterAsync("http://127.0.0.1:9/events", null)).Endpoint!.Id;
        await upload.BeginAsync("one", null);
        Assert.Null(await upload.RecordPartAsync("one", Part(1, "aa")));

        fixture.Hub.Clock.Advance(TimeSpan.FromHours(25));
        var refused = await upload.BeginAsync("one", null);

        Assert.Equal((ErrorCode.UploadEnded, UploadStatus.Expired), (refused.Error!.Code, refused.Upload!.Status));
        Assert.Empty(await fixture.Hub.Silo.GetRequiredService<IUploadLedger>().ReadPartsAsync(key));
        var told = await fixture.Hub.Silo.GetRequiredService<IEventDeliveryStore>().ListAsync(endpoint, null, 10, Cancel);
        Assert.NotEmpty(told); // Uploads of other tests may expire in the same day.
        Assert.All(told, delivery => Assert.Equal("upload.failed", delivery.Type));
        Assert.Equal(ErrorCode.UploadEnded, (await upload.SignAsync(1, 1, null, false)).Error?.Code);
    }

    /// <summary>A client whose connection died opens another one, while the server still waits for the first. What the first has brought to
    /// storage counts all the same, or it would be sent again.</summary>
    [Fact]
    public async Task NewestSender_Wins()
    {
        var (upload, _) = await BeginAsync();
        await upload.BeginAsync("old", null);
        await upload.BeginAsync("new", null);

        Assert.Equal(ErrorCode.UploadConflict, (await upload.RecordPartAsync("old", Part(1, "aa")))?.Code);
        Assert.Equal(1, (await upload.DescribeAsync()).Upload!.PartsStored);
        Assert.Null(await upload.RecordPartAsync("new", Part(1, "aa")));
        Assert.Equal(ErrorCode.UploadConflict, (await upload.RecordPartAsync("new", Part(1, "bb")))?.Code); // Another file by now.
    }

    [Fact]
    public async Task Offset_CountsPartsWithoutAGap()
    {
        var (upload, _) = await BeginAsync();
        await upload.BeginAsync("one", null);
        await upload.RecordPartAsync("one", Part(2, "bb"));
        var withGap = (await upload.DescribeAsync()).Upload!;
        await upload.RecordPartAsync("one", Part(1, "aa"));
        var without = (await upload.DescribeAsync()).Upload!;

        Assert.Equal((0, 1, UploadStatus.Uploading), (withGap.Offset, withGap.PartsStored, withGap.Status));
        Assert.Equal((2 * without.PartBytes, 2), (without.Offset, without.PartsStored));
        Assert.Equal(ErrorCode.UploadConflict, (await upload.CompleteAsync(without.Size!.Value, null)).Error?.Code);
    }

    [Fact]
    public async Task WhatDoesNotExist_IsNotThere()
    {
        var nothing = fixture.Hub.Grains.GetGrain<IUploadGrain>(UploadId.KeyOf("acc_x", "upl_x"));

        Assert.Equal(ErrorCode.UploadNotFound, (await nothing.DescribeAsync()).Error!.Code);
        Assert.Equal(ErrorCode.UploadNotFound, (await nothing.BeginAsync("one", null)).Error!.Code);
        Assert.Equal(ErrorCode.UploadNotFound, (await nothing.CompleteAsync(1, null)).Error!.Code);
        Assert.Equal(ErrorCode.UploadNotFound, (await nothing.AbortAsync()).Error!.Code);
        Assert.Equal(ErrorCode.UploadNotFound, (await nothing.RecordPartAsync("one", Part(1, "aa")))!.Code);
    }

    /// <summary>The bytes are there, the file could not be made of them, and whoever sent them does not come back.</summary>
    [Fact]
    public async Task AbandonedWhileItWasCompleted_IsCompletedByTheNextReminder()
    {
        var upload = await BreakCompletingAsync(failures: 1);

        fixture.Hub.Clock.Advance(TimeSpan.FromMinutes(16)); // The limit's pause is over.
        await RemindAsync(upload);

        var done = (await upload.DescribeAsync()).Upload!;
        Assert.Equal(UploadStatus.Done, done.Status);
        Assert.NotNull(done.ItemId);
    }

    [Fact]
    public async Task AbandonedWhileItWasCompleted_EndsAfterItsTime_AndSaysWhatToLookFor()
    {
        var upload = await BreakCompletingAsync(failures: 1);

        fixture.Hub.Clock.Advance(TimeSpan.FromHours(25));
        await RemindAsync(upload);

        var ended = (await upload.DescribeAsync()).Upload!;
        Assert.Equal(UploadStatus.Expired, ended.Status);
        Assert.StartsWith("All bytes were there, and the file could not be made of them in time.", ended.Reason, StringComparison.Ordinal);
        Assert.StartsWith("Look for the file in its folder", ended.NextStep, StringComparison.Ordinal);
    }

    /// <summary>All bytes are stored; then Autodesk refuses to make the item so many times.</summary>
    private async Task<IUploadGrain> BreakCompletingAsync(int failures)
    {
        var (upload, _) = await BeginAsync(size: 3);
        await upload.BeginAsync("one", null);
        var signed = Assert.Single((await upload.SignAsync(1, 1, null, false)).Parts);
        using var storage = new HttpClient(new SocketsHttpHandler());
        using var content = new ByteArrayContent([1, 2, 3]);
        using var stored = await storage.PutAsync(new Uri(signed.Url.Reveal()), content, Cancel);
        stored.EnsureSuccessStatusCode();
        Assert.Null(await upload.RecordPartAsync("one", Part(1, "aa") with { Size = 3 }));
        await fixture.Hub.Emulator.FaultAsync(
            new
            {
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "600" },
                times = failures,
                match = new { method = "POST", path_regex = "/items$" },
            }
        );
        var broken = await upload.CompleteAsync(3, null);
        Assert.NotNull(broken.Error);
        Assert.Equal(UploadStatus.Completing, (await upload.DescribeAsync()).Upload!.Status);
        return upload;
    }

    private static Task RemindAsync(IUploadGrain upload) =>
#pragma warning disable xUnit1051 // As the reminder service calls it.
        upload.AsReference<IRemindable>().ReceiveReminder("end", default);
#pragma warning restore xUnit1051

    private static UploadPart Part(int number, string md5) => new(number, 5 * 1024 * 1024, md5, 1, DateTimeOffset.UnixEpoch);

    private async Task<(IUploadGrain Upload, string Key)> BeginAsync(long size = 20 * 1024 * 1024)
    {
        var (_, id, _) = await fixture.Hub.LinkAsync();
        var (project, folder) = await PlaceAsync(id);
        var key = UploadId.KeyOf(id, LinkedAccountId.NewText(UploadId.Prefix, fixture.Hub.Clock));
        var upload = fixture.Hub.Grains.GetGrain<IUploadGrain>(key);
        var begun = await upload.CreateAsync(
            new UploadRequest
            {
                ProjectId = project,
                FolderId = folder,
                FileName = "file.bin",
                Size = size,
            }
        );
        Assert.True(begun.Error is null, begun.Error?.Detail);
        return (upload, key);
    }

    private async Task<(string Project, string Folder)> PlaceAsync(string account)
    {
        var projects = await RunAsync(account, new("autodesk_list_projects"));
        var project = (string)projects["data"]![0]!["id"]!;
        var folders = await RunAsync(
            account,
            new("autodesk_list_top_folders") { Path = new Dictionary<string, string> { ["project_id"] = project } }
        );
        return (project, (string)folders["data"]![0]!["id"]!);
    }

    private async Task<JsonNode> RunAsync(string account, Actions.ActionRequest request)
    {
        var result = await fixture.Hub.Account(account).RunActionAsync(request, Cancel);
        return JsonNode.Parse(Assert.IsType<Actions.ActionResult.Succeeded>(result).Data!.Span)!;
    }
}
