using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>The command line against a real server: data on stdout, words on stderr, exit codes by class of error.</summary>
public sealed class CliTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Login_KeepsTheKeyWhereOnlyItsOwnerReadsIt()
    {
        var bare = new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = null, ["TENANTHUB_KEY"] = null };

        var without = await _cli.RunAsync(bare, "", "accounts", "list");
        var wrong = await _cli.RunAsync(bare, "no-such-key-0123456789\n", "login", fixture.Hub.Address.ToString());
        var right = await _cli.RunProcessAsync(
            bare,
            ServerProcess.AdminKey + "\n",
            "login",
            fixture.Hub.Address.ToString(),
            "--profile",
            "here"
        );
        var used = await _cli.RunAsync(bare, "", "actions", "bucket", "--output", "jsonl");
        var listed = await _cli.RunAsync(bare, "", "profiles", "list");

        Assert.Equal((4, 3, 0, 0), (without.ExitCode, wrong.ExitCode, right.ExitCode, used.ExitCode));
        Assert.Contains("tenanthub login", without.Words, StringComparison.Ordinal);
        Assert.Contains(used.Lines, action => (string?)action["id"] == "autodesk_create_bucket");
        Assert.Contains("here", listed.Data, StringComparison.Ordinal);
        Assert.DoesNotContain(ServerProcess.AdminKey, right.Data + right.Words + listed.Data + listed.Words, StringComparison.Ordinal);

        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_cli.ProfilesFile));
        File.SetUnixFileMode(_cli.ProfilesFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var open = await _cli.RunAsync(bare, "", "accounts", "list");
        Assert.Equal(2, open.ExitCode);
        Assert.Contains("chmod 600", open.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_IsLinkedRunPlannedAndUnlinked()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var owner = "cli-" + Guid.NewGuid().ToString("N");
        var secretGiven = new Dictionary<string, string?> { ["TENANTHUB_CLIENT_SECRET"] = secret };

        var linked = await _cli.RunAsync(
            secretGiven,
            "",
            "link",
            "--owner",
            owner,
            "--acc-account-id",
            (string)emulated["acc_account_id"]!,
            "--region",
            "US",
            "--client-id",
            clientId,
            "--output",
            "json"
        );
        Assert.True(linked.ExitCode == 0, linked.Words);
        var id = (string)linked.Json["id"]!;
        var run = await _cli.RunAsync("run", "list_account_users", "--account", owner, "--query", "page_size=2", "--output", "json");
        var all = await _cli.RunAsync("run", "list_account_users", "-a", id, "--query", "page_size=5", "--all");
        var body = """{"bucketKey":"cli-@","policyKey":"transient"}""".Replace(
            "@",
            Guid.NewGuid().ToString("N")[..12],
            StringComparison.Ordinal
        );
        var made = await _cli.RunAsync(new Dictionary<string, string?>(), body, "run", "create_bucket", "-a", owner, "--body", "@-");
        var plan = await _cli.RunAsync("plan", "autodesk_list_hubs", "--account", owner);
        var doctor = await _cli.RunAsync("doctor", owner);
        var shown = await _cli.RunAsync("accounts", "show", owner);
        var refused = await _cli.RunAsync("accounts", "unlink", owner);
        var unlinked = await _cli.RunAsync("accounts", "unlink", owner, "--yes");
        var gone = await _cli.RunAsync("doctor", owner);

        Assert.Equal(2, run.Json.AsArray().Count);
        Assert.Contains("--all", run.Words, StringComparison.Ordinal);
        Assert.Equal(emulated["users"]!.AsArray().Count, all.Lines.Count);
        Assert.Equal((string?)JsonNode.Parse(body)!["bucketKey"], (string?)made.Json["bucketKey"]);
        Assert.Contains("/project/v1/hubs", plan.Data, StringComparison.Ordinal);
        Assert.Contains("scope:bucket:create", doctor.Data, StringComparison.Ordinal); // No picture of a bucket.
        Assert.Equal((0, 0), (doctor.ExitCode, shown.ExitCode));
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--yes", refused.Words, StringComparison.Ordinal);
        Assert.Equal((0, 4), (unlinked.ExitCode, gone.ExitCode));
    }

    [Fact]
    public async Task ExitCodes_AreTheClassesOfErrors()
    {
        var account = await fixture.LinkAsync();
        var waiting = await fixture.LinkAsync(provisioned: false);

        var noSuchAction = await _cli.RunAsync("run", "no_such_action", "-a", account.Id);
        var badInput = await _cli.RunAsync("run", "get_project", "-a", account.Id);
        var badOption = await _cli.RunAsync("run", "list_hubs", "-a", account.Id, "--wait", "999");
        var badCommand = await _cli.RunAsync("frobnicate");
        var noAccount = await _cli.RunAsync("run", "list_hubs", "-a", "acc_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        var notProvisioned = await _cli.RunProcessAsync(
            new Dictionary<string, string?>(),
            "",
            "run",
            "list_account_users",
            "-a",
            waiting.Id
        );
        var notThere = await _cli.RunAsync("run", "get_account_user", "-a", account.Id, "--path", "user_id=" + Guid.NewGuid());
        var nowhere = new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = "http://127.0.0.1:1" };
        var unreachable = await _cli.RunAsync(nowhere, "", "keys", "list");

        CliResult[] results = [noSuchAction, badInput, badOption, badCommand, noAccount, notProvisioned, notThere, unreachable];
        Assert.Equal([4, 2, 2, 2, 4, 7, 8, 10], results.Select(result => result.ExitCode));
        Assert.All(results, result => Assert.Empty(result.Data));
        Assert.Contains("project_id", badInput.Words, StringComparison.Ordinal);
        Assert.Contains("custom_integration_missing", notProvisioned.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeysQuotasEventsTailAndCompletion_Work()
    {
        var account = await fixture.LinkAsync();
        await _cli.RunAsync("run", "list_hubs", "-a", account.Id);

        var key = await _cli.RunAsync("keys", "create", "a shop", "--role", "read_only");
        var readOnly = new Dictionary<string, string?> { ["TENANTHUB_KEY"] = key.Data.Trim() };
        var withKey = await _cli.RunAsync(readOnly, "", "keys", "list");
        var quotas = await _cli.RunAsync("quotas", "list", account.ClientId, "--output", "jsonl");
        var added = await _cli.RunAsync("events", "add", "https://example.com/events", "--output", "json");
        var deliveries = await _cli.RunAsync("events", "deliveries", (string)added.Json["id"]!);
        var removed = await _cli.RunAsync("events", "remove", (string)added.Json["id"]!, "--yes");
        CliResult tail = null!;
        await Until.TrueAsync(
            async () => (tail = await _cli.RunAsync("tail", "--account", account.Id, "--no-follow")).Data.Length > 0,
            "the call is in the log"
        );
        var completion = await _cli.RunAsync("completion", "bash");

        Assert.Single(key.Data.Trim().Split('\n'));
        Assert.Equal(3, withKey.ExitCode);
        Assert.Contains(quotas.Lines, quota => (int?)quota["used"] > 0);
        Assert.Equal((0, 0), (deliveries.ExitCode, removed.ExitCode));
        Assert.Contains("autodesk_list_hubs", tail.Data, StringComparison.Ordinal);
        Assert.Contains("autodesk_create_bucket", completion.Data, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', quotas.Data + tail.Data + tail.Words + key.Words);
    }
}
