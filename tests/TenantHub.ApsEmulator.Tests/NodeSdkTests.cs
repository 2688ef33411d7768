using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace TenantHub.ApsEmulator;

/// <summary>Autodesk's published Node packages, unmodified, through a sample flow: what they need of Autodesk, the emulator has.</summary>
public sealed class NodeSdkTests(EmulatorFixture emulator)
{
    private static readonly TimeSpan InstallWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunWithin = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task AutodesksNodePackages_RunTheirSampleFlow()
    {
        var folder = await InstallAsync();
        var (id, secret) = await emulator.Host.AddAppAsync();
        var account = (string)(await emulator.Host.AddAccountAsync([id]))["acc_account_id"]!;
        var result = Path.Combine(folder, $"result-{id}.json");

        var run = await RunAsync(
            "node",
            RunWithin,
            folder,
            Path.Combine(folder, "sample.js"),
            emulator.Host.Address.ToString(),
            id,
            secret,
            account,
            result);

        Assert.True(run.ExitCode == 0, run.Output);
        var seen = JsonNode.Parse(await File.ReadAllTextAsync(result, TestContext.Current.CancellationToken))!;
        File.Delete(result);
        Assert.Equal(
            $$$"""
            {"apsSdk":{"expiresIn":3599,"hub":"b.{{{account}}}","warnings":2,"hubOfProject":"b.{{{account}}}","folderParent":true,"versions":[2,1],"itemOfVersion":true,"contents":["plan.txt"],
            "size":39,"downloaded":"Second content of the plan, and longer.","accProjects":1,"totalProjects":2,"previousUrl":null,"users":12,"found":["Person 03"],"company":true,"members":3,"member":true},
            "forgeApis":{"hubs":1,"projects":2,"copy":"copy.json","objects":["a folder/plan.json","copy.json"],"downloaded":"{\"kept\":true}"}}
            """.ReplaceLineEndings(""),
            seen.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        var journal = await emulator.Host.JournalAsync(id, tokens: true);
        Assert.DoesNotContain(journal, record => record.Status is >= 400);
        Assert.Contains(journal, record => record.Path == "//authentication/v2/token");
    }

    /// <summary>Installs what the lock file names, once a machine and lock file; skips the test where that cannot be had.</summary>
    private static async Task<string> InstallAsync()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "NodeSdk");
        var locked = await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"), TestContext.Current.CancellationToken);
        var folder = Path.Combine(
            Path.GetTempPath(),
            "aps-node-packages-" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(locked))[..16]);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        if (File.Exists(Path.Combine(folder, "installed"))) return folder;
        try
        {
            await RunAsync("node", RunWithin, folder, "--version");
            var install = await RunAsync("npm", InstallWithin, folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            Assert.SkipUnless(install.ExitCode == 0, "npm cannot install Autodesk's packages here: " + install.Output);
        }
        catch (Win32Exception)
        {
            Assert.Skip("node and npm are not installed.");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "installed"), "", TestContext.Current.CancellationToken);
        return folder;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        TimeSpan within,
        string folder,
        params string[] arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(within);
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        try
        {
            var output = Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(limit.Token),
                process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, string.Join('\n', await output));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {within}.");
        }
    }
}
