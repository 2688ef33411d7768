using System.Globalization;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>Calls recorded with their bodies, at a terminal.</summary>
public sealed class RecordingCommandTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task NextCalls_AreRecorded_Listed_ShownWithTheirBodies_UntilItIsStopped()
    {
        var account = await fixture.LinkAsync();

        var begun = await _cli.RunAsync("recordings", "start", "--account", account.Id, "--calls", "3", "--output", "json");
        await _cli.RunAsync("run", "list_hubs", "--account", account.Id);
        await _cli.RunAsync("run", "get_project", "--account", account.Id, "--path", $"project_id={Guid.NewGuid()}");
        CliResult listed = null!;
        await Until.TrueAsync(
            async () => (listed = await _cli.RunAsync("recordings", "list", "--account", account.Id, "--output", "jsonl")).Lines.Count == 2,
            "both calls are recorded"
        );
        var document = await _cli.RunAsync("recordings", "list", "--account", account.Id, "--output", "json");
        var good = Assert.Single(listed.Lines, call => (string?)call["action"] == "autodesk_list_hubs");
        var shown = await _cli.RunAsync("recordings", "show", (string)good["request_id"]!, "--account", account.Id);
        var bad = Assert.Single(listed.Lines, call => (string?)call["action"] == "autodesk_get_project");
        var failed = await _cli.RunAsync("recordings", "show", (string)bad["request_id"]!, "--account", account.Id);
        var stopped = await _cli.RunAsync("recordings", "stop", "--account", account.Id);

        Assert.Equal((0, 3), (begun.ExitCode, (int?)begun.Json["recording"]!["left"]));
        Assert.Contains("3 of 3", begun.Words, StringComparison.Ordinal);
        Assert.Equal((1, 2), ((int?)document.Json["recording"]!["left"], document.Json["recorded"]!.AsArray().Count));
        Assert.Contains("GET /project/v1/hubs: 200", shown.Data, StringComparison.Ordinal);
        Assert.Contains(account.HubId, shown.Data, StringComparison.Ordinal);
        Assert.Equal((0, 0), (failed.ExitCode, stopped.ExitCode));
        Assert.Contains((string)bad["outcome"]!, failed.Data, StringComparison.Ordinal);
        Assert.Contains("Nothing is being recorded.", stopped.Words, StringComparison.Ordinal);
        Assert.Contains("autodesk_list_hubs", stopped.Data, StringComparison.Ordinal); // It stays for a day.
    }

    [Fact]
    public async Task WhatCannotBeRecordedOrShown_IsRefusedInWords()
    {
        var account = await fixture.LinkAsync();
        var none = Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture);

        var tooFew = await _cli.RunAsync("recordings", "start", "--account", account.Id, "--calls", "0");
        var tooMany = await _cli.RunAsync("recordings", "start", "--account", account.Id, "--calls", "101");
        var noAccount = await _cli.RunAsync("recordings", "start");
        var notThere = await _cli.RunAsync("recordings", "show", none, "--account", account.Id);
        var empty = await _cli.RunAsync("recordings", "list", "--account", account.Id);
        var nobody = await _cli.RunAsync("recordings", "list", "--account", "nobody-" + none);

        Assert.Equal(
            [2, 2, 2, 4, 0, 4],
            ((CliResult[])[tooFew, tooMany, noAccount, notThere, empty, nobody]).Select(result => result.ExitCode)
        );
        Assert.Contains("1 to 100", tooMany.Words, StringComparison.Ordinal);
        Assert.Contains("tenanthub recordings list --account", notThere.Words, StringComparison.Ordinal);
        Assert.Equal("", empty.Data);
    }
}
