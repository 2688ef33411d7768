using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>A person signs in from the command line by device code, at the company's provider.</summary>
public sealed partial class DeviceLoginTests(ServerFixture fixture, SignInServer company) : IClassFixture<SignInServer>, IDisposable
{
    private static readonly Dictionary<string, string?> Bare = new() { ["TENANTHUB_ADDRESS"] = null, ["TENANTHUB_KEY"] = null };
    private readonly CliRun _cli = new(fixture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Person_EntersTheCode_AndTheTokenIsKeptAndRenewed_UntilTheSignInIsOver()
    {
        var issuer = company.Issuer;
        issuer.PersonsRoles = ["hub-operators"];
        issuer.DeviceAnswers.Clear();
        var before = issuer.Renewals;
        issuer.DeviceTokens = TimeSpan.FromSeconds(20); // Less than what is left when one is renewed: each command gets a new one.

        var (code, login) = await BeginAsync();
        await Until.TrueAsync(() => issuer.DeviceAnswers.Contains("authorization_pending"), "it has asked and was told to wait");
        issuer.Enter(code);
        var ended = await login;
        var quotas = await _cli.RunAsync(Bare, "", "quotas", "list", "--output", "json");
        var keys = await _cli.RunAsync(Bare, "", "keys", "list");

        Assert.True((ended.ExitCode, quotas.ExitCode) == (0, 0), ended.Words + quotas.Words);
        Assert.Equal(3, keys.ExitCode); // For admins.
        Assert.Equal("slow_down", issuer.DeviceAnswers.First());
        Assert.True(issuer.Renewals >= before + 2, $"{issuer.Renewals - before} renewals");
        var profile = JsonNode.Parse(await File.ReadAllTextAsync(_cli.ProfilesFile, Cancel))!["profiles"]!["default"]!;
        Assert.NotNull((string?)profile["sign_in"]!["refresh_token"]);
        Assert.DoesNotContain(
            (string)profile["key"]!,
            ended.Data + ended.Words + quotas.Words + company.Hub.Output,
            StringComparison.Ordinal
        );
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_cli.ProfilesFile));

        issuer.ForgetRefreshTokens();
        var over = await _cli.RunAsync(Bare, "", "quotas", "list");
        Assert.Equal(3, over.ExitCode);
        Assert.Contains("tenanthub login", over.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoCommandsAtOnce_RenewTheTokenOnce()
    {
        var issuer = company.Issuer;
        issuer.PersonsRoles = ["hub-operators"];
        issuer.DeviceTokens = TimeSpan.FromSeconds(20);
        var (code, login) = await BeginAsync();
        issuer.Enter(code);
        Assert.Equal(0, (await login).ExitCode);
        issuer.DeviceTokens = TimeSpan.FromMinutes(5);
        var before = issuer.Renewals;

        var both = await Task.WhenAll(_cli.RunProcessAsync(Bare, "", "accounts", "list"), _cli.RunProcessAsync(Bare, "", "quotas", "list"));

        Assert.All(both, run => Assert.True(run.ExitCode == 0, run.Words));
        Assert.Equal(before + 1, issuer.Renewals);
    }

    [Fact]
    public async Task PersonWhoSaysNo_IsNotSignedIn_AndWhereNothingIsSetUpItIsSaid()
    {
        var issuer = company.Issuer;

        var (code, login) = await BeginAsync();
        issuer.Enter(code, approve: false);
        var refused = await login;
        var nothing = await _cli.RunAsync(Bare, "", "login", fixture.Hub.Address.ToString(), "--device");

        Assert.Equal((3, 2), (refused.ExitCode, nothing.ExitCode));
        Assert.Contains("access_denied", refused.Words, StringComparison.Ordinal);
        Assert.Contains("DeviceClientId", nothing.Words, StringComparison.Ordinal);
        Assert.False(File.Exists(_cli.ProfilesFile));
    }

    /// <summary>Begins to log in, and gives the code that it shows.</summary>
    private async Task<(string Code, Task<CliResult> Login)> BeginAsync()
    {
        var process = _cli.Start(Bare, "login", company.Hub.Address.ToString(), "--device");
        process.StandardInput.Close();
        var said = await process.StandardError.ReadLineAsync(Cancel) ?? "";
        var shown = ShownCode().Match(said);
        Assert.True(shown.Success, said + await (shown.Success ? Task.FromResult("") : process.StandardError.ReadToEndAsync(Cancel)));
        return (shown.Groups[1].Value, EndAsync());

        async Task<CliResult> EndAsync()
        {
            using (process)
            {
                var (data, words) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
                await process.WaitForExitAsync(Cancel);
                return new CliResult(process.ExitCode, await data, said + await words);
            }
        }
    }

    [GeneratedRegex("enter the code ([0-9A-F]{8})")]
    private static partial Regex ShownCode();
}
