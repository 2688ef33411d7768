using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Cli;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>What a command said, and how it ended.</summary>
public sealed record CliResult(int ExitCode, string Data, string Words)
{
    public JsonNode Json => JsonNode.Parse(Data)!;

    public IReadOnlyList<JsonNode> Lines =>
        [.. Data.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}

/// <summary>The command line with a home of its own.</summary>
internal sealed class CliRun(ServerFixture fixture) : IDisposable
{
    /// <summary>Debug or Release: what the tests themselves were built as.</summary>
    public static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static readonly string Program = Path.Combine(
        Repository.Root,
        "src/TenantHub.Cli/bin",
        Configuration,
        "net10.0/TenantHub.Cli.dll"
    );

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("tenanthub-cli-");

    public string ProfilesFile => Path.Combine(_home.FullName, "profiles.json");

    /// <summary>Runs a command with the admin's key from the environment.</summary>
    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string?>(), "", arguments);

    /// <summary>Runs a command in this process, among pipes of its own: a process of its own is a second and a half of a processor.</summary>
    /// <param name="environment">Variables; null takes one away.</param>
    /// <param name="input">What comes on stdin.</param>
    /// <param name="arguments">The command line.</param>
    public async Task<CliResult> RunAsync(IReadOnlyDictionary<string, string?> environment, string input, params string[] arguments)
    {
        var variables = Variables(environment);
        using var data = new StringWriter();
        using var words = new StringWriter();
        using var text = new StringReader(input);
        var shell = new Shell(
            () => text,
            () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
            TextWriter.Synchronized(data),
            Shell.To(TextWriter.Synchronized(data), isFile: true),
            Shell.To(TextWriter.Synchronized(words), isFile: true),
            name => variables.GetValueOrDefault(name)
        );
        var exitCode = await Terminal.InAsync(shell, () => CommandTree.RunAsync(arguments, TestContext.Current.CancellationToken));
        return new CliResult(exitCode, data.ToString(), words.ToString());
    }

    /// <summary>Runs a command as a process of its own.</summary>
    /// <inheritdoc cref="RunAsync(IReadOnlyDictionary{string, string?}, string, string[])"/>
    public async Task<CliResult> RunProcessAsync(IReadOnlyDictionary<string, string?> environment, string input, params string[] arguments)
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
        foreach (var (name, value) in Variables(environment))
            start.Environment[name] = value; // Null takes it away.
        return Process.Start(start)!;
    }

    private Dictionary<string, string?> Variables(IReadOnlyDictionary<string, string?> environment)
    {
        var all = new Dictionary<string, string?>
        {
            ["TENANTHUB_CONFIG"] = ProfilesFile,
            ["TENANTHUB_ADDRESS"] = fixture.Hub.Address.ToString(),
            ["TENANTHUB_KEY"] = ServerProcess.AdminKey,
        };
        foreach (var (name, value) in environment)
            all[name] = value;
        return all;
    }

    public void Dispose() => _home.Delete(recursive: true);
}
