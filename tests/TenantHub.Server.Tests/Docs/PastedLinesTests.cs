using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using TenantHub.Server.Cli;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Docs;

/// <summary>The lines that the README and the docs tell a reader to paste, pasted one after the other into a shell beside a new server
/// with its emulator. Every line has to succeed.</summary>
public sealed partial class PastedLinesTests
{
    private const string Marker = "---pasted---";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task LinesOfTheReadme_And_OfTheDocs_WorkWhenPasted()
    {
        await using var hub = await ServerProcess.StartAsync(
            new Uri("http://127.0.0.1:1"),
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Autodesk__BaseUrl"] = "", // So that the server brings its own emulator, as it does for a new user.
                ["TenantHub__Emulator__Urls"] = "http://127.0.0.1:0",
                ["TenantHub__Events__AllowLoopback"] = "true", // As docs/events-in.md says.
            }
        );
        await Until.TrueAsync(
            () => hub.Output.Contains("Demo account", StringComparison.Ordinal),
            "the greeting, with the demo account linked"
        );
        var lines = new StringBuilder()
            .Append(LinesOf("README.md", from: "## Your first linked account", to: "## Against Autodesk itself"))
            .Append(LinesOf("README.md", from: "## Agents", to: "## Operate it"))
            .Append(LinesOf("docs/agents.md", from: "## Connect", to: "## What a tool call gives"))
            .Append(LinesOf("docs/files.md", from: "# Files of any size", to: "## Memory"))
            .Append(LinesOf("docs/events-in.md", from: "## Subscribe", to: "## The same told twice"))
            .Append(LinesOf("docs/cli.md", from: "tenanthub login", to: "tenanthub tail"))
            .Append(LinesOf("docs/cli.md", from: "## A little load", to: "## Files"))
            .Append(LinesOf("docs/first-customer.md", from: "## 1. Start the server", to: "## 5. Hear of changes"))
            .Replace("http://localhost:5400", hub.Address.ToString().TrimEnd('/'));
        var folder = Directory.CreateTempSubdirectory("tenanthub-docs-");
        var keys = folder.CreateSubdirectory("src/TenantHub.Server/data");
        await File.WriteAllTextAsync(Path.Combine(keys.FullName, "admin-key"), ServerProcess.AdminKey, Cancel);

        var (failed, output) = await PasteAsync(folder.FullName, lines.ToString());

        var isWhole = Times(lines.ToString()) == Times(output); // The shell came to the end.
        Assert.True(isWhole && failed.Length == 0, $"{failed}\n--- all of it:\n{output}");
        folder.Delete(recursive: true);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A shell in which a line that fails is written down and the next one follows, as when somebody pastes them.</summary>
    private static async Task<(string Failed, string Output)> PasteAsync(string folder, string lines)
    {
        var script = $$"""
            set -uEo pipefail
            trap 'echo "FAILED ($?): $BASH_COMMAND" >> failed' ERR
            curl() { command curl --fail-with-body --max-time 60 "$@"; }
            tenanthub() { dotnet exec '{{CliRun.Program}}' "$@"; }
            {{lines}}
            """;
        await File.WriteAllTextAsync(Path.Combine(folder, "lines.sh"), script, Cancel);
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("lines.sh");
        start.Environment["TENANTHUB_CONFIG"] = Path.Combine(folder, "profiles.json");
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        var failed = Path.Combine(folder, "failed");
        return (File.Exists(failed) ? await File.ReadAllTextAsync(failed, Cancel) : "", await output + "\n--- stderr:\n" + await errors);
    }

    /// <summary>The shell blocks of a part of a document, each followed by a marker.</summary>
    private static string LinesOf(string document, string from, string to)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, document));
        var (start, end) = (text.IndexOf(from, StringComparison.Ordinal), text.IndexOf(to, StringComparison.Ordinal));
        Assert.True(start >= 0 && end > start, $"{document} has no part from {from} to {to}.");
        var part = text[start..end];
        if (!from.StartsWith('#'))
            return part + $"\necho {Marker}\n"; // Some lines of one block.
        var blocks = ShellBlock().Matches(part);
        Assert.NotEmpty(blocks);
        return string.Concat(blocks.Select(block => block.Groups["lines"].Value + $"\necho {Marker}\n"));
    }

    private static int Times(string text) => text.Split(Marker).Length - 1;

    [GeneratedRegex("```sh\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
