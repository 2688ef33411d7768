using System.Security.Cryptography;
using System.Text;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.ApsEmulator;

/// <summary>Callbacks of webhooks: what raises them, to whom they go, how they are signed and tried again.</summary>
public sealed class CallbackTests
{
    [Fact]
    public async Task RealChanges_ReachTheHookWithAutodesksPayload()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync(more: new { hookAttribute = new { mine = 1 } });

        var folder = await scene.AddFolderAsync("New");
        await scene.UpdateFolderAsync(folder, new { name = "Renamed" });
        await scene.UpdateFolderAsync(folder, new { name = "Renamed" }, scene.FolderId("Drawings"));
        await scene.UpdateFolderAsync(folder, new { hidden = true });
        await scene.Host.PostAsync("changes", new { item_id = scene.Item, name = "renamed.pdf" });
        await scene.Host.PostAsync("changes", new { item_id = scene.Item, parent_folder_id = scene.Files });
        await scene.Host.PostAsync("changes", new { item_id = scene.Item, deleted = true });
        await scene.SettleAsync();

        Assert.Equal(
            [
                "dm.folder.added",
                "dm.folder.modified",
                "dm.folder.moved",
                "dm.folder.moved.out",
                "dm.folder.deleted",
                "dm.version.modified",
                "dm.version.moved",
                "dm.version.moved.out",
                "dm.version.deleted",
            ],
            (await scene.ChangesAsync()).Select(change => change.Event)
        );
        Assert.Equal(9, scene.Receiver.Seen.Count);
        var added = scene.Receiver.Seen.First().Json;
        Assert.Equal(
            ("1.0", folder, "dm.*", 1),
            (
                (string?)added["version"],
                (string?)added["resourceUrn"],
                (string?)added["hook"]!["event"],
                (int)added["hook"]!["hookAttribute"]!["mine"]!
            )
        );
        Assert.Equal(
            ((string?)scene.Project["id"], "New", scene.Files),
            ((string?)added["payload"]!["project"], (string?)added["payload"]!["name"], (string?)added["payload"]!["parentFolderUrn"])
        );
        var deleted = scene.Receiver.Seen.Last().Json["payload"]!;
        Assert.Equal(
            (scene.Item, "renamed.pdf", "pdf", "3"),
            ((string?)deleted["lineageUrn"], (string?)deleted["name"], (string?)deleted["ext"], (string?)deleted["version"])
        );
    }

    [Fact]
    public async Task Upload_RaisesAVersion_ThatTheHookOfItsFolderHears()
    {
        await using var scene = await CallbackScene.StartAsync();
        var drawings = scene.FolderId("Drawings");
        await scene.HookAsync("dm.version.added", drawings);
        await scene.HookAsync("dm.version.added", scene.FolderId("Plans"));
        var version = new
        {
            type = "versions",
            attributes = new { name = "site-plan.pdf", extension = new { type = "versions:autodesk.bim360:File", version = "1.0" } },
            relationships = new
            {
                item = new { data = new { type = "items", id = scene.Item } },
                storage = new { data = new { type = "objects", id = (string)scene.Project["items"]![0]!["storage"]! } },
            },
        };

        var created = await scene.App.CallAsync(
            HttpMethod.Post,
            $"/data/v1/projects/{scene.Project["hub_project_id"]}/versions",
            new { jsonapi = new { version = "1.0" }, data = version },
            contentType: "application/vnd.api+json"
        );
        await scene.SettleAsync();

        var heard = Assert.Single(scene.Receiver.Seen).Json;
        Assert.Equal(
            (201, (string?)created.Body!["data"]!["id"], drawings),
            (created.Status, (string?)heard["resourceUrn"], (string?)heard["hook"]!["scope"]!["folder"])
        );
    }

    [Fact]
    public async Task NewProject_RaisesItsFolders_WhenItIsActive()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.App.CallAsync(
            HttpMethod.Post,
            $"/hq/v1/accounts/{scene.Account["acc_account_id"]}/projects",
            new
            {
                name = "New",
                start_date = "2026-01-01",
                end_date = "2027-01-01",
                project_type = "Office",
            }
        );

        Assert.Equal(
            ["dm.folder.added", "dm.folder.added", "dm.folder.added"],
            (await scene.ChangesAsync()).Select(change => change.Event)
        );
    }

    [Fact]
    public async Task EventOfAProductThatIsNotEmulated_IsRaisedByHand()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.App.CallAsync(
            HttpMethod.Post,
            "/webhooks/v1/systems/autodesk.construction.issues/events/issue.created-1.0/hooks",
            new { callbackUrl = scene.Receiver.Url, scope = new { project = scene.Project["id"] } }
        );

        await scene.Host.PostAsync(
            "events",
            new
            {
                system = "autodesk.construction.issues",
                @event = "issue.created-1.0",
                project_id = scene.Project["id"],
                resource_urn = "urn:issue",
                payload = new { id = "i1" },
            }
        );
        await scene.SettleAsync();

        Assert.Equal("i1", (string?)Assert.Single(scene.Receiver.Seen).Json["payload"]!["id"]);
    }

    [Fact]
    public async Task HookOfAnotherRegion_HearsNothing()
    {
        await using var scene = await CallbackScene.StartAsync("EMEA");
        await scene.HookAsync();
        await scene.AddFolderAsync("Unheard");
        await scene.HookAsync(region: "EMEA");
        await scene.AddFolderAsync("Heard");
        await scene.SettleAsync();

        Assert.Equal("Heard", (string?)Assert.Single(scene.Receiver.Seen).Json["payload"]!["name"]);
    }

    [Fact]
    public async Task FilterAndExpiry_HoldCallbacksBack()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync("dm.folder.added", more: new { filter = "$[?(@.name=='Wanted')]" });
        await scene.HookAsync("dm.folder.*", more: new { hookExpiry = "2020-01-01T00:00:00Z" });
        await scene.AddFolderAsync("Unwanted");
        await scene.AddFolderAsync("Wanted");
        await scene.SettleAsync();

        Assert.Equal("Wanted", (string?)Assert.Single(scene.Receiver.Seen).Json["payload"]!["name"]);
    }

    [Fact]
    public async Task PayloadOnlyHook_GetsNothingButThePayload()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync(more: new { callbackWithEventPayloadOnly = true });
        await scene.AddFolderAsync("New");
        await scene.SettleAsync();

        var body = Assert.Single(scene.Receiver.Seen).Json.AsObject();
        Assert.Equal(("New", false), ((string?)body["name"], body.ContainsKey("hook")));
    }

    [Fact]
    public async Task Callbacks_AreSignedWithTheHooksSecret_ElseWithTheApps_WhichChangesLate()
    {
        await using var scene = await CallbackScene.StartAsync();
        var hook = await scene.HookAsync();
        async Task ChangeAsync(string name)
        {
            await scene.AddFolderAsync(name);
            await scene.SettleAsync();
        }

        await ChangeAsync("Unsigned");
        Assert.Equal(200, (await scene.App.CallAsync(HttpMethod.Post, "/webhooks/v1/tokens", new { token = "first" })).Status);
        Assert.Equal(400, (await scene.App.CallAsync(HttpMethod.Post, "/webhooks/v1/tokens", new { token = "again" })).Status);
        await ChangeAsync("First");
        Assert.Equal(204, (await scene.App.CallAsync(HttpMethod.Put, "/webhooks/v1/tokens/@me", new { token = "second" })).Status);
        await ChangeAsync("Still first");
        await scene.AdvanceAsync(TimeSpan.FromMinutes(10));
        await ChangeAsync("Second");
        await scene.App.CallAsync(HttpMethod.Patch, hook, new { token = "own" });
        await ChangeAsync("Own");

        string[] secrets = ["first", "second", "own"];
        Assert.Equal(
            ["", "first", "first", "second", "own"],
            scene.Receiver.Seen.Select(callback =>
                secrets.FirstOrDefault(secret => callback.Signature == Sign(secret, callback.Body)) ?? callback.Signature
            )
        );
        Assert.DoesNotContain(
            "\"own\"",
            await scene.Host.Control.GetStringAsync(new Uri("/_emulator/journal", UriKind.Relative), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task RefusedCallback_IsTriedFourTimesMore_TheLastAfterTwoDays_ThenTheHookIsInactive()
    {
        await using var scene = await CallbackScene.StartAsync();
        var hook = await scene.HookAsync();
        scene.Receiver.Answer = 500;
        await scene.AddFolderAsync("Refused");
        await scene.SettleAsync();
        var seen = new List<int> { scene.Receiver.Seen.Count };
        foreach (var hours in new[] { 1, 11, 35 })
        {
            await scene.AdvanceAsync(TimeSpan.FromHours(hours));
            seen.Add(scene.Receiver.Seen.Count);
        }

        Assert.Equal([1, 3, 4, 4], seen);
        Assert.Equal("active", await scene.StatusAsync(hook));
        await scene.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal((5, "inactive"), (scene.Receiver.Seen.Count, await scene.StatusAsync(hook)));
        Assert.Single(scene.Receiver.Seen.Select(callback => callback.DeliveryId).Distinct());
    }

    [Fact]
    public async Task WhatHappensWhileAHookIsInactive_IsNeverSent_AndSwitchingItOnBringsTheRest()
    {
        await using var scene = await CallbackScene.StartAsync();
        var hook = await scene.HookAsync();
        scene.Receiver.Answer = 500;
        await scene.AddFolderAsync("Refused");
        await scene.AdvanceAsync(TimeSpan.FromHours(49));
        await scene.AddFolderAsync("Missed");
        scene.Receiver.Answer = 200;
        await scene.App.CallAsync(HttpMethod.Patch, hook, new { status = "active" });
        await scene.AddFolderAsync("Heard");
        await scene.SettleAsync();

        Assert.Equal(["failed", "never_sent", "delivered"], (await scene.ChangesAsync()).Select(change => change.Outcomes.Single()));
        Assert.Equal("Heard", (string?)scene.Receiver.Seen.Last().Json["payload"]!["name"]);
    }

    [Fact]
    public async Task HookWithAutoReactivate_IsTriedAgainByItself()
    {
        await using var scene = await CallbackScene.StartAsync();
        var hook = await scene.HookAsync(more: new { autoReactivateHook = true });
        scene.Receiver.Answer = 500;
        await scene.AddFolderAsync("Refused");
        await scene.AdvanceAsync(TimeSpan.FromHours(49));
        Assert.Equal("inactive", await scene.StatusAsync(hook));
        await scene.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal("reactivated", await scene.StatusAsync(hook));
        scene.Receiver.Answer = 200;
        await scene.AddFolderAsync("Heard");
        await scene.SettleAsync();

        Assert.Equal("active", await scene.StatusAsync(hook));
    }

    [Fact]
    public async Task Faults_SendTwiceAndOutOfOrder()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync();
        await scene.Host.FaultAsync(new { kind = "duplicate_callback", times = 1 });
        await scene.AddFolderAsync("Twice");
        await scene.SettleAsync();
        await scene.Host.FaultAsync(
            new
            {
                kind = "reorder_callback",
                times = 1,
                match = new { @event = "dm.folder.added" },
                client_id = scene.App.ClientId,
            }
        );
        await scene.AddFolderAsync("Second");
        await scene.AddFolderAsync("First");
        await scene.SettleAsync();

        Assert.Equal(
            ["Twice", "Twice", "First", "Second"],
            scene.Receiver.Seen.Select(callback => (string?)callback.Json["payload"]!["name"])
        );
        Assert.All(await scene.ChangesAsync(), change => Assert.All(change.Outcomes, outcome => Assert.Equal("delivered", outcome)));
    }

    [Fact]
    public async Task CallbackWhoseAnswerIsLost_IsTriedAgain()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync();
        await scene.Host.FaultAsync(new { kind = "lost_callback_answer", times = 1 });
        await scene.AddFolderAsync("Again");
        await scene.SettleAsync();
        Assert.Single(scene.Receiver.Seen);

        await scene.AdvanceAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(["Again", "Again"], scene.Receiver.Seen.Select(callback => (string?)callback.Json["payload"]!["name"]));
    }

    [Fact]
    public async Task CallbackThatIsHeldBackAndHasNoFollower_ComesAfterAMinute()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync();
        await scene.Host.FaultAsync(new { kind = "reorder_callback" });
        await scene.AddFolderAsync("Alone");
        await scene.SettleAsync();
        Assert.Empty(scene.Receiver.Seen);

        await scene.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Single(scene.Receiver.Seen);
    }

    [Theory]
    [InlineData("https://example.com/callback")]
    [InlineData("http://10.0.0.1/callback")]
    [InlineData("ftp://127.0.0.1/callback")]
    [InlineData("file:///etc/hostname")]
    [InlineData("http://localhost.example.com/callback")]
    public async Task CallbackToAnotherMachine_IsNotSent(string url)
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync(more: new { callbackUrl = url });
        await scene.AddFolderAsync("New");
        await scene.SettleAsync();

        Assert.Equal(["not_on_this_machine"], (await scene.ChangesAsync()).Single().Outcomes);
    }

    [Fact]
    public async Task ReceiverThatIsNotThere_CountsAsARefusal()
    {
        await using var scene = await CallbackScene.StartAsync();
        await scene.HookAsync(more: new { callbackUrl = $"http://127.0.0.1:{FreePort.Find()}/nobody" });
        await scene.AddFolderAsync("New");
        await scene.AdvanceAsync(TimeSpan.FromHours(49));

        Assert.Equal(["failed"], (await scene.ChangesAsync()).Single().Outcomes);
    }

#pragma warning disable CA5350 // Autodesk signs with HMAC-SHA1.
    private static string Sign(string secret, byte[] body) =>
        "sha1hash=" + Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), body));
#pragma warning restore CA5350
}
