using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>The file of profiles: shared by commands that run at once, and never emptied by accident.</summary>
public sealed class ProfileTests(ServerFixture fixture) : IDisposable
{
    private static readonly Dictionary<string, string?> Bare = new() { ["TENANTHUB_ADDRESS"] = null, ["TENANTHUB_KEY"] = null };
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task LoginsAtOnce_AreAllKept()
    {
        var names = Enumerable.Range(0, 6).Select(number => $"p{number}").ToList();

        var logins = await Task.WhenAll(names.Select(LoginAsync));

        Assert.All(logins, login => Assert.Equal(0, login.ExitCode));
        Assert.Equal(names, Profiles().Select(profile => profile.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ProfileIsRemoved_OnlyWhenThatIsMeant()
    {
        await LoginAsync("here");

        var asked = await _cli.RunAsync(Bare, "", "profiles", "remove", "here");
        var before = Profiles().Count;
        var removed = await _cli.RunAsync(Bare, "", "profiles", "remove", "here", "--yes");
        var missing = await _cli.RunAsync(Bare, "", "accounts", "list", "--profile", "here");

        Assert.Equal((2, 1, 0, 4), (asked.ExitCode, before, removed.ExitCode, missing.ExitCode));
        Assert.Contains("--yes", asked.Words, StringComparison.Ordinal);
        Assert.Empty(Profiles());
    }

    /// <summary>A key alone would be used at a profile's server, or an address alone with a profile's key: neither is what was meant.</summary>
    [Theory]
    [InlineData("TENANTHUB_KEY")]
    [InlineData("TENANTHUB_ADDRESS")]
    public async Task OneOfAddressAndKeyAlone_IsRefused_WhereAProfileIsInUse(string alone)
    {
        await LoginAsync("here");
        var environment = new Dictionary<string, string?>(Bare) { [alone] = alone is "TENANTHUB_KEY" ? "thk_other" : "http://127.0.0.1:9" };

        var refused = await _cli.RunAsync(environment, "", "accounts", "list");
        var chosen = await _cli.RunAsync(environment, "", "accounts", "list", "--profile", "here");

        Assert.Equal((2, 0), (refused.ExitCode, chosen.ExitCode));
        Assert.StartsWith($"{alone} is set without ", refused.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoginThatWouldReplaceAnotherKey_IsAsked()
    {
        await LoginAsync("here");
        var made = await fixture.Http.SendAsync(HttpMethod.Post, "/keys", new { name = "other", role = "read_only" });
        var key = made.Text("key")!;
        Task<CliResult> OtherAsync(params string[] more) =>
            _cli.RunAsync(Bare, key + "\n", ["login", fixture.Hub.Address.ToString(), "--profile", "here", .. more]);

        var asked = await OtherAsync();
        var kept = (string?)Profiles()["here"]!["key"];
        var replaced = await OtherAsync("--yes");
        var again = await OtherAsync();

        Assert.Equal((2, ServerProcess.AdminKey), (asked.ExitCode, kept));
        Assert.Contains("--yes", asked.Words, StringComparison.Ordinal);
        Assert.Equal((0, 0, key), (replaced.ExitCode, again.ExitCode, (string?)Profiles()["here"]!["key"]));
    }

    [Fact]
    public async Task FileThatIsALink_StaysOne_AndABrokenFileIsSaid()
    {
        var real = _cli.ProfilesFile + ".real";
        await File.WriteAllTextAsync(real, "{}", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(_cli.ProfilesFile, real);

        await LoginAsync("here");
        var target = new FileInfo(_cli.ProfilesFile).LinkTarget;
        await File.WriteAllTextAsync(real, """{"current": null, "profiles": null}""", TestContext.Current.CancellationToken);
        var broken = await _cli.RunAsync(Bare, "", "accounts", "list");

        Assert.Equal(real, target);
        Assert.Equal(4, broken.ExitCode);
        Assert.DoesNotContain("   at ", broken.Words, StringComparison.Ordinal);
        Assert.Contains("tenanthub login", broken.Words, StringComparison.Ordinal);
    }

    private Task<CliResult> LoginAsync(string name) =>
        _cli.RunAsync(Bare, ServerProcess.AdminKey + "\n", "login", fixture.Hub.Address.ToString(), "--profile", name);

    private JsonObject Profiles() => JsonNode.Parse(File.ReadAllBytes(_cli.ProfilesFile))!["profiles"]!.AsObject();
}
