using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Mcp;

/// <summary>The protocol's own packages of npm against a running server: the TypeScript client, and the conformance suite.</summary>
public sealed class NodeClientTests(ServerFixture fixture)
{
    /// <summary>The scenarios that run. Three of them call a tool of a sample server by its name; they are given one of ours that does what
    /// the scenario looks for, and its answer as it is.</summary>
    private static readonly string[] Scenarios =
    [
        "server-initialize",
        "ping",
        "tools-list",
        "logging-set-level",
        "dns-rebinding-protection",
        "server-sse-multiple-streams",
        "tools-call-simple-text",
        "tools-call-error",
        "tools-call-with-progress",
    ];

    private const string NoPrompts = "a connector has actions, and neither prompts nor completions of them: it does not say that it had";
    private const string NoResources = "a connector has actions, and no resources: it does not say that it had";
    private const string OnlyJson = "results are Autodesk's JSON: there is no tool whose result is of this kind";
    private const string NoQuestions =
        "the server does not call its client: no session is kept, and the newest revision has taken this out";

    /// <summary>The others, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["completion-complete"] = NoPrompts,
        ["prompts-list"] = NoPrompts,
        ["prompts-get-simple"] = NoPrompts,
        ["prompts-get-with-args"] = NoPrompts,
        ["prompts-get-embedded-resource"] = NoPrompts,
        ["prompts-get-with-image"] = NoPrompts,
        ["resources-list"] = NoResources,
        ["resources-read-text"] = NoResources,
        ["resources-read-binary"] = NoResources,
        ["resources-templates-read"] = NoResources,
        ["resources-subscribe"] = NoResources,
        ["resources-unsubscribe"] = NoResources,
        ["tools-call-image"] = OnlyJson,
        ["tools-call-audio"] = OnlyJson,
        ["tools-call-embedded-resource"] = OnlyJson,
        ["tools-call-mixed-content"] = OnlyJson,
        ["tools-call-with-logging"] = "messages for a log of the client's are deprecated, and sent by no tool",
        ["tools-call-sampling"] = NoQuestions,
        ["tools-call-elicitation"] = NoQuestions,
        ["elicitation-sep1034-defaults"] = NoQuestions,
        ["elicitation-sep1330-enums"] = NoQuestions,
        ["server-sse-polling"] =
            "a stream that was cut is not taken up again: without a session the call is sent again, and takes effect once",
        ["json-schema-2020-12"] =
            "it looks for one tool of a sample server in the list, by its name; the schemas of ours are read by the clients above",
    };

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
    public async Task ConformanceSuite_Passes_ButForWhatAConnectorDoesNotHave()
    {
        var folder = await InstallAsync();
        var account = await fixture.LinkAsync();
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend");
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project/v1/hubs/" + account.HubId },
                kind = "latency",
                delay_ms = 3_500, // Progress is told once a second, and three times is looked for.
                times = 1,
            }
        );
        var tools = new
        {
            test_simple_text = new { name = "autodesk_list_hubs", arguments = new { } },
            test_error_handling = new { name = "autodesk_list_top_folders", arguments = new { } },
            test_tool_with_progress = new { name = "autodesk_get_hub", arguments = new { } },
        };

        var run = await NodePackages.RunAsync(
            "node",
            folder,
            Cancel,
            ["conformance.js", fixture.Hub.Address.ToString(), key, account.Id, JsonSerializer.Serialize(tools), .. Scenarios]
        );

        Assert.True(run.ExitCode == 0, run.Output);
    }

    /// <summary>A scenario that a newer suite brings is run, or has a reason.</summary>
    [Fact]
    public async Task EveryScenarioOfTheSuite_IsRun_OrHasAReason()
    {
        var folder = await InstallAsync();

        var list = await NodePackages.RunAsync(
            "node",
            folder,
            Cancel,
            "--import",
            "./preload.js",
            "node_modules/@modelcontextprotocol/conformance/dist/index.js",
            "list",
            "--server"
        );

        var known = list
            .Output.Split('\n')
            .Where(line => line.StartsWith("  - ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[3]);
        Assert.Equal(Scenarios.Concat(Exceptions.Keys).Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    private static async Task<string> InstallAsync()
    {
        var (folder, missing) = await NodePackages.InstallAsync(Path.Combine("Mcp", "NodeClient"), Cancel);
        Assert.SkipWhen(folder is null, missing ?? "");
        return folder!;
    }
}
