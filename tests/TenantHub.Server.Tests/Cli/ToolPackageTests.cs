using System.Diagnostics;
using System.Xml.Linq;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>The tool as people get it: packed, installed from a folder with no other source, and run.</summary>
public sealed class ToolPackageTests(ServerFixture fixture)
{
    [Fact]
    public async Task PackedTool_IsInstalledFromAFolder_AndTalksToAServer()
    {
        var folder = Directory.CreateTempSubdirectory("tenanthub-tool-");
        try
        {
            var (packages, tools) = (Path.Combine(folder.FullName, "packages"), Path.Combine(folder.FullName, "tools"));
            var project = Path.Combine(Repository.Root, "src/TenantHub.Cli");
            var settings = Path.Combine(folder.FullName, "nuget.config");
            var source = new XElement("add", new XAttribute("key", "folder"), new XAttribute("value", packages));
            new XElement("configuration", new XElement("packageSources", new XElement("clear"), source)).Save(settings);

            string[] pack = ["pack", project, "--configuration", CliRun.Configuration, "--no-build", "--output", packages, "--nologo"];
            await RunAsync("dotnet", folder.FullName, pack);
            await RunAsync("dotnet", folder.FullName, "tool", "install", "TenantHub.Cli", "--tool-path", tools, "--configfile", settings);
            var listed = await RunAsync(Path.Combine(tools, "tenanthub"), folder.FullName, "actions", "hubs", "--output", "jsonl");

            Assert.Contains("autodesk_list_hubs", listed, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<string> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TENANTHUB_ADDRESS"] = fixture.Hub.Address.ToString();
        start.Environment["TENANTHUB_KEY"] = ServerProcess.AdminKey;
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var (said, failed) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await said + await failed);
        return await said;
    }
}
