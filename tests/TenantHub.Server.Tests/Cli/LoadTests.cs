using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>Calls at a rate from the command line: what the journal saw is what was said.</summary>
public sealed class LoadTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Load_RunsSoManyCallsAsItSays_AndTellsTheirTimes()
    {
        var account = await fixture.LinkAsync();

        var run = await _cli.RunAsync("load", "list_buckets", "-a", account.Id, "--rate", "20", "--for", "1", "--output", "json");

        Assert.True(run.ExitCode == 0, run.Words);
        Assert.Equal(
            (20, 20, 0, 0),
            ((int)run.Json["calls"]!, (int)run.Json["succeeded"]!, (int)run.Json["failed"]!, (int)run.Json["skipped"]!)
        );
        var sent = await fixture.Emulator.JournalAsync(account.ClientId);
        Assert.Equal(20, sent.Count(request => request.Path == "/oss/v2/buckets"));
        var ms = run.Json["milliseconds"]!;
        Assert.True(
            (double)ms["p50"]! <= (double)ms["p90"]! && (double)ms["p90"]! <= (double)ms["p99"]! && (double)ms["p99"]! <= (double)ms["max"]!
        );
        Assert.InRange((double)run.Json["seconds"]!, 0.95, 60);
    }

    [Fact]
    public async Task FailedCalls_AreCountedByClass_AndGiveTheExitCode()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}/projects" },
                kind = "status",
                status = 403,
                times = 2,
            }
        );

        var some = await _cli.RunAsync("load", "list_projects", "-a", account.Id, "--rate", "10", "--for", "1", "--output", "json");
        var none = await _cli.RunAsync("load", "list_hubs", "-a", "acc_01ARZ3NDEKTSV4RRFFQ69G5FAV", "--rate", "2", "--for", "1");

        Assert.Equal((10, 2), ((int)some.Json["calls"]!, (int)some.Json["failed"]!));
        Assert.Equal(2, (int)some.Json["errors"]!.AsArray().Sum(error => (int)error!["calls"]!));
        Assert.Equal((int)some.Json["errors"]![0]!["exit_code"]!, some.ExitCode);
        Assert.Equal(4, none.ExitCode);
        Assert.Contains("account_not_found", none.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatChangesSomething_NeedsYes_AndEachCallIsOneOfItsOwn()
    {
        var account = await fixture.LinkAsync();
        string[] write =
        [
            "load",
            "create_bucket",
            "-a",
            account.Id,
            "--body",
            """{"bucketKey":"load-@","policyKey":"transient"}""".Replace("@", Guid.NewGuid().ToString("N")[..12], StringComparison.Ordinal),
            "--rate",
            "3",
            "--for",
            "1",
        ];

        var refused = await _cli.RunAsync(write);
        var run = await _cli.RunAsync([.. write, "--yes", "--output", "json"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--yes", refused.Words, StringComparison.Ordinal);
        Assert.Equal((1, 2), ((int)run.Json["succeeded"]!, (int)run.Json["failed"]!)); // The name is taken after the first.
        Assert.Equal("autodesk_conflict", (string?)run.Json["errors"]![0]!["code"]);
        Assert.Equal(8, run.ExitCode);
    }

    [Theory]
    [InlineData("--rate", "0")]
    [InlineData("--for", "0")]
    [InlineData("--in-flight", "0")]
    [InlineData("--idempotency-key", "k")]
    public async Task WrongOption_IsNamed(string option, string value)
    {
        var wrong = await _cli.RunAsync("load", "list_hubs", "-a", "acc_01ARZ3NDEKTSV4RRFFQ69G5FAV", option, value);

        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains(option, wrong.Words, StringComparison.Ordinal);
    }
}
