using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>Calls that a person has to approve, asked for and decided at a terminal.</summary>
public sealed class ApprovalCommandTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task CallThatWaits_IsSeen_DecidedOnlyWithYes_AndMadeOnce()
    {
        var account = await fixture.LinkAsync();
        var key = await _cli.RunAsync([
            "keys",
            "create",
            "an agent",
            "--role",
            "backend",
            "--approval",
            "writes",
            "--action",
            "create_bucket",
        ]);
        var agent = new Dictionary<string, string?> { ["TENANTHUB_KEY"] = key.Data.Trim() };

        var waiting = await MakeAsync("first");
        var listed = await _cli.RunAsync("approvals", "list", "--output", "jsonl");
        var id = (string)Assert.Single(listed.Lines, approval => (string?)approval["account_id"] == account.Id)["id"]!;
        var shown = await _cli.RunAsync("approvals", "show", id);
        var unasked = await _cli.RunAsync("approvals", "approve", id);
        var own = await _cli.RunAsync(agent, "", "approvals", "approve", id, "--yes");
        var approved = await _cli.RunAsync("approvals", "approve", id, "--yes", "--output", "json");
        var made = await MakeAsync("first");
        var again = await _cli.RunAsync("approvals", "refuse", id, "--yes");
        var used = await _cli.RunAsync(agent, "", "approvals", "show", id, "--output", "json");

        Assert.Equal((5, 0, 0), (waiting.ExitCode, shown.ExitCode, approved.ExitCode));
        Assert.Contains("first", shown.Data, StringComparison.Ordinal); // The call itself.
        Assert.Equal((2, ""), (unasked.ExitCode, unasked.Data));
        Assert.Contains("--yes", unasked.Words, StringComparison.Ordinal);
        Assert.Contains("first", unasked.Words, StringComparison.Ordinal); // What would be let through.
        Assert.Equal(3, own.ExitCode);
        Assert.Equal("approved", (string?)approved.Json["status"]);
        Assert.Equal((0, "used"), (made.ExitCode, (string?)used.Json["status"]));
        Assert.Equal((5, ""), (again.ExitCode, again.Data)); // It was decided before.

        var second = await MakeAsync("second");
        var other = (string)
            Assert.Single(
                (await _cli.RunAsync("approvals", "list", "--output", "json")).Json.AsArray(),
                approval => (string?)approval!["account_id"] == account.Id
            )!["id"]!;
        Assert.Contains(other, second.Words, StringComparison.Ordinal); // Who wants the call can tell which one it is.
        var refused = await _cli.RunAsync("approvals", "refuse", other, "--yes");
        var told = await MakeAsync("second");
        var newest = await _cli.RunAsync("approvals", "list", "--all", "-n", "1", "--output", "jsonl");

        Assert.Equal(0, refused.ExitCode);
        Assert.Contains("approval_refused", told.Words, StringComparison.Ordinal);
        Assert.Single(newest.Lines);

        Task<CliResult> MakeAsync(string name) =>
            _cli.RunAsync(
                agent,
                "",
                "run",
                "create_bucket",
                "--account",
                account.Id,
                "--body",
                $$"""{"bucketKey":"{{name}}-{{account.ProjectId}}","policyKey":"transient"}""",
                "--idempotency-key",
                $"{name}-{account.Id}"
            );
    }

    [Theory]
    [InlineData(4, "show", "apr_01ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData(4, "approve", "no-approval", "--yes")]
    [InlineData(2, "show", "")]
    [InlineData(2, "list", "-n", "0")]
    [InlineData(2, "list", "-n", "many")]
    [InlineData(2, "decide")]
    public async Task WhatIsNoApproval_IsRefusedInWords(int exitCode, params string[] words)
    {
        var result = await _cli.RunAsync(["approvals", .. words]);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Data));
        Assert.DoesNotContain("Exception", result.Words, StringComparison.Ordinal);
        Assert.NotEmpty(result.Words);
    }
}
