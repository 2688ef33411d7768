using TenantHub.Client;
using TenantHub.Client.Events;
using TenantHub.Client.Files;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>What Autodesk tells, as the client has it.</summary>
public sealed class ClientEventTests(ServerFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Subscription_IsMade_ItsEventIsReadOnce_AndItEnds()
    {
        var linked = await fixture.LinkAsync();
        var account = fixture.Client().Account(linked.Id);
        var wanted = new NewSubscription
        {
            Events = ["dm.version.added"],
            Scope = "project",
            ProjectId = "b." + linked.ProjectId,
        };

        var made = await account.Subscriptions.CreateAsync(wanted, Token);
        var again = await account.Subscriptions.CreateAsync(wanted, Token);
        using var content = new MemoryStream("told"u8.ToArray());
        await account.Files.UploadAsync(
            new NewUpload
            {
                ProjectId = "b." + linked.ProjectId,
                FolderId = linked.Folder,
                FileName = "told.txt",
            },
            content,
            cancellationToken: Token
        );
        List<FeedEvent> told = [];
        await Until.TrueAsync(
            async () => (told = await account.Events.ListAsync(cancellationToken: Token).ToListAsync(Token)).Count > 0,
            "the event is in the feed"
        );
        var page = await account.Events.ReadAsync(limit: 1, cancellationToken: Token);
        var after = await account.Events.ReadAsync(page.Next, cancellationToken: Token);

        var change = Assert.Single(told).Data;
        Assert.Equal((made.Id, linked.Id, "project", 1), (again.Id, made.AccountId, made.Scope, made.Hooks));
        Assert.Equal(
            (linked.Id, made.Id, "dm.version.added", 1L, "told.txt", false),
            (
                change.AccountId,
                change.SubscriptionId,
                change.Event,
                change.Sequence,
                change.Payload.GetProperty("name").GetString(),
                change.Recovered
            )
        );
        Assert.Equal(("1", 0, "1"), (page.Next, after.Data.Count, after.Next));
        var refused = await Assert.ThrowsAsync<TenantHubException>(() => account.Events.ResendAsync(7, cancellationToken: Token));
        Assert.Equal(ErrorCodes.EventNotFound, refused.Code);
        var gone = await Assert.ThrowsAsync<TenantHubException>(() => account.Events.ReadAsync("99", cancellationToken: Token));
        Assert.Equal(ErrorCodes.CursorExpired, gone.Code);

        var rotated = await account.Subscriptions.RotateSecretsAsync(made.Id, Token);
        Subscription? listed = null;
        await Until.TrueAsync(
            async () => (listed = Assert.Single(await account.Subscriptions.ListAsync(Token))).OldSecretsUntil is not null,
            "Autodesk has the new secrets"
        );
        var ended = await account.Subscriptions.RemoveAsync(made.Id, Token);
        Assert.Equal((made.Id, made.Id, "removing"), (rotated.Id, listed!.Id, ended.Status));
        Assert.True((await fixture.Client().CheckEventAddressAsync(Token)).IsReachable);
    }
}
