using System.Text.Json.Nodes;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Mcp;

/// <summary>The protocol's own packages of npm against a running server: the TypeScript client, and the conformance suite.</summary>
public sealed class NodeClientTests(ServerFixture fixture)
{
    /// <summary>What of the suite needs nothing but a server. All other scenarios call tools, prompts and resources of a sample server
    /// (<c>test_simple_text</c> ...), which a connector does not have.</summary>
    private static readonly string[] Scenarios =
    [
        "server-initialize",
        "ping",
        "tools-list",
        "logging-set-level",
        "dns-rebinding-protection",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TypeScriptClient_ListsReadsWritesPlansAndSearches()
    {
        var folder = await InstallAsync();
        var account = await fixture.LinkAsync();
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend");
        var bucket = $"agent-{Guid.NewGuid():N}";
        var result = Path.Combine(folder, $"result-{account.Id}.json");

        var run = await NodePackages.RunAsync(
            "node",
            folder,
            Cancel,
            "client.js",
            fixture.Hub.Address.ToString(),
            key,
            account.Id,
            bucket,
            result
        );

        Assert.True(run.ExitCode == 0, run.Output);
        var seen = JsonNode.Parse(await File.ReadAllTextAsync(result, Cancel))!;
        File.Delete(result);
        Assert.Equal(
            $$"""{"server":"tenanthub","tools":53,"hub":"{{account.HubId}}","created":"{{bucket}}","repeat":true,"wrong":[true,"invalid_input"],"plan":"DELETE","found":"autodesk_delete_bucket"}""",
            seen.ToJsonString()
        );
    }

    [Fact]
    public async Task ConformanceSuite_PassesWhatNeedsNoSampleServer()
    {
        var folder = await InstallAsync();
        var account = await fixture.LinkAsync();
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend");

        var run = await NodePackages.RunAsync(
            "node",
            folder,
            Cancel,
            ["conformance.js", fixture.Hub.Address.ToString(), key, account.Id, .. Scenarios]
        );

        Assert.True(run.ExitCode == 0, run.Output);
    }

    private static async Task<string> InstallAsync()
    {
        var (folder, missing) = await NodePackages.InstallAsync(Path.Combine("Mcp", "NodeClient"), Cancel);
        Assert.SkipWhen(folder is null, missing ?? "");
        return folder!;
    }
}
