using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TenantHub.Server.Cli;

/// <summary>What a command said, and how it ended.</summary>
public sealed record CliResult(int ExitCode, string Data, string Words)
{
    public JsonNode Json => JsonNode.Parse(Data)!;

    public IReadOnlyList<JsonNode> Lines =>
        [.. Data.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}

/// <summary>The command line as a process of its own, with a home of its own.</summary>
internal sealed class CliRun(ServerFixture fixture) : IDisposable
{
    /// <summary>Debug or Release: what the tests themselves were built as.</summary>
    public static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static readonly string Program = Path.Combine(
        Testing.Repository.Root,
        "src/TenantHub.Cli/bin",
        Configuration,
        "net10.0/TenantHub.Cli.dll"
    );

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("tenanthub-cli-");

    public string ProfilesFile => Path.Combine(_home.FullName, "profiles.json");

    /// <summary>Runs a command with the admin's key from the environment.</summary>
    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string?>(), "", arguments);

    /// <summary>Runs a command.</summary>
    /// <param name="environment">Variables; null takes one away.</param>
    /// <param name="input">What comes on stdin.</param>
    /// <param name="arguments">The command line.</param>
    public async Task<CliResult> RunAsync(IReadOnlyDictionary<string, string?> environment, string input, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (data, words) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await data, await words);
    }

    public Process Start(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["exec", Program, .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["TENANTHUB_CONFIG"] = ProfilesFile;
        start.Environment["TENANTHUB_ADDRESS"] = fixture.Hub.Address.ToString();
        start.Environment["TENANTHUB_KEY"] = Testing.ServerProcess.AdminKey;
        foreach (var (name, value) in environment)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public void Dispose() => _home.Delete(recursive: true);
}
