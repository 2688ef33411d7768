using System.Diagnostics;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>What is typed wrongly is refused by name before anything is done, and what was asked for goes to stdout.</summary>
public sealed class CliArgumentTests(ServerFixture fixture) : IDisposable
{
    private const string Account = "acc_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task OptionWithoutItsValue_IsNamed_AndNothingIsDone()
    {
        var account = await fixture.LinkAsync();
        string[][] lines =
        [
            [
                "run",
                "create_bucket",
                "-a",
                account.Id,
                "--body",
                """{"bucketKey":"cli-no-value","policyKey":"transient"}""",
                "--idempotency-key",
            ],
            ["keys", "create", "k1", "--role", "backend", "--owner"],
            ["keys", "create", "k1", "--owner", "--role", "backend"],
            ["link", "--region", "US", "--owner"],
            ["files", "down", "-a", account.Id, "--project", "p", "--item", "i", "--to"],
            ["load", "list_hubs", "-a", account.Id, "--rate"],
            ["accounts", "list", "-p"],
        ];

        var results = await RunAsync(lines);

        Assert.All(
            lines.Zip(results),
            line =>
            {
                var option = line.First.Last(word => word.StartsWith('-') && word is not "--role");
                Assert.Equal(2, line.Second.ExitCode);
                Assert.Contains($"{option} needs a value", line.Second.Words, StringComparison.Ordinal);
                Assert.Empty(line.Second.Data);
            }
        );
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(account.ClientId), seen => seen.Path == "/oss/v2/buckets");
    }

    [Fact]
    public async Task ValueThatIsNotAllowed_IsToldInPlainWords()
    {
        string[][] lines =
        [
            ["run", "list_hubs", "-a", Account, "--wait", "abc"],
            ["run", "list_hubs", "-a", Account, "--idempotency-key", "gr\u00fcn"],
            ["keys", "create", "k1", "--role", "backend", "--expires", "yesterday"],
            ["tail", "-n", "-5"],
            ["listen", "--port", "0"],
            ["listen", "--port", "99999"],
            ["listen", "--forward-to", "junk"],
            ["listen", "--forward-to", "ftp://example.com/x"],
            ["accounts", "list", "--status", "bogus"],
        ];

        var results = await RunAsync(lines);

        Assert.All(
            lines.Zip(results),
            line =>
            {
                Assert.Equal(2, line.Second.ExitCode);
                Assert.Contains(
                    line.First.Last(word => word.StartsWith('-') && word is not "-5"),
                    line.Second.Words,
                    StringComparison.Ordinal
                );
                Assert.DoesNotContain("Nullable", line.Second.Words, StringComparison.Ordinal);
                Assert.DoesNotContain("   at ", line.Second.Words, StringComparison.Ordinal);
            }
        );
        Assert.Contains("awaiting_provisioning", results[^1].Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HelpThatWasAskedFor_IsData()
    {
        var results = await RunAsync([
            ["--help"],
            ["files", "up", "--help"],
            ["--version"],
            ["files"],
            [],
        ]);

        Assert.Equal([0, 0, 0, 2, 2], results.Select(result => result.ExitCode));
        Assert.Contains("login", results[0].Data, StringComparison.Ordinal);
        Assert.Contains("--resume", results[1].Data, StringComparison.Ordinal);
        Assert.NotEmpty(results[2].Data);
        Assert.All(results.Take(3), result => Assert.Empty(result.Words));
        Assert.All(
            results.Skip(3),
            result =>
            {
                Assert.Empty(result.Data);
                Assert.Contains("--help", result.Words, StringComparison.Ordinal);
            }
        );
    }

    /// <summary>On a terminal of 80 columns an id stays one word; columns that have no room are left out and named.</summary>
    [Fact]
    public async Task Table_BreaksNoId_AndWordsBringNoEscapes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs util-linux' script");
        var account = await fixture.LinkAsync();

        var table = await OnTerminalAsync($"accounts list {account.Id}");
        var words = await _cli.RunAsync("doctor", "nobody \u001b[31mred\u202e");

        Assert.Contains(account.Id, table, StringComparison.Ordinal);
        Assert.All(table.Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Length, 0, 80));
        Assert.Contains("--output json", table, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', words.Words);
        Assert.DoesNotContain('\u202e', words.Words);
    }

    /// <summary>Who closes stderr wants no words, and gets the exit code.</summary>
    [Fact]
    public async Task ClosedErrorStream_ChangesNoExitCode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        var start = new ProcessStartInfo("sh", ["-c", $"exec dotnet exec '{CliRun.Program}' doctor nobody 2>&-"]);
        start.Environment["TENANTHUB_ADDRESS"] = fixture.Hub.Address.ToString();
        start.Environment["TENANTHUB_KEY"] = Testing.ServerProcess.AdminKey;
        using var process = Process.Start(start)!;

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(4, process.ExitCode);
    }

    private async Task<CliResult[]> RunAsync(string[][] lines)
    {
        var results = new List<CliResult>();
        foreach (var some in lines.Chunk(3))
            results.AddRange(await Task.WhenAll(some.Select(line => _cli.RunAsync(line))));
        return [.. results];
    }

    private async Task<string> OnTerminalAsync(string line)
    {
        var start = new ProcessStartInfo(
            "script",
            ["-qec", $"stty cols 80 rows 40; exec dotnet exec '{CliRun.Program}' {line}", "/dev/null"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["TENANTHUB_ADDRESS"] = fixture.Hub.Address.ToString();
        start.Environment["TENANTHUB_KEY"] = Testing.ServerProcess.AdminKey;
        (start.Environment["NO_COLOR"], start.Environment["TERM"]) = ("1", "xterm");
        using var process = Process.Start(start)!;
        var shown = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return System.Text.RegularExpressions.Regex.Replace(shown, "\u001b\\[[0-9;?]*[a-zA-Z]", "");
    }
}
