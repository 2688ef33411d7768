using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Profiles;
using TenantHub.Security;
using TenantHub.Storage;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Events;

/// <summary>Subscriptions, and what becomes of callbacks, on a cluster whose time the test moves. The test is the receiver: it writes down
/// what Autodesk sends, as the server does.</summary>
public sealed class AutodeskEventsTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>, IAsyncLifetime
{
    private const string VersionAdded = "dm.version.added";

    private WebApplication _receiver = null!;
    private bool _isDown;

    private SiloCluster Hub => fixture.Hub;

    private IAutodeskEventStore Store => Hub.Silo.GetRequiredService<IAutodeskEventStore>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.MapPost("/autodesk/events/{token}", ReceiveAsync);
        await _receiver.StartAsync(Cancel);
        Hub.Silo.GetRequiredService<IOptions<EventOptions>>().Value.PublicUrl = new Uri(_receiver.Urls.First());
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Subscription_MakesAHookForEachEvent_WithASecretOfItsOwn_AndItsEndRemovesThem()
    {
        var place = await LinkAsync();
        var made = await SubscribeAsync(place, "dm.version.*");
        var active = await ActiveAsync(place);
        Assert.Equal((made.Id, 7, 7), (active.Id, active.Hooks, active.ActiveHooks));
        Assert.Equal(made.Id, (await SubscribeAsync(place, "dm.version.*")).Id); // Asked for again after a lost answer.
        var hooks = await Hub.Grains.GetGrain<IHooksGrain>(place.Id).FindHooksAsync();
        Assert.Equal(7, hooks.Select(hook => hook.Secrets.Single().Reveal()).Distinct().Count());

        Assert.Null((await Subscriptions(place).RemoveAsync(made.Id)).Error);
        await Until.TrueAsync(async () => (await Subscriptions(place).ListAsync()).Count == 0, "the subscription is gone");
        var journal = await Hub.Emulator.JournalAsync(place.ClientId);
        Assert.Equal((7, 7, 7), (Count("POST"), Count("PATCH"), Count("DELETE")));
        int Count(string method) =>
            journal.Count(entry =>
                entry.Method == method && entry.Path.StartsWith("/webhooks/", StringComparison.Ordinal) && entry.Status < 300
            );
    }

    [Fact]
    public async Task UnlinkedAccount_LeavesNoHook_AndNoEvent()
    {
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        await AddVersionAsync(place, "a.txt");
        await FeedAsync(place, 1);
        await Hub.Account(place.Id).UnlinkAsync();

        var journal = await Hub.Emulator.JournalAsync(place.ClientId);
        Assert.Single(journal, entry => entry.Method == "DELETE" && entry.Status == 204);
        Assert.Empty(await Subscriptions(place).ListAsync());
        await Until.TrueAsync(async () => (await Store.DescribeAsync(place.Id)).Last == 0, "the events are gone");
    }

    [Fact]
    public async Task Change_IsInTheFeedOnce_HoweverOftenAndByHowManyHooksItIsTold()
    {
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        Assert.Null((await Subscriptions(place).CreateAsync(new() { Events = [VersionAdded], Scope = SubscriptionScope.Hub })).Error);
        await Until.TrueAsync(
            async () => (await Subscriptions(place).ListAsync()).All(each => each.Status is SubscriptionStatus.Active),
            "both are active"
        );
        await Hub.Emulator.FaultAsync(new { kind = "duplicate_callback", client_id = place.ClientId });
        await AddVersionAsync(place, "a.txt");
        await AddVersionAsync(place, "b.txt");
        await Hub.Emulator.PostAsync("callbacks/settle", new { });
        var feed = await FeedAsync(place, 2);
        await JudgedAsync(place);

        Assert.Equal([1, 2], (await Store.ListAsync(place.Id, 0, 10, Cancel)).Select(told => told.Sequence));
        Assert.All(feed, told => Assert.Equal((place.Project, VersionAdded, "owner"), (told.ProjectId, told.Event, told.OriginOwnerId)));
        await Hub.Emulator.ClearFaultsAsync(place.ClientId);
    }

    /// <summary>Autodesk gives up after two days and forgets what waited. The look finds the hook off, switches it on, and what was missed
    /// is read; what Autodesk tells twice stays one.</summary>
    [Fact]
    public async Task HookThatAutodeskSwitchedOff_IsSwitchedOn_AndWhatItMissedIsRecovered()
    {
        var place = await LinkAsync();
        await SubscribeAsync(place, "dm.version.*");
        await ActiveAsync(place);
        await AddVersionAsync(place, "before.txt");
        await FeedAsync(place, 1);
        _isDown = true;
        var item = await AddVersionAsync(place, "lost.txt");
        foreach (var hours in new[] { 0.1, 1, 11, 36.5 })
            await PassAsync(TimeSpan.FromHours(hours));
        await AddVersionAsync(place, "never-sent.txt");
        _isDown = false;
        await PassAsync(TimeSpan.FromMinutes(6));
        var feed = await FeedAsync(place, 3);

        Assert.Equal(["before.txt", "lost.txt", "never-sent.txt"], feed.Select(NameOf).Order());
        Assert.Equal([false, true, true], feed.Select(told => told.IsRecovered));
        Assert.Contains(feed, told => (string?)JsonNode.Parse(told.Payload.Span)!["lineageUrn"] == item);
        await Until.TrueAsync(async () => (await Only(place)).LastGap is { ClosedAt: not null, Recovered: 2 }, "the gap is closed");
        Assert.Equal(SubscriptionStatus.NotReachable, (await Only(place)).Status); // Until it has called.
        await AddVersionAsync(place, "after.txt");
        await FeedAsync(place, 4);
        await ActiveAsync(place);
    }

    [Fact]
    public async Task HookThatSomebodyDeletedAtAutodesk_IsMadeAnew_AndTheGapIsRead()
    {
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        var hook = (await Hub.Emulator.JournalAsync(place.ClientId)).Last(entry => entry.Method == "PATCH").Path;
        await DeleteByHandAsync(place, hook);
        await AddVersionAsync(place, "missed.txt");
        await PassAsync(TimeSpan.FromMinutes(6));
        var missed = Assert.Single(await FeedAsync(place, 1));
        await ActiveAsync(place);
        await AddVersionAsync(place, "told.txt");
        var feed = await FeedAsync(place, 2);

        Assert.Equal(("missed.txt", true), (NameOf(missed), missed.IsRecovered));
        Assert.Equal(("told.txt", false), (NameOf(feed[1]), feed[1].IsRecovered));
    }

    [Fact]
    public async Task ForgedAndForeignCallbacks_AreToldToNobody_AndWhatCannotBeToldWaits()
    {
        var place = await LinkAsync();
        var other = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await SubscribeAsync(other, VersionAdded);
        await ActiveAsync(place);
        await ActiveAsync(other);
        Hub.Clock.Advance(TimeSpan.FromMinutes(11)); // So long a hook's first calls may be without its secret.
        var mine = (await Hub.Grains.GetGrain<IHooksGrain>(place.Id).FindHooksAsync()).Single();
        var theirs = (await Hub.Grains.GetGrain<IHooksGrain>(other.Id).FindHooksAsync()).Single();
        string Body(string project, string urn) =>
            $$$"""{"resourceUrn":"{{{urn}}}","payload":{"project":"{{{project}}}","source":"{{{urn}}}"}}""";
        var right = Body(place.Project, "urn:right");

        var forged = Body(place.Project, "urn:forged");
        await PutAsync(place, mine.Name, forged, null);
        await PutAsync(place, mine.Name, forged, "sha1hash=" + new string('0', 40));
        await PutAsync(place, mine.Name, forged, Sign(forged, theirs.Secrets[0])); // Another hook's secret.
        await PutAsync(place, theirs.Name, forged, Sign(forged, theirs.Secrets[0])); // Another account's hook.
        await PutAsync(place, mine.Name, "not json", Sign("not json", mine.Secrets[0]));
        var foreign = Body(other.Project, "urn:foreign");
        await PutAsync(place, mine.Name, foreign, Sign(foreign, mine.Secrets[0]));
        await PutAsync(place, mine.Name, right, Sign(right, mine.Secrets[0]));
        await PutAsync(place, mine.Name, right, Sign(right, mine.Secrets[0])); // Sent again by whoever has seen it.
        await JudgedAsync(place);

        Assert.Equal("urn:right", Assert.Single(await FeedAsync(place, 1)).ResourceUrn);
        Assert.Equal(0, (await Store.DescribeAsync(place.Id, Cancel)).Waiting);

        // Whose a project is cannot be asked for the moment: the callback stays, and others go on.
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project" },
                kind = "status",
                status = 503,
                client_id = place.ClientId,
            }
        );
        var second = Body((string)place.Emulated["projects"]![1]!["id"]!, "urn:second");
        await PutAsync(place, mine.Name, second, Sign(second, mine.Secrets[0]));
        var third = Body(place.Project, "urn:third");
        await PutAsync(place, mine.Name, third, Sign(third, mine.Secrets[0]));
        var judging = FeedAsync(place, 2);
        await Hub.PassTimeUntilAsync(judging, Hub.Account(place.Id));
        Assert.Equal("urn:third", (await judging)[1].ResourceUrn);
        await Hub.Emulator.ClearFaultsAsync(place.ClientId);
        var waiting = FeedAsync(place, 3);
        await Hub.PassTimeUntilAsync(waiting, Hub.Account(place.Id));
        Assert.Equal("urn:second", (await waiting)[2].ResourceUrn);
    }

    /// <summary>A leaked secret is changed without a gap: Autodesk signs with the new one once it has it, and tries again what was signed
    /// with the old one for two days.</summary>
    [Fact]
    public async Task RotatedSecrets_AreBothTaken_UntilTheOldOneRunsOut()
    {
        var place = await LinkAsync();
        var subscription = await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        Hub.Clock.Advance(TimeSpan.FromMinutes(11));
        var before = await HookAsync(place);
        Assert.Null((await Subscriptions(place).RotateSecretsAsync(subscription.Id)).Error);
        await Until.TrueAsync(async () => (await Only(place)).OldSecretsUntil is not null, "Autodesk has taken the new secret");
        var after = await HookAsync(place);
        Assert.Equal([after.Secrets[0].Reveal(), before.Secrets[0].Reveal()], after.Secrets.Select(secret => secret.Reveal()));
        Assert.Equal(2, (await Hub.Emulator.JournalAsync(place.ClientId)).Count(entry => entry.Method == "PATCH" && entry.Status == 200));

        await AddVersionAsync(place, "new.txt"); // The emulator signs with what it was given.
        await FeedAsync(place, 1);
        await PutSignedAsync(place, after, "urn:old", before.Secrets[0]);
        await FeedAsync(place, 2);
        Hub.Clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromMinutes(1));
        await PutSignedAsync(place, after, "urn:too-late", before.Secrets[0]);
        await PutSignedAsync(place, after, "urn:last", after.Secrets[0]);
        await JudgedAsync(place);

        Assert.Equal(["urn:old", "urn:last"], (await FeedAsync(place, 3)).Skip(1).Select(told => told.ResourceUrn));
        Assert.Equal(ErrorCode.SubscriptionNotFound, (await Subscriptions(place).RotateSecretsAsync("sub_none")).Error!.Code);
    }

    /// <summary>Whoever has the address could have the account's folders read again and again: it is once, after the time in which
    /// Autodesk itself may call unsigned.</summary>
    [Fact]
    public async Task UnsignedCalls_HaveTheFolderReadOnce()
    {
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        var hook = await HookAsync(place);
        for (var i = 0; i < 3; i++)
        {
            await PutAsync(place, hook.Name, $"{{\"payload\":{{\"n\":{i}}}}}", null);
            await JudgedAsync(place);
        }

        Assert.Equal(0, await ScansAsync(place));
        await PassAsync(TimeSpan.FromMinutes(11));
        await Until.TrueAsync(async () => await ScansAsync(place) > 0, "the folder is read");
        await PutAsync(place, hook.Name, """{"payload":{"n":3}}""", null);
        await JudgedAsync(place);
        await PassAsync(TimeSpan.FromMinutes(6));
        await ActiveAsync(place);

        Assert.Equal(1, await ScansAsync(place));
    }

    [Fact]
    public async Task SuspendedAccountsEvents_WaitInItsFeed_AndAreDeliveredWhenItIsResumed()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        var endpoint = (await Endpoints.RegisterAsync(receiver.Url, null)).Endpoint!;
        Assert.IsType<AccountResult.Described>(await Hub.Account(place.Id).SuspendAsync());
        await AddVersionAsync(place, "meanwhile.txt");
        await FeedAsync(place, 1);
        await Until.TrueAsync(
            async () => !(await Store.ListBehindAsync(Hub.Clock.GetUtcNow(), 100, Cancel)).Contains(place.Id),
            "the events are held"
        );
        Assert.DoesNotContain(receiver.Seen, told => told.Body.Contains(place.Id, StringComparison.Ordinal) && IsOfAutodesk(told));
        Assert.DoesNotContain(await Hub.Emulator.JournalAsync(place.ClientId), entry => entry.Method == "DELETE");

        Assert.IsType<AccountResult.Described>(await Hub.Account(place.Id).ResumeAsync(Cancel));
        await Until.TrueAsync(() => receiver.Taken.Any(IsOfAutodesk), "the event is delivered");
        Assert.Contains("meanwhile.txt", Assert.Single(receiver.Taken, IsOfAutodesk).Body, StringComparison.Ordinal);
        await Endpoints.RemoveAsync(endpoint.Id);

        bool IsOfAutodesk(ReceivedEvent told) =>
            told.Body.Contains("autodesk.event", StringComparison.Ordinal) && told.Body.Contains(place.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventsThatAreSentAgain_CarryTheIdsThatTheyHad_AndReachEndpointsThatCameLater()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        foreach (var name in (string[])["a.txt", "b.txt", "c.txt"])
            await AddVersionAsync(place, name);
        var feed = await FeedAsync(place, 3);
        Hub.Clock.Advance(TimeSpan.FromMinutes(1));
        var endpoint = (await Endpoints.RegisterAsync(receiver.Url, null)).Endpoint!;
        var events = Hub.Grains.GetGrain<IAutodeskEventsGrain>(place.Id);
        var outbox = Hub.Silo.GetRequiredService<IEventDeliveryStore>();
        for (var times = 1; times <= 2; times++)
        {
            var sent = await events.ResendAsync(2, 3, endpoint.Id);
            Assert.Equal((2, 1, null), (sent.Events, sent.Endpoints, sent.Error));
            await Until.TrueAsync(() => receiver.Taken.Count() == 2 * times, "the events are sent again");
            await Until.TrueAsync(
                async () => (await outbox.ListAsync(endpoint.Id, EventDeliveryStatus.Pending, 10, Cancel)).Count == 0,
                "that is written down"
            );
        }

        Assert.Equal(feed.Skip(1).Select(told => told.Id).Order(), receiver.Taken.Select(told => told.Id).Distinct().Order());
        Assert.Equal(ErrorCode.InvalidInput, (await events.ResendAsync(0, 1, null)).Error!.Code);
        Assert.Equal(ErrorCode.InvalidInput, (await events.ResendAsync(1, 1001, null)).Error!.Code);
        Assert.Equal(ErrorCode.EventNotFound, (await events.ResendAsync(4, 9, null)).Error!.Code);
        Assert.Equal(ErrorCode.EventNotFound, (await events.ResendAsync(1, 1, "evep_none")).Error!.Code);
        await Endpoints.RemoveAsync(endpoint.Id);
    }

    [Fact]
    public async Task AccountThatGoesToAnotherClientId_LeavesNoHookBehind_AndGoesOnHearing()
    {
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        await Hub.Emulator.AddAccountAsync([place.ClientId, clientId], id: (string)place.Emulated["acc_account_id"]!);
        var changed = await Hub.Account(place.Id).UpdateAsync(new() { ClientId = clientId, ClientSecret = new Secret(secret) }, Cancel);
        Assert.IsType<AccountResult.Described>(changed);
        await ActiveAsync(place);
        await AddVersionAsync(place, "after.txt");

        Assert.Single(await Hub.Emulator.JournalAsync(place.ClientId), entry => entry.Method == "DELETE" && entry.Status == 204);
        Assert.Single(
            await Hub.Emulator.JournalAsync(clientId),
            entry => entry.Method == "POST" && entry.Status == 201 && entry.Path.EndsWith("/hooks", StringComparison.Ordinal)
        );
        Assert.Equal("after.txt", NameOf((await FeedAsync(place, 1))[^1]));
    }

    [Fact]
    public async Task AccountWhoseSubscriptionsAreDamaged_CanBeUnlinked()
    {
        var place = await LinkAsync();
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        var file = Path.Combine(Hub.Silo.GetRequiredService<IOptions<StorageOptions>>().Value.DataDirectory, "tenanthub.db");
        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await connection.OpenAsync(Cancel);
            await using var damage = connection.CreateCommand();
            damage.CommandText = "UPDATE grain_state SET payload = x'00' WHERE state_name = 'subscriptions' AND grain_id LIKE '%' || @id";
            damage.Parameters.AddWithValue("@id", place.Id);
            Assert.Equal(1, await damage.ExecuteNonQueryAsync(Cancel));
        }

        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);
        await Assert.ThrowsAnyAsync<Exception>(async () => await Subscriptions(place).ListAsync());

        var gone = Assert.IsType<AccountResult.Described>(await Hub.Account(place.Id).UnlinkAsync());
        Assert.Equal(AccountStatus.Unlinked, gone.Account.Status);
    }

    [Theory]
    [InlineData("dm.nothing", "project", "not known")]
    [InlineData("issue.created-1.0", "folder", "whole projects")]
    [InlineData(VersionAdded, "foreign", "no project")]
    public async Task WhatCannotBeSubscribedTo_IsRefused_AndLeavesNothing(string name, string scope, string says)
    {
        var place = await LinkAsync();
        var other = await LinkAsync();
        var result = await Subscriptions(place)
            .CreateAsync(
                new()
                {
                    Events = [name],
                    Scope = scope == "folder" ? SubscriptionScope.Folder : SubscriptionScope.Project,
                    ProjectId = scope == "foreign" ? other.Project : place.Project,
                    FolderId = scope == "folder" ? place.Folder : null,
                }
            );

        Assert.Contains(says, result.Error!.Detail, StringComparison.Ordinal);
        Assert.NotNull(result.Error.NextStep);
        Assert.Empty(await Subscriptions(place).ListAsync());
    }

    private static string NameOf(AutodeskEvent told) => (string)JsonNode.Parse(told.Payload.Span)!["name"]!;

    private static string Sign(string body, Secret secret)
    {
#pragma warning disable CA5350 // As Autodesk does.
        return "sha1hash="
            + Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret.Reveal()), Encoding.UTF8.GetBytes(body)));
#pragma warning restore CA5350
    }

    private async Task<IResult> ReceiveAsync(string token, HttpRequest request)
    {
        if (_isDown)
            return Results.StatusCode(500);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        Assert.True(Hub.Silo.GetRequiredService<IHookTokens>().TryRead(token, out var account, out var hook));
        await PutAsync(account, hook, body.ToArray(), request.Headers["x-adsk-signature"].ToString());
        return Results.Ok();
    }

    private Task PutAsync(Place place, string hook, string body, string? signature) =>
        PutAsync(place.Id, hook, Encoding.UTF8.GetBytes(body), signature);

    private async Task PutAsync(string account, string hook, byte[] body, string? signature)
    {
        await Store.ReceiveAsync(
            new()
            {
                Id = LinkedAccountId.NewText("acb_", Hub.Clock),
                AccountId = account,
                Hook = hook,
                ReceivedAt = Hub.Clock.GetUtcNow(),
                Headers = signature is null ? new Dictionary<string, string>() : new() { ["x-adsk-signature"] = signature },
                Body = body,
            }
        );
        await Hub.Grains.GetGrain<IAutodeskEventsGrain>(account).WakeAsync();
    }

    /// <summary>Somebody was let in who subscribes: nobody is asked for each of the hooks, which lead to TenantHub alone.</summary>
    [Fact]
    public async Task ProfileThatDemandsApprovalForWrites_DoesNotStopItsSubscriptions()
    {
        var place = await LinkAsync(ApprovalDemand.Writes);
        await SubscribeAsync(place, VersionAdded);
        await ActiveAsync(place);
        await AddVersionAsync(place, "a.txt");

        Assert.Equal(VersionAdded, Assert.Single(await FeedAsync(place, 1)).Event);
    }

    private async Task<Place> LinkAsync(ApprovalDemand approval = ApprovalDemand.None)
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        if (approval is not ApprovalDemand.None)
        {
            var profile = new CreateProfileRequest
            {
                Name = "Asks",
                ClientId = clientId,
                ClientSecret = new Secret(secret),
                Approval = approval,
            };
            Assert.IsType<ProfileResult.Described>(
                await Hub.Grains.GetGrain<IConnectorProfileGrain>(clientId).CreateAsync(profile, Cancel)
            );
        }

        var emulated = await Hub.Emulator.AddAccountAsync([clientId]);
        var id = LinkedAccountId.New(Hub.Clock).Value;
        var result = await Hub.Account(id)
            .LinkAsync(
                new()
                {
                    OriginOwnerId = "owner",
                    OriginOwnerName = "Owner",
                    ProfileId = approval is ApprovalDemand.None ? null : clientId,
                    ClientId = approval is ApprovalDemand.None ? clientId : null,
                    ClientSecret = approval is ApprovalDemand.None ? new Secret(secret) : null,
                    AccAccountId = (string)emulated["acc_account_id"]!,
                },
                Cancel
            );
        Assert.IsType<AccountResult.Described>(result);
        Hub.Clock.Advance(TimeSpan.FromMinutes(1)); // What the account came with is of before.
        return new Place(id, clientId, secret, emulated);
    }

    private async Task<KnownHook> HookAsync(Place place) => (await Hub.Grains.GetGrain<IHooksGrain>(place.Id).FindHooksAsync()).Single();

    private Task PutSignedAsync(Place place, KnownHook hook, string urn, Secret secret)
    {
        var body = $$$"""{"resourceUrn":"{{{urn}}}","payload":{"project":"{{{place.Project}}}"}}""";
        return PutAsync(place, hook.Name, body, Sign(body, secret));
    }

    /// <summary>How often the watched folder has been read.</summary>
    private async Task<int> ScansAsync(Place place) =>
        (await Hub.Emulator.JournalAsync(place.ClientId)).Count(entry =>
            entry.Method == "GET"
            && entry.Path.EndsWith("/contents", StringComparison.Ordinal)
            && Uri.UnescapeDataString(entry.Path).Contains(place.Folder, StringComparison.Ordinal)
        );

    private IEventEndpointsGrain Endpoints => Hub.Grains.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key);

    private ISubscriptionsGrain Subscriptions(Place place) => Hub.Grains.GetGrain<ISubscriptionsGrain>(place.Id);

    private async Task<SubscriptionDescription> SubscribeAsync(Place place, params string[] events)
    {
        var result = await Subscriptions(place)
            .CreateAsync(
                new()
                {
                    Events = events,
                    Scope = SubscriptionScope.Folder,
                    ProjectId = place.Project,
                    FolderId = place.Folder,
                }
            );
        return result.Subscription ?? throw new InvalidOperationException($"{result.Error}");
    }

    private async Task<SubscriptionDescription> Only(Place place) => Assert.Single(await Subscriptions(place).ListAsync());

    private async Task<SubscriptionDescription> ActiveAsync(Place place)
    {
        await Until.TrueAsync(async () => (await Only(place)).Status is SubscriptionStatus.Active, "the subscription is active");
        return await Only(place);
    }

    private async Task<IReadOnlyList<AutodeskEvent>> FeedAsync(Place place, int count)
    {
        await Until.TrueAsync(async () => (await Store.ListAsync(place.Id, 0, 100)).Count >= count, $"the feed has {count} events");
        return await Store.ListAsync(place.Id, 0, 100, Cancel);
    }

    private Task JudgedAsync(Place place) =>
        Until.TrueAsync(async () => (await Store.DescribeAsync(place.Id)).Waiting == 0, "every callback is judged");

    /// <summary>Lets time pass and Autodesk try what is due then.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        Hub.Clock.Advance(time);
        await Hub.Emulator.PostAsync("callbacks/settle", new { });
    }

    /// <summary>A file in the watched folder, uploaded past the hub; gives the item.</summary>
    private async Task<string> AddVersionAsync(Place place, string name)
    {
        var storage = await SendAsync(
            place,
            HttpMethod.Post,
            $"/data/v1/projects/b.{place.Project}/storage",
            new
            {
                jsonapi = new { version = "1.0" },
                data = new
                {
                    type = "objects",
                    attributes = new { name },
                    relationships = new { target = new { data = new { type = "folders", id = place.Folder } } },
                },
            }
        );
        var objectId = (string)storage!["data"]!["id"]!;
        var (bucket, key) = objectId.Split(':')[^1].Split('/') is [var first, var second]
            ? (first, second)
            : throw new InvalidOperationException(objectId);
        var path = $"/oss/v2/buckets/{bucket}/objects/{key}/signeds3upload";
        var signed = await SendAsync(place, HttpMethod.Get, path, null);
        using var bytes = new StringContent(name);
        using var put = await Hub.Emulator.Control.PutAsync(new Uri((string)signed!["urls"]![0]!), bytes, Cancel);
        put.EnsureSuccessStatusCode();
        await SendAsync(place, HttpMethod.Post, path, new { uploadKey = (string)signed["uploadKey"]! }, "application/json");
        var item = await SendAsync(
            place,
            HttpMethod.Post,
            $"/data/v1/projects/b.{place.Project}/items",
            new
            {
                jsonapi = new { version = "1.0" },
                data = new
                {
                    type = "items",
                    attributes = new { displayName = name, extension = new { type = "items:autodesk.bim360:File", version = "1.0" } },
                    relationships = new
                    {
                        tip = new { data = new { type = "versions", id = "1" } },
                        parent = new { data = new { type = "folders", id = place.Folder } },
                    },
                },
                included = new[]
                {
                    new
                    {
                        type = "versions",
                        id = "1",
                        attributes = new { name, extension = new { type = "versions:autodesk.bim360:File", version = "1.0" } },
                        relationships = new { storage = new { data = new { type = "objects", id = objectId } } },
                    },
                },
            }
        );
        return (string)item!["data"]!["id"]!;
    }

    private async Task DeleteByHandAsync(Place place, string path) => await SendAsync(place, HttpMethod.Delete, path, null);

    private async Task<JsonNode?> SendAsync(
        Place place,
        HttpMethod method,
        string path,
        object? body,
        string contentType = "application/vnd.api+json"
    )
    {
        using var asked = new HttpRequestMessage(HttpMethod.Post, "/authentication/v2/token")
        {
            Content = new FormUrlEncodedContent(
                new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["scope"] = "data:read data:write data:create" }
            ),
            Headers = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{place.ClientId}:{place.Secret}"))) },
        };
        using var given = await Hub.Emulator.Control.SendAsync(asked, Cancel);
        var token = (string)JsonNode.Parse(await given.Content.ReadAsStringAsync(Cancel))!["access_token"]!;
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new("Bearer", token) } };
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
            request.Content.Headers.ContentType = new(contentType);
        }

        using var answer = await Hub.Emulator.Control.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private sealed record Place(string Id, string ClientId, string Secret, JsonNode Emulated)
    {
        public string Project => (string)Emulated["projects"]![0]!["id"]!;

        public string Folder => (string)Emulated["projects"]![0]!["items"]![0]!["folder_id"]!;
    }
}
