using System.Net;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Events;

/// <summary>Event endpoints over HTTP, and events that outlive the process.</summary>
public sealed class EventEndpointTests(ServerFixture fixture)
{
    [Fact]
    public async Task PrivateAddress_IsRefused_AndSoIsAnEndpointThatIsNotThere()
    {
        var inside = await fixture.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = "https://192.168.0.1/events" });
        var loopback = await fixture.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = "http://127.0.0.1:1/events" });
        var gone = await fixture.Http.SendAsync(HttpMethod.Post, "/event_endpoints/evep_none/secret");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (inside.Status, loopback.Status));
        Assert.Contains("private network", inside.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
        BadInputTests.AssertError(gone, "event_not_found", "caller");
    }

    [Fact]
    public async Task Secret_IsInTheFirstAnswerOnly()
    {
        var made = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/event_endpoints",
            new { url = "https://example.com/events", description = "Test" }
        );
        var listed = await fixture.Http.SendAsync(HttpMethod.Get, "/event_endpoints");
        var rotated = await fixture.Http.SendAsync(HttpMethod.Post, $"/event_endpoints/{made.Text("id")}/secret");
        var removed = await fixture.Http.SendAsync(HttpMethod.Delete, $"/event_endpoints/{made.Text("id")}");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.StartsWith("whsec_", made.Text("secret"), StringComparison.Ordinal);
        Assert.DoesNotContain(made.Text("secret")!, listed.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.NotEqual(made.Text("secret"), rotated.Text("secret"));
        Assert.NotNull(rotated.Text("old_secret_until"));
        Assert.Equal(HttpStatusCode.OK, removed.Status);
    }

    /// <summary>The hub is killed while its receiver is down; what it had to tell is still there and is delivered.</summary>
    [Fact]
    public async Task EventOfAKilledHub_IsDelivered()
    {
        await using var receiver = await EventReceiver.StartAsync();
        receiver.Answer = 503;
        await using var emulator = await EmulatorHost.StartAsync();
        await using var hub = await ServerProcess.StartAsync(
            emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Events__AllowLoopback"] = "true" }
        );
        var endpoint = (await hub.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = receiver.Url })).Text("id")!;
        var (clientId, secret) = await emulator.AddAppAsync();
        var account = await emulator.AddAccountAsync([clientId]);
        await hub.Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!);
        var refused = await UntilAsync(receiver, _ => true);

        await hub.KillAsync();
        receiver.Answer = 204;
        await hub.StartAgainAsync();
        var waiting = (await hub.Http.SendAsync(HttpMethod.Get, $"/event_endpoints/{endpoint}/deliveries?status=pending")).Body!.AsArray();
        var replayed = await hub.Http.SendAsync(HttpMethod.Post, $"/event_endpoints/{endpoint}/deliveries/{refused.Id}/replay"); // A minute earlier than its reminder.
        var taken = await UntilAsync(receiver, told => told.Taken);

        Assert.Contains(waiting, delivery => (string?)delivery!["event_id"] == refused.Id);
        Assert.Equal(HttpStatusCode.OK, replayed.Status);
        Assert.Equal((refused.Id, refused.Body), (taken.Id, taken.Body));
    }

    private static async Task<ReceivedEvent> UntilAsync(EventReceiver receiver, Func<ReceivedEvent, bool> wanted)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (receiver.Seen.FirstOrDefault(wanted) is { } found)
                return found;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(90), "The event did not come.");
            await timer.WaitForNextTickAsync();
        }
    }
}
