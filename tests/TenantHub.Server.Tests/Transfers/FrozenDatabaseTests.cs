using System.Diagnostics;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>A database that takes connections and says nothing: callers are told by their own deadline, and nothing is sent.</summary>
public sealed class FrozenDatabaseTests(ServerFixture fixture)
{
    [Fact]
    public async Task CallsThatNeedTheDatabase_AreAnsweredAtTheirDeadline()
    {
        await using var database = await PostgresServer.StartAsync();
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Database__ConnectionString"] = await database.CreateDatabaseAsync() }
        );
        var account = await UploadScene.LinkAsync(fixture.Emulator, hub.Http);
        var before = (await fixture.Emulator.JournalAsync(account.ClientId)).Count;
        var upload = new
        {
            action = "autodesk_upload_file_in_project_folder",
            path = new { project_id = account.ProjectId },
            body = new
            {
                folder_id = account.Folder,
                file_name = "frozen.bin",
                content = Convert.ToBase64String(new byte[10]),
            },
        };
        var file = new
        {
            project_id = account.ProjectId,
            folder_id = account.Folder,
            file_name = "frozen.bin",
            size = 10,
        };
        var folder = new { action = "autodesk_get_folder", path = new { project_id = account.ProjectId, folder_id = account.Folder } };
        var patience = ("Prefer", "wait=2");

        database.Freeze();
        (ApiAnswer Answer, TimeSpan Took)[] answers;
        ApiAnswer[] looks;
        try
        {
            // The first alone and the others at once: a server that knows of the silence refuses soon.
            var first = await TimeAsync(hub.Http.RpcAsync(account.Id, upload, patience, ("Idempotency-Key", "frozen-1")));
            var others = await Task.WhenAll(
                TimeAsync(hub.Http.RpcAsync(account.Id, upload, patience)),
                TimeAsync(hub.Http.RpcAsync(account.Id, folder, patience)),
                TimeAsync(hub.Http.SendAsync(HttpMethod.Post, "/files/uploads", file, account.Id, headers: patience))
            );
            answers = [first, .. others];

            // An account that is not in memory, and what asks Orleans' own tables: neither is told as a server that has gone, or as a defect.
            looks = await Task.WhenAll(
                hub.Http.RpcAsync(account.Id[..^3] + "ZZZ", folder, patience),
                hub.Http.SendAsync(HttpMethod.Get, "/quotas")
            );
        }
        finally
        {
            database.Thaw();
        }

        Assert.All(answers.Select(one => one.Answer).Concat(looks), answer => Assert.Equal("storage_unavailable", answer.Code));
        Assert.All(answers, one => Assert.InRange(one.Took, TimeSpan.Zero, TimeSpan.FromSeconds(8))); // Npgsql gives up after 15 s.
        Assert.Equal(before, (await fixture.Emulator.JournalAsync(account.ClientId)).Count);
    }

    private static async Task<(ApiAnswer Answer, TimeSpan Took)> TimeAsync(Task<ApiAnswer> call)
    {
        var watch = Stopwatch.StartNew();
        var answer = await call;
        return (answer, watch.Elapsed);
    }
}
