using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using TenantHub.Server.Mcp;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary><c>tenanthub mcp</c> as an agent starts it: the official client over stdin and stdout, and lines by hand.</summary>
public sealed class McpBridgeTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Client_ListsAndCallsTools_OverStdio()
    {
        var account = await fixture.LinkAsync();
        var transport = new StdioClientTransport(
            new()
            {
                Command = "dotnet",
                Arguments = ["exec", CliRun.Program, "mcp", "--account", account.Id, "--read-only"],
                EnvironmentVariables = new Dictionary<string, string?>
                {
                    ["TENANTHUB_CONFIG"] = _cli.ProfilesFile,
                    ["TENANTHUB_ADDRESS"] = fixture.Hub.Address.ToString(),
                    ["TENANTHUB_KEY"] = ServerProcess.AdminKey,
                },
            }
        );
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: TestContext.Current.CancellationToken);

        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var calls = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.RunAsync("autodesk_list_hubs", new { })));

        Assert.Contains(tools, tool => tool.Name == "autodesk_list_hubs");
        Assert.DoesNotContain(tools, tool => tool.Name == "autodesk_create_bucket");
        Assert.All(calls, call => Assert.Equal(account.HubId, (string)call.Json["data"]!["data"]![0]!["id"]!));
    }

    [Fact]
    public async Task Lines_AreAnsweredOnceEach_AndWhatFailsIsAnError()
    {
        var account = await fixture.LinkAsync();
        const string lines = """
            no json
            {"jsonrpc":"2.0","method":"notifications/initialized"}
            {"jsonrpc":"2.0","id":"a","method":"tools/list"}

            {"jsonrpc":"2.0","id":7,"method":"no/such/method"}
            """;

        var run = await _cli.RunProcessAsync(
            new Dictionary<string, string?>(),
            lines + "\n",
            "mcp",
            "--account",
            account.Id,
            "--tool-mode",
            "search_execute"
        );
        var nowhere = await _cli.RunProcessAsync(
            new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = "http://127.0.0.1:1" },
            lines + "\n",
            "mcp",
            "--account",
            account.Id
        );
        var noKey = await _cli.RunProcessAsync(
            new Dictionary<string, string?> { ["TENANTHUB_KEY"] = "no-such-key-0123456789" },
            lines + "\n",
            "mcp",
            "--account",
            account.Id
        );

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, run.Lines.Count);
        Assert.Equal(-32700, (int)ById(run, "null")["error"]!["code"]!);
        Assert.NotEmpty(ById(run, "\"a\"")["result"]!["tools"]!.AsArray());
        Assert.Equal(-32601, (int)ById(run, "7")["error"]!["code"]!);
        Assert.Contains("could not be reached", (string)ById(nowhere, "7")["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Contains("401", (string)ById(noKey, "7")["error"]!["message"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("without a message", noKey.Data, StringComparison.Ordinal);
        Assert.Equal(3, noKey.ExitCode);
        Assert.DoesNotContain("no-such-key", noKey.Data + noKey.Words, StringComparison.Ordinal);

        static JsonNode ById(CliResult result, string id) =>
            result.Lines.Single(line =>
                line.AsObject().TryGetPropertyValue("id", out var given) && (given?.ToJsonString() ?? "null") == id
            );
    }
}
