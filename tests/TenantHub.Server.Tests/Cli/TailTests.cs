using TenantHub.Server.Client;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>The calls as they come: also over a server that goes and comes back.</summary>
public sealed class TailTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task ServerThatGoesAndComesBack_LeavesNoGap()
    {
        var account = await fixture.LinkAsync();
        var hub = fixture.Client().Account(account.Id);
        var port = FreePort.Find();
        var proxy = new CuttingProxy(fixture.Hub.Address, port: port);
        var there = new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = proxy.Address.ToString() };
        using var tail = _cli.Start(there, "tail", "--account", account.Id, "-n", "0", "--output", "jsonl");
        await Until.TrueAsync(() => proxy.Connections > 0, "it has begun");
        await hub.RunAsync("autodesk_list_buckets", cancellationToken: TestContext.Current.CancellationToken);
        await tail.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        await proxy.DisposeAsync();
        var said = await tail.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        var answer = await hub.RunAsync("autodesk_list_hubs", cancellationToken: TestContext.Current.CancellationToken);
        await using var again = new CuttingProxy(fixture.Hub.Address, port: port);
        var shown = await tail.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        UnixSignal.Terminate.SendTo(tail.Id);
        await tail.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("again", said, StringComparison.Ordinal);
        Assert.Contains(answer.RequestId!, shown, StringComparison.Ordinal);
        Assert.Equal(130, tail.ExitCode);
    }

    [Fact]
    public async Task Json_IsOneDocument_AlsoOfNothing()
    {
        var account = await fixture.LinkAsync();
        await _cli.RunAsync("run", "list_hubs", "-a", account.Id);
        CliResult calls = null!;
        await Until.TrueAsync(
            async () =>
                (calls = await _cli.RunAsync("tail", "-a", account.Id, "--no-follow", "--output", "json")).Data.Contains(
                    "autodesk_list_hubs",
                    StringComparison.Ordinal
                ),
            "the call is in the log"
        );

        var none = await _cli.RunAsync("tail", "-a", account.Id, "-n", "0", "--no-follow", "--output", "json");
        var endless = await _cli.RunAsync("tail", "-a", account.Id, "--output", "json");

        Assert.Single(calls.Json.AsArray());
        Assert.Empty(none.Json.AsArray());
        Assert.Equal(2, endless.ExitCode);
        Assert.Contains("jsonl", endless.Words, StringComparison.Ordinal);
    }
}
