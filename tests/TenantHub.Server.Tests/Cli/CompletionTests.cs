using System.Diagnostics;
using TenantHub.Cli;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>What the shell completes, in a shell.</summary>
public sealed class CompletionTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tenanthub-completion-");

    public void Dispose()
    {
        _cli.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Bash_CompletesCommands_TheOptionsOfEach_AndAccountsByName_OfWhichNothingIsRun()
    {
        var account = await fixture.LinkAsync();
        var mark = "mark" + Guid.NewGuid().ToString("N")[..8];
        await fixture.Http.SendAsync(HttpMethod.Patch, $"/accounts/{account.Id}", new { label = $"{mark} $(touch pwned)" });
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "completion"), (await _cli.RunAsync("completion", "bash")).Data, Token);

        var commands = await CompleteAsync("");
        var below = await CompleteAsync("keys", "");
        var options = await CompleteAsync("keys", "create", "--");
        var others = await CompleteAsync("files", "down", "--");
        var roles = await CompleteAsync("keys", "create", "shop", "--role", "");
        var byOption = await CompleteAsync("run", "list_hubs", "--account", mark);
        var byArgument = await CompleteAsync("accounts", "show", account.Id[..20]);

        Assert.Contains("doctor", commands);
        Assert.DoesNotContain("account-names", commands);
        Assert.Equal(["list", "create", "revoke"], below);
        Assert.Equal(
            [
                "--action",
                "--approval",
                "--ceiling",
                "--connector-profile",
                "--expires",
                "--help",
                "--output",
                "--owner",
                "--profile",
                "--role",
            ],
            options.Order()
        );
        Assert.Contains("--file-version", others);
        Assert.Contains("read_only", roles);
        Assert.Equal([$@"{mark}\ \$\(touch\ pwned\)"], byOption);
        Assert.Contains(account.Id, byArgument);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "pwned")));
    }

    [Fact]
    public async Task CommandsThatStandForRequests_AreThere()
    {
        var model = await CommandTree.DescribeAsync(Token);
        foreach (var (request, command) in CommandNames.Known)
        {
            var words = command.Split(' ');
            var found = model;
            foreach (var word in words.TakeWhile(word => word[0] is not ('-' or '{')))
            {
                found = found.Elements("Command").SingleOrDefault(below => (string?)below.Attribute("Name") == word);
                Assert.True(found is not null, $"{request}: there is no {command}.");
            }

            var options = found.Descendants("Option").Select(option => "--" + (string?)option.Attribute("Long"));
            Assert.Empty(words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Except(options));
        }
    }

    [Theory]
    [InlineData(
        "List the accounts with GET /accounts, or link one with POST /accounts.",
        "List the accounts with `tenanthub accounts list`, or link one with `tenanthub link`."
    )]
    [InlineData("Try POST /accounts/acc_1/verify.", "Try `tenanthub doctor acc_1`.")]
    [InlineData("PUT /quotas/{client_id}/{quota_group} sets it.", "`tenanthub quotas set {client_id} {quota_group}` sets it.")]
    [InlineData("See GET /event_endpoints/ep_1/deliveries?status=dead.", "See `tenanthub events deliveries ep_1 --status dead`.")]
    [InlineData("Change it with PATCH /accounts/{id}.", "Change it with PATCH /accounts/{id}.")]
    public void RequestThatATextNames_IsTheCommandWhereThereIsOne(string text, string told) => Assert.Equal(told, CommandNames.In(text));

    [Fact]
    public async Task KeyWithBlanksAround_IsTheKey()
    {
        var blank = new Dictionary<string, string?> { ["TENANTHUB_KEY"] = $"  {ServerProcess.AdminKey}\n" };
        var none = new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = null, ["TENANTHUB_KEY"] = null };

        var fromEnvironment = await _cli.RunAsync(blank, "", "keys", "list");
        var kept = await _cli.RunAsync(none, $" {ServerProcess.AdminKey} \n", "login", fixture.Hub.Address.ToString());
        var used = await _cli.RunAsync(none, "", "keys", "list");

        Assert.Equal((0, 0, 0), (fromEnvironment.ExitCode, kept.ExitCode, used.ExitCode));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What bash would offer for the last of the words.</summary>
    private async Task<string[]> CompleteAsync(params string[] words)
    {
        const string Script = """
            tenanthub() { dotnet exec "$PROGRAM" "$@"; }
            source ./completion
            COMP_WORDS=(tenanthub "$@"); COMP_CWORD=$#
            _tenanthub
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var start = new ProcessStartInfo("bash", ["-c", Script, "bash", .. words])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.FullName,
        };
        (start.Environment["PROGRAM"], start.Environment["TENANTHUB_CONFIG"]) = (CliRun.Program, _cli.ProfilesFile);
        (start.Environment["TENANTHUB_ADDRESS"], start.Environment["TENANTHUB_KEY"]) = (
            fixture.Hub.Address.ToString(),
            ServerProcess.AdminKey
        );
        using var shell = Process.Start(start)!;
        var told = await shell.StandardOutput.ReadToEndAsync(Token);
        await shell.WaitForExitAsync(Token);
        return told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
