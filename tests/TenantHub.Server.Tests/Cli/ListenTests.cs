using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Client.Events;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>The server's events, checked by the client's signature check, shown and passed on.</summary>
[Collection(LoopbackServer.Name)]
public sealed class ListenTests(ServerFixture fixture, LoopbackServer loopback)
{
    [Fact]
    public async Task Event_IsShown_AndPassedOnWithTheProfilesOwnSignature()
    {
        using var cli = new CliRun(fixture);
        await using var receiver = await EventReceiver.StartAsync();
        var hub = loopback.Hub;
        var bare = new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = null, ["TENANTHUB_KEY"] = null };
        await cli.RunAsync(bare, ServerProcess.AdminKey + "\n", "login", hub.Address.ToString());

        using var listen = cli.Start(bare, "listen", "--forward-to", receiver.Url, "--port", $"{FreePort.Find()}", "--output", "jsonl");
        await listen.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        var said = (await listen.StandardError.ReadLineAsync(TestContext.Current.CancellationToken))!;
        var secret = said[said.IndexOf("whsec_", StringComparison.Ordinal)..];
        var (clientId, clientSecret) = await fixture.Emulator.AddAppAsync();
        var account = await fixture.Emulator.AddAccountAsync([clientId]);
        await hub.Http.LinkAsync(clientId, clientSecret, (string)account["acc_account_id"]!);
        var shown = await listen.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(receiver.Taken.Any, "the event is passed on");
        UnixSignal.Terminate.SendTo(listen.Id);
        await listen.WaitForExitAsync(TestContext.Current.CancellationToken);
        var left = await hub.Http.SendAsync(HttpMethod.Get, "/event_endpoints");

        var taken = receiver.Taken.First();
        Assert.Contains("account.", shown, StringComparison.Ordinal);
        Assert.True(
            TenantHubEvent.TryRead(taken.Id, taken.Timestamp, taken.Signature, Encoding.UTF8.GetBytes(taken.Body), secret, out var happened)
        );
        Assert.StartsWith("account.", happened.Type, StringComparison.Ordinal);
        var profiles = JsonNode.Parse(await File.ReadAllTextAsync(cli.ProfilesFile, TestContext.Current.CancellationToken))!;
        Assert.Equal(secret, (string?)profiles["profiles"]!["default"]!["listen_secret"]);
        Assert.Empty(left.Body!.AsArray());
    }

    /// <summary>The endpoint of one that was killed is taken over: two at one address would each refuse what the other signs.</summary>
    [Fact]
    public async Task ListenThatWasKilled_LeavesNoEndpointToTheNext()
    {
        using var cli = new CliRun(fixture);
        var here = new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = loopback.Hub.Address.ToString() };
        var port = FreePort.Find();
        using var killed = cli.Start(here, "listen", "--port", $"{port}");
        await killed.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        killed.Kill();
        await killed.WaitForExitAsync(TestContext.Current.CancellationToken);

        using var next = cli.Start(here, "listen", "--port", $"{port}");
        await next.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        var endpoints = await loopback.Hub.Http.SendAsync(HttpMethod.Get, "/event_endpoints");
        var taken = await cli.RunAsync(here, "", "listen", "--port", $"{port}");
        UnixSignal.Terminate.SendTo(next.Id);
        await next.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Single(endpoints.Body!.AsArray(), endpoint => ((string)endpoint!["url"]!).Contains($":{port}", StringComparison.Ordinal));
        Assert.Equal((2, 130), (taken.ExitCode, next.ExitCode));
        Assert.Contains("--port", taken.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", taken.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_SendsOneEventAgain_OrAllThatWereNotTaken()
    {
        using var cli = new CliRun(fixture);
        await using var receiver = await EventReceiver.StartAsync();
        receiver.Answer = 503;
        var hub = loopback.Hub;
        var here = new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = hub.Address.ToString() };
        var endpoint = (string)(await cli.RunAsync(here, "", "events", "add", receiver.Url, "--output", "json")).Json["id"]!;
        var (clientId, clientSecret) = await fixture.Emulator.AddAppAsync();
        var account = await fixture.Emulator.AddAccountAsync([clientId]);
        await hub.Http.LinkAsync(clientId, clientSecret, (string)account["acc_account_id"]!);
        await Until.TrueAsync(
            async () =>
                (await cli.RunAsync(here, "", "events", "deliveries", endpoint, "--status", "pending", "--output", "jsonl")).Lines
                    is { Count: > 0 } waiting
                && waiting.All(delivery => (int)delivery["attempts"]! > 0),
            "the events were refused"
        );

        var one = receiver.Seen.First().Id;
        var seen = receiver.Seen.Count(told => told.Id == one);
        var again = await cli.RunAsync(here, "", "events", "replay", endpoint, one);
        await Until.TrueAsync(() => receiver.Seen.Count(told => told.Id == one) > seen, "one is sent again");
        receiver.Answer = 204;
        var replayed = await cli.RunAsync(here, "", "replay", endpoint, "--failed", "--output", "jsonl");
        await Until.TrueAsync(
            () => replayed.Lines.All(line => receiver.Taken.Any(told => told.Id == (string?)line["event_id"])),
            "they are taken"
        );
        var neither = await cli.RunAsync(here, "", "replay", endpoint);
        var taken = await cli.RunAsync(here, "", "replay", endpoint, one);
        var nothing = await cli.RunAsync(here, "", "replay", endpoint, "--failed", "--output", "jsonl");
        await cli.RunAsync(here, "", "events", "remove", endpoint, "--yes");

        Assert.NotEmpty(replayed.Lines);
        Assert.Equal((0, 0, 2, 4, 0), (replayed.ExitCode, again.ExitCode, neither.ExitCode, taken.ExitCode, nothing.ExitCode));
    }
}
