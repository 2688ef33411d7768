using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cluster;

/// <summary>
/// Autodesk's calls as several hubs take them: at any of them, while they are restarted one after the other, and while the database is
/// away.
/// What was answered with 200 is in the account's one feed, what was not Autodesk sends again.
/// </summary>
[Collection(FleetCollection.Name)]
public sealed class EventReceiptTests(FleetFixture fixture)
{
    private ServerFleet Fleet => fixture.Fleet;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CallsAtAnyHub_AlsoWhileHubsAreRestarted_BecomeOneFeed()
    {
        var hook = await HookAsync();
        var taken = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            foreach (var hub in Fleet.Hubs)
                await SendAsync(hub);
            var restarted = Fleet.Hubs[round];
            await restarted.TerminateAsync();
            foreach (var hub in Fleet.Hubs.Where(hub => hub != restarted))
                await SendAsync(hub);
            await restarted.StartAgainAsync();
        }

        foreach (var hub in Fleet.Hubs)
        {
            var feed = await FeedAsync(hub, hook.Account, taken.Count);
            Assert.Equal(Enumerable.Range(1, taken.Count), feed.Select(told => (int)told!["data"]!["sequence"]!));
            Assert.Equal(taken.Order(), feed.Select(told => (string)told!["data"]!["resource_urn"]!).Order());
        }

        async Task SendAsync(ServerProcess hub)
        {
            var urn = $"urn:{taken.Count:00}";
            Assert.Equal(HttpStatusCode.OK, await CallAsync(hub, hook, urn));
            taken.Add(urn);
        }
    }

    [Fact]
    public async Task DatabaseThatIsAway_HasCallsRefused_SoThatAutodeskSendsThemAgain()
    {
        var hook = await HookAsync();
        await Fleet.Database.KillAsync();
        var refused = await Task.WhenAll(Fleet.Hubs.Select(hub => CallAsync(hub, hook, "urn:by-hand")));
        await RaiseAsync(hook, "urn:raised");
        await Fleet.Emulator.PostAsync("callbacks/settle", new { });
        var attempts = await AttemptsAsync(hook);
        await Fleet.Database.StartAgainAsync();
        await Until.TrueAsync(
            async () =>
            {
                await Fleet.Emulator.PostAsync("time", new { advance_seconds = 3600 });
                await Fleet.Emulator.PostAsync("callbacks/settle", new { });
                return (await AttemptsAsync(hook)).LastOrDefault() == 200;
            },
            "Autodesk's call is taken"
        );

        Assert.All(refused, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        Assert.Equal([503], attempts);
        var feed = await FeedAsync(Fleet.Hubs[0], hook.Account, 1);
        Assert.Equal("urn:raised", (string?)Assert.Single(feed)!["data"]!["resource_urn"]);
    }

    private static async Task<HttpStatusCode> CallAsync(ServerProcess hub, Hook hook, string urn)
    {
        var body = $$$"""{"resourceUrn":"{{{urn}}}","payload":{"project":"{{{hook.Project}}}","name":"{{{urn}}}"}}""";
        using var nobody = hub.NewClient(null);
        var signature = (string)
            (await hook.Emulator.PostAsync("callbacks/sign", new { hook_id = hook.Id, bodies = new[] { body } }))["signatures"]![0]!;
        return (await nobody.SendAsync(HttpMethod.Post, hook.Path, body, headers: ("x-adsk-signature", signature))).Status;
    }

    private static async Task<JsonArray> FeedAsync(ServerProcess hub, string account, int count)
    {
        JsonNode? feed = null;
        await Until.TrueAsync(
            async () =>
            {
                var answer = await hub.Http.SendAsync(HttpMethod.Get, $"/events?account_id={account}");
                return answer.Status is HttpStatusCode.OK && (feed = answer.Body)!["data"]!.AsArray().Count >= count;
            },
            $"the feed has {count} events"
        );
        return feed!["data"]!.AsArray();
    }

    private Task<JsonNode> RaiseAsync(Hook hook, string urn) =>
        Fleet.Emulator.PostAsync(
            "events",
            new
            {
                system = "data",
                @event = "dm.version.added",
                project_id = hook.Project,
                resource_urn = urn,
                payload = new { project = hook.Project, name = urn },
            }
        );

    /// <summary>How the tries of what was raised were answered.</summary>
    private async Task<List<int>> AttemptsAsync(Hook hook)
    {
        var list = await Fleet.Emulator.Control.GetFromJsonAsync<JsonNode>("/_emulator/callbacks", Cancel);
        return
        [
            .. from change in list!["changes"]!.AsArray()
            where (string?)change!["project_id"] == hook.Project && (string?)change["resource_urn"] == "urn:raised"
            from callback in change["callbacks"]!.AsArray()
            from attempt in callback!["attempts"]!.AsArray()
            select (int?)attempt!["status"] ?? 0,
        ];
    }

    private async Task<Hook> HookAsync()
    {
        var (clientId, secret) = await Fleet.Emulator.AddAppAsync();
        var emulated = await Fleet.Emulator.AddAccountAsync([clientId]);
        var project = (string)emulated["projects"]![0]!["id"]!;
        var http = Fleet.Hubs[0].Http;
        var account = (await http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
        var made = await http.SendAsync(
            HttpMethod.Post,
            "/subscriptions",
            new
            {
                account_id = account,
                events = new[] { "dm.version.added" },
                scope = "project",
                project_id = project,
            }
        );
        Assert.True(made.Status is HttpStatusCode.Created, $"{made.Body}");
        await Until.TrueAsync(
            async () =>
                (string?)(await http.SendAsync(HttpMethod.Get, $"/subscriptions?account_id={account}")).Body![0]!["status"] == "active",
            "the subscription is active"
        );
        var created = (await Fleet.Emulator.JournalAsync(clientId)).Single(entry =>
            entry.Method == "POST" && entry.Path.EndsWith("/hooks", StringComparison.Ordinal) && entry.Status == 201
        );
        var id = created
            .ResponseHeaders.First(header => header.Key.Equals("location", StringComparison.OrdinalIgnoreCase))
            .Value.Split('/')[^1];
        return new(Fleet.Emulator, account, project, id, new Uri((string)created.BodyJson!["callbackUrl"]!).AbsolutePath);
    }

    private sealed record Hook(EmulatorHost Emulator, string Account, string Project, string Id, string Path);
}
