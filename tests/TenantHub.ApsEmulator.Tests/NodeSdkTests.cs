using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.ApsEmulator;

/// <summary>Autodesk's published Node packages, unmodified, through a sample flow: what they need of Autodesk, the emulator has.</summary>
public sealed class NodeSdkTests(EmulatorFixture emulator)
{
    [Fact]
    public async Task AutodesksNodePackages_RunTheirSampleFlow()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (folder, missing) = await NodePackages.InstallAsync("NodeSdk", cancel);
        Assert.SkipWhen(folder is null, missing ?? "");
        var (id, secret) = await emulator.Host.AddAppAsync();
        var account = (string)(await emulator.Host.AddAccountAsync([id]))["acc_account_id"]!;
        var result = Path.Combine(folder!, $"result-{id}.json");

        var run = await NodePackages.RunAsync(
            "node",
            folder!,
            cancel,
            Path.Combine(folder!, "sample.js"),
            emulator.Host.Address.ToString(),
            id,
            secret,
            account,
            result
        );

        Assert.True(run.ExitCode == 0, run.Output);
        var seen = JsonNode.Parse(await File.ReadAllTextAsync(result, cancel))!;
        File.Delete(result);
        Assert.Equal(
            $$$"""
            {"apsSdk":{"expiresIn":3599,"hub":"b.{{{account}}}","warnings":2,"hubOfProject":"b.{{{account}}}","folderParent":true,"versions":[2,1],"itemOfVersion":true,"contents":["plan.txt"],
            "size":39,"downloaded":"Second content of the plan, and longer.","accProjects":1,"totalProjects":2,"previousUrl":null,"users":12,"found":["Person 03"],"company":true,"members":3,"member":true},
            "forgeApis":{"hubs":1,"projects":2,"copy":"copy.json","objects":["a folder/plan.json","copy.json"],"downloaded":"{\"kept\":true}"}}
            """.ReplaceLineEndings(""),
            seen.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        );
        var journal = await emulator.Host.JournalAsync(id, tokens: true);
        Assert.DoesNotContain(journal, record => record.Status is >= 400);
        Assert.Contains(journal, record => record.Path == "//authentication/v2/token");
    }
}
