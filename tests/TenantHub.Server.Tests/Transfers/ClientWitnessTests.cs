using System.Diagnostics;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>Clients that others have written, unmodified: tus-js-client and curl.</summary>
public sealed class ClientWitnessTests(ServerFixture fixture)
{
    private const int Part = UploadScene.Part;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The first process ends in the middle; the second finds the upload by its own storage and goes on.</summary>
    [Fact]
    public async Task TusJsClient_GoesOnInAnotherProcess()
    {
        var (folder, why) = await NodePackages.InstallAsync("NodeTus", Cancel);
        Assert.SkipUnless(folder is not null, why ?? "");
        var account = await fixture.LinkAsync();
        var scene = new UploadScene(fixture.Emulator, fixture.Http, account);
        var bytes = UploadScene.Bytes(5 * Part + 77);
        var work = Directory.CreateTempSubdirectory("tenanthub-tus-").FullName;
        var file = Path.Combine(work, "file.bin");
        await File.WriteAllBytesAsync(file, bytes, Cancel);

        var stopped = await RunAsync($"{4 * Part}");
        var address = (string)(await scene.SendAsync(HttpMethod.Get, "/files/uploads")).Body!["data"]![0]!["url"]!;
        await Until.TrueAsync(
            async () => (await scene.SendAsync(HttpMethod.Get, address)).Body!["parts_stored"]!.GetValue<int>() > 0,
            "a part is stored"
        );
        var ended = await RunAsync();

        Assert.True(stopped.ExitCode == 3, stopped.Output);
        Assert.True(ended.ExitCode == 0, ended.Output);
        Assert.Contains("previous 1", ended.Output, StringComparison.Ordinal);
        var upload = (await scene.SendAsync(HttpMethod.Get, address)).Body!;
        Assert.Equal(("done", "from tus.bin"), ((string?)upload["status"], (string?)upload["file_name"]));
        Assert.Equal(UploadScene.Sha1(bytes), (string?)(await scene.StoredAsync(upload))["sha1"]);
        Assert.Equal(1, await scene.MadeAsync());
        Directory.Delete(work, recursive: true);

        Task<(int ExitCode, string Output)> RunAsync(params string[] more) =>
            NodePackages.RunAsync(
                "node",
                folder!,
                Cancel,
                [
                    "upload.js",
                    fixture.Hub.Address.ToString(),
                    ServerProcess.AdminKey,
                    account.Id,
                    account.ProjectId,
                    account.Folder,
                    file,
                    Path.Combine(work, "store.json"),
                    .. more,
                ]
            );
    }

    [Fact]
    public async Task Curl_PutsAFile_AndFetchesTheRestOfIt()
    {
        var account = await fixture.LinkAsync();
        var scene = new UploadScene(fixture.Emulator, fixture.Http, account);
        var bytes = UploadScene.Bytes(2 * Part + 3);
        var work = Directory.CreateTempSubdirectory("tenanthub-curl-").FullName;
        var (file, back) = (Path.Combine(work, "file.bin"), Path.Combine(work, "back.bin"));
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        await File.WriteAllBytesAsync(back, bytes[..1_000_000], Cancel); // An earlier download that was cut.
        var address = await scene.BeginAsync("curl.bin", bytes.Length);
        await scene.PatchAsync(address, 0, bytes[..Part]);

        var put = await CurlAsync("-T", file, "-C", $"{Part}", fixture.Hub.Address.ToString().TrimEnd('/') + address);
        var item = (await scene.SendAsync(HttpMethod.Get, address)).Text("item_id")!;
        await CurlAsync(
            "-C",
            "-",
            "-o",
            back,
            $"{fixture.Hub.Address}files/content?project_id={account.ProjectId}&item_id={Uri.EscapeDataString(item)}"
        );

        Assert.Contains("\"status\":\"done\"", put, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(back, Cancel));
        Assert.Equal(3, (await scene.PutsAsync()).Count);
        Directory.Delete(work, recursive: true);

        async Task<string> CurlAsync(params string[] arguments)
        {
            using var curl = Process.Start(
                new ProcessStartInfo("curl", ["-sS", "-u", ServerProcess.AdminKey + ":", "-H", "x-account-id: " + account.Id, .. arguments])
                {
                    RedirectStandardOutput = true,
                }
            )!;
            var output = await curl.StandardOutput.ReadToEndAsync(Cancel);
            await curl.WaitForExitAsync(Cancel);
            return output;
        }
    }
}
