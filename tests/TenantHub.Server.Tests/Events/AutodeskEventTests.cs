using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Events;

/// <summary>Autodesk's events over HTTP: subscribe, receive, read, be told.</summary>
public sealed class AutodeskEventTests(ServerFixture fixture)
{
    [Fact]
    public async Task UploadThroughTheHub_IsToldByAutodesk_AndStandsInTheFeed_ByWhichOthersSeeNothing()
    {
        var mine = await fixture.LinkAsync();
        var subscription = await SubscribeAsync(fixture.Http, mine, "dm.version.added", "dm.folder.added");
        await UploadAsync(fixture.Http, mine, "a.txt");
        var page = await FeedAsync(fixture.Http, mine, 1);
        var told = page["data"]![0]!;

        Assert.Equal("autodesk.event", (string?)told["type"]);
        Assert.Equal(
            (mine.Id, "owner-1", 1, (string?)subscription["id"], mine.ProjectId, "dm.version.added", false, "a.txt"),
            (
                (string?)told["data"]!["account_id"],
                (string?)told["data"]!["origin_owner_id"],
                (int)told["data"]!["sequence"]!,
                (string?)told["data"]!["subscription_id"],
                (string?)told["data"]!["project_id"],
                (string?)told["data"]!["event"],
                (bool)told["data"]!["recovered"]!,
                (string?)told["data"]!["payload"]!["name"]
            )
        );
        var after = await fixture.Http.SendAsync(HttpMethod.Get, $"/events?account_id={mine.Id}&after={page["next"]}");
        Assert.Empty(after.Body!["data"]!.AsArray());
        Assert.Equal((string?)page["next"], after.Text("next"));
        BadInputTests.AssertError(
            await fixture.Http.SendAsync(HttpMethod.Get, $"/events?account_id={mine.Id}&after=99"),
            "cursor_expired",
            "caller"
        );
        BadInputTests.AssertError(
            await fixture.Http.SendAsync(HttpMethod.Get, $"/events?account_id={mine.Id}&after=x"),
            "invalid_input",
            "caller"
        );
        BadInputTests.AssertError(await fixture.Http.SendAsync(HttpMethod.Get, "/events"), "invalid_input", "caller");

        using var stranger = await fixture.Hub.HoldKeyAsync("operator", owners: ["somebody-else"]);
        foreach (var path in new[] { $"/events?account_id={mine.Id}", $"/subscriptions?account_id={mine.Id}" })
            BadInputTests.AssertError(await stranger.SendAsync(HttpMethod.Get, path), "account_not_found", "caller");
        BadInputTests.AssertError(
            await stranger.SendAsync(HttpMethod.Post, "/events/resend", new { account_id = mine.Id, from = 1 }),
            "account_not_found",
            "caller"
        );
        var secrets = $"/subscriptions/{subscription["id"]}/secrets?account_id={mine.Id}";
        BadInputTests.AssertError(await stranger.SendAsync(HttpMethod.Post, secrets), "account_not_found", "caller");
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.SendAsync(HttpMethod.Post, secrets)).Status);
        BadInputTests.AssertError(
            await fixture.Http.SendAsync(HttpMethod.Post, "/events/resend", new { account_id = mine.Id, from = 7 }),
            "event_not_found",
            "caller"
        );
        BadInputTests.AssertError(
            await fixture.Http.SendAsync(
                HttpMethod.Post,
                "/events/resend",
                new
                {
                    account_id = mine.Id,
                    from = 2,
                    to = 1,
                }
            ),
            "invalid_input",
            "caller"
        );
        var foreign = await stranger.SendAsync(HttpMethod.Delete, $"/subscriptions/{subscription["id"]}?account_id={mine.Id}");
        BadInputTests.AssertError(foreign, "account_not_found", "caller");
        Assert.Equal(
            "removing",
            (await fixture.Http.SendAsync(HttpMethod.Delete, $"/subscriptions/{subscription["id"]}?account_id={mine.Id}")).Text("status")
        );
    }

    [Fact]
    public async Task WhatAForgerSends_IsAnsweredAlike_AndToldToNobody()
    {
        var mine = await fixture.LinkAsync();
        await SubscribeAsync(fixture.Http, mine, "dm.version.added");
        var created = (await fixture.Emulator.JournalAsync(mine.ClientId)).First(entry =>
            entry.Method == "POST" && entry.Path.EndsWith("/hooks", StringComparison.Ordinal)
        );
        var address = new Uri((string)created.BodyJson!["callbackUrl"]!).AbsolutePath;
        using var nobody = fixture.Hub.NewClient(null);
        var body = $$$"""{"resourceUrn":"urn:forged","payload":{"project":"{{{mine.ProjectId}}}"}}""";

        var unsigned = await nobody.SendAsync(HttpMethod.Post, address, body);
        var wrong = await nobody.SendAsync(
            HttpMethod.Post,
            address,
            body,
            headers: ("x-adsk-signature", "sha1hash=" + new string('a', 40))
        );
        var noJson = await nobody.SendAsync(HttpMethod.Post, address, "not json");
        var empty = await nobody.SendAsync(HttpMethod.Post, address, "");
        var madeUp = await nobody.SendAsync(HttpMethod.Post, "/autodesk/events/" + new string('A', 200), body);
        var large = await nobody.SendAsync(HttpMethod.Post, address, new string(' ', 10 * 1024 * 1024));
        await UploadAsync(fixture.Http, mine, "true.txt");
        var feed = (JsonNode?)null;
        await Until.TrueAsync(
            async () => (feed = await FeedAsync(fixture.Http, mine, 1))["data"]!.AsArray().Any(each => !(bool)each!["data"]!["recovered"]!),
            "the upload is told"
        );

        Assert.All(
            new[] { unsigned, wrong, noJson, empty },
            answer => Assert.Equal((HttpStatusCode.OK, null), (answer.Status, answer.Body))
        );
        BadInputTests.AssertError(madeUp, "endpoint_not_found", "caller");
        BadInputTests.AssertError(large, "body_too_large", "caller");
        // A hook's first calls may be unsigned for a while, so what they may have told is read as a gap; that is the folder's truth.
        var told = feed!["data"]!.AsArray().Where(each => !(bool)each!["data"]!["recovered"]!);
        Assert.Equal("true.txt", (string?)Assert.Single(told)!["data"]!["payload"]!["name"]);
        Assert.DoesNotContain("urn:forged", feed!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_TellsThatTheAddressLeadsHere()
    {
        var seen = (await fixture.Http.SendAsync(HttpMethod.Get, "/subscriptions/reachability")).Body!;

        Assert.True((bool)seen["is_reachable"]!, seen.ToJsonString());
    }

    [Fact]
    public async Task WrongSubscriptions_AreRefused_WithWhatToDo()
    {
        var mine = await fixture.LinkAsync();
        var theirs = await fixture.LinkAsync();
        Task<ApiAnswer> PostAsync(object body) => fixture.Http.SendAsync(HttpMethod.Post, "/subscriptions", body);

        BadInputTests.AssertError(
            await PostAsync(
                new
                {
                    account_id = mine.Id,
                    events = new[] { "dm.nothing" },
                    scope = "hub",
                }
            ),
            "invalid_input",
            "caller"
        );
        BadInputTests.AssertError(
            await PostAsync(
                new
                {
                    account_id = mine.Id,
                    events = Array.Empty<string>(),
                    scope = "project",
                }
            ),
            "invalid_input",
            "caller"
        );
        BadInputTests.AssertError(
            await PostAsync(new { account_id = "acc_none", events = new[] { "dm.*" } }),
            "account_not_found",
            "caller"
        );
        var foreign = await PostAsync(
            new
            {
                account_id = mine.Id,
                events = new[] { "dm.version.added" },
                scope = "project",
                project_id = theirs.ProjectId,
            }
        );
        Assert.Equal(HttpStatusCode.NotFound, foreign.Status);
        var folder = await PostAsync(
            new
            {
                account_id = mine.Id,
                events = new[] { "dm.version.added" },
                scope = "folder",
                project_id = mine.ProjectId,
                folder_id = theirs.Folder,
            }
        );
        Assert.Equal(HttpStatusCode.NotFound, folder.Status);
        var gone = await fixture.Http.SendAsync(HttpMethod.Delete, $"/subscriptions/sub_none?account_id={mine.Id}");
        BadInputTests.AssertError(gone, "subscription_not_found", "caller");
        Assert.Empty((await fixture.Http.SendAsync(HttpMethod.Get, $"/subscriptions?account_id={mine.Id}")).Body!.AsArray());
    }

    /// <summary>The hub is killed again and again while Autodesk calls. What Autodesk was answered is told, what it was not it sends again:
    /// the emulator's own list is the judge. The receiver's end gets each, signed, and the feed holds each once.</summary>
    [Fact]
    public async Task KilledHub_LosesNothingThatItAcknowledged_AndEndpointAndFeedGetEachChange()
    {
        const int changes = 40;
        await using var receiver = await EventReceiver.StartAsync();
        await using var emulator = await EmulatorHost.StartAsync();
        await using var hub = await ServerProcess.StartAsync(
            emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Events__AllowLoopback"] = "true" }
        );
        await hub.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = receiver.Url });
        var (clientId, secret) = await emulator.AddAppAsync();
        var emulated = await emulator.AddAccountAsync([clientId]);
        var linked = await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
        var mine = new Linked(linked.Text("id")!, clientId, secret, emulated, linked.Body!);
        await SubscribeAsync(hub.Http, mine, "dm.version.added");
        await UploadAsync(hub.Http, mine, "first.txt");
        await emulator.FaultAsync(
            new
            {
                kind = "duplicate_callback",
                client_id = clientId,
                probability = 0.3,
            }
        );
        await emulator.FaultAsync(
            new
            {
                kind = "reorder_callback",
                client_id = clientId,
                probability = 0.3,
            }
        );
        async Task ChangeAsync(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                await emulator.PostAsync(
                    "events",
                    new
                    {
                        system = "data",
                        @event = "dm.version.added",
                        project_id = mine.ProjectId,
                        resource_urn = $"urn:v{i}",
                        payload = new { project = mine.ProjectId, name = $"v{i}" },
                    }
                );
            }
        }

        var acknowledged = 0;
        for (var round = 0; round < 2; round++)
        {
            await ChangeAsync(round * changes / 2, (round + 1) * changes / 2);
            var before = acknowledged;
            await Until.TrueAsync(
                async () => (acknowledged = await DeliveredAsync(emulator)) >= before + 5,
                "Autodesk's calls are being taken"
            );
            await hub.KillAsync();
            await hub.StartAgainAsync();
        }

        await Until.TrueAsync(
            async () =>
            {
                await emulator.PostAsync("time", new { advance_seconds = 3600 }); // The next try of what failed.
                await emulator.PostAsync("callbacks/settle", new { });
                return await IsAllDeliveredAsync(emulator);
            },
            "Autodesk has delivered every callback"
        );
        var feed = await FeedAsync(hub.Http, mine, changes + 1);
        await Until.TrueAsync(() => Told(receiver).Distinct().Count() == changes + 1, "the endpoint was told of every change");

        var urns = feed["data"]!.AsArray().Select(told => (string)told!["data"]!["resource_urn"]!).ToList();
        var list = (await emulator.Control.GetFromJsonAsync<JsonNode>("/_emulator/callbacks", TestContext.Current.CancellationToken))![
            "changes"
        ]!.AsArray();
        var judge = list.Where(change => change!["callbacks"]!.AsArray().Count > 0)
            .Select(change => (string)change!["resource_urn"]!)
            .ToList();
        Assert.Equal(changes + 1, judge.Count);
        Assert.Equal(judge.Order(), urns.Order());
        Assert.Equal(judge.Order(), Told(receiver).Distinct().Order());
        Assert.Equal(Enumerable.Range(1, changes + 1), feed["data"]!.AsArray().Select(told => (int)told!["data"]!["sequence"]!));
        Assert.DoesNotContain(
            "urn:v",
            await File.ReadAllTextAsync(
                Path.Combine(hub.DataDirectory, "tenanthub.db"),
                Encoding.Latin1,
                TestContext.Current.CancellationToken
            ),
            StringComparison.Ordinal
        );
    }

    private static IEnumerable<string> Told(EventReceiver receiver) =>
        from taken in receiver.Taken
        let body = JsonNode.Parse(taken.Body)!
        where (string?)body["type"] == "autodesk.event"
        select (string)body["data"]!["resource_urn"]!;

    private static async Task<int> DeliveredAsync(EmulatorHost emulator) =>
        (await OutcomesAsync(emulator)).Count(outcome => outcome == "delivered");

    private static async Task<bool> IsAllDeliveredAsync(EmulatorHost emulator) =>
        (await OutcomesAsync(emulator)).All(outcome => outcome == "delivered");

    private static async Task<List<string?>> OutcomesAsync(EmulatorHost emulator) =>
        [
            .. (await emulator.Control.GetFromJsonAsync<JsonNode>("/_emulator/callbacks", TestContext.Current.CancellationToken))![
                "changes"
            ]!
                .AsArray()
                .SelectMany(change => change!["callbacks"]!.AsArray())
                .Select(callback => (string?)callback!["outcome"]),
        ];

    private static async Task<JsonNode> SubscribeAsync(HttpClient hub, Linked account, params string[] events)
    {
        var made = await hub.SendAsync(
            HttpMethod.Post,
            "/subscriptions",
            new
            {
                account_id = account.Id,
                events,
                scope = "project",
                project_id = account.ProjectId,
            }
        );
        Assert.True(made.Status is HttpStatusCode.Created, made.Body?.ToJsonString());
        await Until.TrueAsync(
            async () =>
                (await hub.SendAsync(HttpMethod.Get, $"/subscriptions?account_id={account.Id}"))
                    .Body!.AsArray()
                    .All(subscription => (string?)subscription!["status"] == "active"),
            "the subscription is active"
        );
        return made.Body!;
    }

    private static async Task UploadAsync(HttpClient hub, Linked account, string name)
    {
        var made = await hub.RpcAsync(
            account.Id,
            new
            {
                action = "autodesk_upload_file_in_project_folder",
                path = new { project_id = account.ProjectId },
                body = new
                {
                    folder_id = account.ItemFolder,
                    file_name = name,
                    content = Convert.ToBase64String("hello"u8),
                },
            }
        );
        Assert.True((int)made.Status is 200 or 201, made.Body?.ToJsonString());
    }

    private static async Task<JsonNode> FeedAsync(HttpClient hub, Linked account, int count)
    {
        JsonNode? feed = null;
        await Until.TrueAsync(
            async () =>
                (feed = (await hub.SendAsync(HttpMethod.Get, $"/events?account_id={account.Id}&limit=1000")).Body)!["data"]!.AsArray().Count
                >= count,
            $"the feed has {count} events"
        );
        return feed!;
    }
}
