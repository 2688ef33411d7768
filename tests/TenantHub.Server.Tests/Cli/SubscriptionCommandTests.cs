using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>What Autodesk tells of an account, at a terminal: subscriptions and the feed.</summary>
public sealed class SubscriptionCommandTests(ServerFixture fixture) : IDisposable
{
    private readonly CliRun _cli = new(fixture);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tenanthub-subscriptions-");

    public void Dispose()
    {
        _cli.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Subscription_IsMade_TellsInTheFeed_AndEndsOnlyWithYes()
    {
        var linked = await fixture.LinkAsync();
        var (account, project) = (linked.Id, "b." + linked.ProjectId);
        string[] wanted = ["subscriptions", "create", "dm.version.added", "--account", account, "--project", project, "--output", "json"];

        var made = await _cli.RunAsync(wanted);
        Assert.True(made.ExitCode == 0, made.Words);
        var id = (string)made.Json["id"]!;
        var again = await _cli.RunAsync(wanted);
        await SendAsync("first.txt");
        await SendAsync("second.txt");
        CliResult told = null!;
        await Until.TrueAsync(
            async () => (told = await _cli.RunAsync("events", "feed", "--account", account, "--output", "jsonl")).Lines.Count == 2,
            "both events are in the feed"
        );
        var first = await _cli.RunAsync("events", "feed", "--account", account, "-n", "1");
        var rest = await _cli.RunAsync("events", "feed", "--account", account, "--after", "1", "--output", "json");
        var gone = await _cli.RunAsync("events", "feed", "--account", account, "--after", "99");
        var endpoint = (string)(await _cli.RunAsync("events", "add", "https://example.com/events", "--output", "json")).Json["id"]!;
        string[] both = ["events", "resend", "--account", account, "--first", "1", "--last", "2", "--output", "json"];
        var resent = await _cli.RunAsync([.. both, "--endpoint", endpoint]);
        await _cli.RunAsync("events", "remove", endpoint, "--yes");
        var nowhere = await _cli.RunAsync([.. both, "--endpoint", endpoint]);
        var listed = await _cli.RunAsync("subscriptions", "list", "--account", account);
        var rotated = await _cli.RunAsync("subscriptions", "rotate", id, "--account", account, "--output", "json");
        var unasked = await _cli.RunAsync("subscriptions", "remove", id, "--account", account);
        var ended = await _cli.RunAsync("subscriptions", "remove", id, "--account", account, "--yes", "--output", "json");

        Assert.Equal((id, "project"), ((string?)again.Json["id"], (string?)made.Json["scope"]));
        Assert.Equal(["first.txt", "second.txt"], told.Lines.Select(line => (string?)line["data"]!["payload"]!["name"]));
        Assert.Contains("There is more: --after 1", first.Words, StringComparison.Ordinal);
        Assert.Equal(2L, (long?)Assert.Single(rest.Json.AsArray())!["data"]!["sequence"]);
        Assert.Contains("What comes later: --after 2", rest.Words, StringComparison.Ordinal);
        Assert.Contains("cursor_expired", gone.Words, StringComparison.Ordinal);
        Assert.Equal((0, 2, 1), (resent.ExitCode, (int?)resent.Json["events"], (int?)resent.Json["endpoints"]));
        Assert.Equal(4, nowhere.ExitCode);
        Assert.Contains(id, listed.Data, StringComparison.Ordinal);
        Assert.Equal(id, (string?)rotated.Json["id"]);
        Assert.Equal((2, ""), (unasked.ExitCode, unasked.Data));
        Assert.Equal((0, "removing"), (ended.ExitCode, (string?)ended.Json["status"]));

        async Task SendAsync(string name)
        {
            var file = Path.Combine(_folder.FullName, name);
            await File.WriteAllTextAsync(file, name, TestContext.Current.CancellationToken);
            var sent = await _cli.RunAsync("files", "up", file, "--account", account, "--project", project, "--folder", linked.Folder);
            Assert.True(sent.ExitCode == 0, sent.Words);
        }
    }

    [Fact]
    public async Task EventThatIsNotInTheFeed_IsNotSentAgain_AndAddressIsChecked()
    {
        var account = (await fixture.LinkAsync()).Id;

        var none = await _cli.RunAsync("events", "resend", "--account", account, "--first", "1", "--last", "5");
        var empty = await _cli.RunAsync("events", "feed", "--account", account);
        var check = await _cli.RunAsync("subscriptions", "check", "--output", "json");

        Assert.Equal(4, none.ExitCode);
        Assert.Contains("tenanthub events feed --account", none.Words, StringComparison.Ordinal);
        Assert.Equal((0, ""), (empty.ExitCode, empty.Data));
        Assert.Contains("--after 0", empty.Words, StringComparison.Ordinal);
        Assert.Equal((0, true), (check.ExitCode, (bool?)check.Json["is_reachable"]));
    }

    [Theory]
    [InlineData("--project", "create", "dm.version.added")]
    [InlineData("--project", "create", "dm.version.added", "--project", "b.1", "--all-projects")]
    [InlineData("--folder", "create", "dm.version.added", "--folder", "urn:adsk.wipprod:fs.folder:co.1", "--all-projects")]
    [InlineData("EVENTS", "create", "--all-projects")]
    [InlineData("events", "create", "no.such.event", "--all-projects")]
    [InlineData("SUBSCRIPTION", "remove", "--yes")]
    public async Task SubscriptionThatCannotBe_IsRefusedInWords(string named, params string[] words)
    {
        var account = await fixture.LinkAsync();

        var result = await _cli.RunAsync(["subscriptions", .. words, "--account", account.Id]);

        Assert.Equal((2, ""), (result.ExitCode, result.Data));
        Assert.Contains(named, result.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--first", "1", "--last", "0")]
    [InlineData("--first", "0")]
    [InlineData("--first", "second")]
    [InlineData("--last", "1")]
    public async Task RowOfEventsThatIsNone_IsRefusedInWords(params string[] words)
    {
        var result = await _cli.RunAsync(["events", "resend", "--account", "customer-1", .. words]);

        Assert.Equal((2, ""), (result.ExitCode, result.Data));
        Assert.Matches("first|last", result.Words);
        Assert.DoesNotContain("Exception", result.Words, StringComparison.Ordinal);
    }
}
