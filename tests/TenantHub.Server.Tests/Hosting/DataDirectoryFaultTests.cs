using System.Diagnostics;
using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>What happens to the data directory of an embedded server, from outside.</summary>
public sealed class DataDirectoryFaultTests(ServerFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmptyFileInPlaceOfTheDatabase_StopsTheStart_WhichNamesIt()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        await hub.TerminateAsync();
        var database = Path.Combine(hub.DataDirectory, "tenanthub.db");
        await File.WriteAllBytesAsync(database, [], Cancel);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(hub.StartAgainAsync);

        Assert.Contains($"TenantHub does not start: The database {database} is empty", refused.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 1", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(database).Length);
    }

    /// <summary>On a file system of its own, which is small.</summary>
    [Fact]
    public async Task FullDisk_IsNotReady_UntilThereIsRoom()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root may mount a small file system.");
        var disk = Directory.CreateTempSubdirectory("tenanthub-disk-").FullName;
        Assert.SkipUnless(
            await RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk) == 0,
            "No file system may be mounted here."
        );
        try
        {
            await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address, disk);
            var (clientId, secret) = await fixture.Emulator.AddAppAsync();
            var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
            await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
            var filler = Path.Combine(disk, "filler");
            Fill(filler);

            // Until the room that the database has taken before is used up.
            await Until.TrueAsync(
                async () =>
                {
                    await hub.Http.SendAsync(HttpMethod.Post, "/profiles", Profile());
                    return await HealthAsync(hub) == HttpStatusCode.ServiceUnavailable;
                },
                "the server is not ready"
            );
            var refused = await hub.Http.SendAsync(HttpMethod.Post, "/profiles", Profile());

            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.Contains(
                $"This server is not ready: The database {Path.Combine(disk, "tenanthub.db")} could not grow: the disk is full",
                hub.Output,
                StringComparison.Ordinal
            );

            File.Delete(filler);
            await Until.TrueAsync(async () => await HealthAsync(hub) == HttpStatusCode.OK, "the server is ready again");
            Assert.Equal(HttpStatusCode.Created, (await hub.Http.SendAsync(HttpMethod.Post, "/profiles", Profile())).Status);
        }
        finally
        {
            await RunAsync("umount", disk);
            Directory.Delete(disk);
        }
    }

    private static async Task<HttpStatusCode> HealthAsync(ServerProcess hub)
    {
        using var health = await hub.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
        return health.StatusCode;
    }

    private static object Profile() => new { id = "p" + Guid.NewGuid().ToString("N")[..12], name = new string('x', 255) };

    /// <summary>Writes until nothing more goes.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
