using TenantHub.Client;
using TenantHub.Client.Accounts;
using TenantHub.Client.Actions;
using TenantHub.Client.Audit;
using TenantHub.Client.Calls;
using TenantHub.Client.ConnectSessions;
using TenantHub.Client.Keys;
using TenantHub.Client.Profiles;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>Everything beside the actions, as the client has it.</summary>
public sealed class ClientAdminTests(ServerFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Account_IsLinkedFoundChangedStoppedAndUnlinked()
    {
        var hub = fixture.Client();
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var owner = "owner-" + Guid.NewGuid().ToString("N");

        var linked = await hub.Accounts.LinkAsync(
            new AccountLink
            {
                OriginOwnerId = owner,
                OriginOwnerName = "A customer",
                Label = "First",
                Credentials = new AppCredentials(clientId, secret),
                SetupInformation = new AutodeskSetup((string)emulated["acc_account_id"]!, "US"),
            },
            Token
        );
        var account = hub.Account(linked.Id);
        var found = await hub.Accounts.ListAsync(new AccountFilter { OriginOwnerIds = [owner] }, Token).SingleAsync(Token);
        var changed = await account.UpdateAsync(new AccountChange { Label = "Second" }, Token);
        var verified = await account.VerifyAsync(Token);
        var suspended = await account.SuspendAsync(Token);
        var refused = await Assert.ThrowsAsync<TenantHubException>(() => account.ListHubsAsync(cancellationToken: Token));
        var resumed = await account.ResumeAsync(Token);
        var state = await account.GetStateAsync(Token);
        var unlinked = await account.UnlinkAsync(Token);
        var gone = await Assert.ThrowsAsync<TenantHubException>(() => account.ListHubsAsync(cancellationToken: Token));

        Assert.Equal(("active", linked.Id), (linked.HubStatus, found.Id));
        Assert.Equal(("Second", "A customer"), (changed.Label, changed.OriginOwnerName));
        Assert.Contains(verified.Checks!, check => check is { Name: "credentials", Outcome: "passed" });
        Assert.Equal(("suspended", "active"), (suspended.HubStatus, resumed.HubStatus));
        Assert.Equal((ErrorCodes.AccountSuspended, ErrorCodes.AccountNotFound), (refused.Code, gone.Code));
        Assert.Equal((linked.Id, 64), (state.Account.Id, state.Lane.Capacity));
        Assert.Equal("unlinked", unlinked.HubStatus);
    }

    [Fact]
    public async Task AccountList_HasEachAccountOnce()
    {
        var linked = await fixture.LinkAsync();

        var all = await fixture.Client().Accounts.ListAsync(cancellationToken: Token).Select(account => account.Id).ToListAsync(Token);

        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Contains(linked.Id, all);
    }

    [Fact]
    public async Task Plan_TellsTheRequest_AndTheCallLogHasTheCall()
    {
        var account = await fixture.LinkAsync();
        var hub = fixture.Client();

        var plan = await hub.Account(account.Id).PlanAsync(AutodeskActions.ListHubs, cancellationToken: Token);
        var answer = await hub.Account(account.Id).ListHubsAsync(cancellationToken: Token);
        LoggedCall? logged = null;
        await Until.TrueAsync(
            async () =>
                (logged = await hub.Calls.ListAsync(new CallFilter { AccountIds = [account.Id] }, Token).FirstOrDefaultAsync(Token))
                    is not null,
            "the call is in the log"
        );
        var whole = await hub.Calls.GetAsync(answer.RequestId!, Token);

        Assert.EndsWith("/project/v1/hubs", Assert.Single(plan.Requests).Url, StringComparison.Ordinal);
        Assert.Null(plan.Obstacle);
        Assert.Equal((answer.RequestId, "succeeded", 200), (logged!.RequestId, logged.Outcome, logged.Status));
        Assert.Contains(whole.StepRequests!, step => step is { Kind: "request", Status: 200 });
    }

    [Fact]
    public async Task Profile_IsMadeChangedAndRetired_AndASessionOpensWithIt()
    {
        var hub = fixture.Client();
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var id = "p-" + Guid.NewGuid().ToString("N")[..12];

        var made = await hub.Profiles.CreateAsync(
            new NewProfile
            {
                Id = id,
                Name = "Main",
                Credentials = new AppCredentials(clientId, secret),
                EnabledActions = [AutodeskActions.ListHubs],
            },
            Token
        );
        var session = await hub.ConnectSessions.CreateAsync(
            new NewConnectSession
            {
                OriginOwnerId = "owner-1",
                OriginOwnerName = "Owner",
                ProfileId = id,
            },
            Token
        );
        var changed = await hub.Profiles.UpdateAsync(id, new ProfileChange { Name = "Renamed" }, Token);
        var limited = await hub.Profiles.SetLimitsAsync(id, new ProfileLimits(ParallelReads: 4), Token);
        var listed = await hub.Profiles.ListAsync(Token).SingleAsync(profile => profile.Id == id, Token);
        var retired = await hub.Profiles.RetireAsync(id, Token);

        Assert.Equal([AutodeskActions.ListHubs], made.EnabledActions!);
        Assert.Equal((clientId, id), (made.ClientId, session.ProfileId));
        Assert.StartsWith("http", session.AuthLinkUrl, StringComparison.Ordinal);
        Assert.Equal(("Renamed", 4, "Renamed"), (changed.Name, limited.Limits!.ParallelReads, listed.Name));
        Assert.NotNull(retired.RetiredAt);
    }

    [Fact]
    public async Task Key_IsMadeUsedAndRevoked()
    {
        var hub = fixture.Client();

        var made = await hub.Keys.CreateAsync(
            new NewKey
            {
                Name = "A backend",
                Role = "backend",
                OriginOwnerIds = ["owner-7"],
            },
            Token
        );
        var forbidden = await Assert.ThrowsAsync<TenantHubException>(() =>
            fixture.Client(made.Key).Keys.GetAsync(made.Description.Id, Token)
        );
        var revoked = await hub.Keys.RevokeAsync(made.Description.Id, Token);
        var listed = await hub.Keys.ListAsync(Token).SingleAsync(key => key.Id == made.Description.Id, Token);

        Assert.Equal((ErrorCodes.Forbidden, ErrorSources.Caller), (forbidden.Code, forbidden.Source));
        Assert.NotNull(revoked.RevokedAt);
        Assert.Equal(["owner-7"], listed.OriginOwnerIds);
        Assert.Equal("backend", listed.Role);
    }

    [Fact]
    public async Task Quota_IsShownSetAndGivenBack()
    {
        var account = await fixture.LinkAsync();
        var hub = fixture.Client();

        await hub.Account(account.Id).ListHubsAsync(cancellationToken: Token);
        var group = (await hub.Account(account.Id).PlanAsync(AutodeskActions.ListHubs, cancellationToken: Token)).Quota!.QuotaGroup;
        var set = await hub.Quotas.SetAsync(account.ClientId, group, 7, Token);
        var shown = (await hub.Quotas.GetAsync(account.ClientId, Token)).Single(quota => quota.QuotaGroup == group);
        var back = await hub.Quotas.SetAsync(account.ClientId, group, null, Token);

        Assert.Equal((7, 7), (set.Limit, shown.Limit));
        Assert.True(shown.Used >= 1);
        Assert.NotEqual(7, back.Limit);
    }

    [Fact]
    public async Task EventEndpoint_IsRegisteredListedAndRemoved()
    {
        var hub = fixture.Client();

        var made = await hub.EventEndpoints.RegisterAsync("https://example.com/events", "Test", Token);
        var rotated = await hub.EventEndpoints.RotateSecretAsync(made.Id, Token);
        var listed = (await hub.EventEndpoints.ListAsync(Token)).Single(endpoint => endpoint.Id == made.Id);
        var deliveries = await hub.EventEndpoints.ListDeliveriesAsync(made.Id, "pending", 5, Token);
        await hub.EventEndpoints.RemoveAsync(made.Id, Token);
        var gone = await Assert.ThrowsAsync<TenantHubException>(() => hub.EventEndpoints.ReplayAsync(made.Id, "evt_none", Token));

        Assert.StartsWith("whsec_", made.Secret, StringComparison.Ordinal);
        Assert.NotEqual(made.Secret, rotated.Secret);
        Assert.Equal((null, "Test"), (listed.Secret, listed.Description));
        Assert.NotNull(deliveries);
        Assert.Equal(ErrorCodes.EventNotFound, gone.Code);
    }

    [Fact]
    public async Task Actions_AreListed()
    {
        var found = await fixture.Client().Actions.ListAsync("bucket", cancellationToken: Token);

        Assert.Contains(found, action => action.Id == AutodeskActions.CreateBucket && action.RequiredScopes.Count > 0);
    }

    [Fact]
    public async Task Guide_And_Preview_TellWhatAChoiceOfActionsNeeds()
    {
        var hub = fixture.Client();
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var id = "p-" + Guid.NewGuid().ToString("N")[..12];
        await hub.Profiles.CreateAsync(
            new NewProfile
            {
                Id = id,
                Name = "Main",
                Credentials = new(clientId, secret),
                EnabledActions = [AutodeskActions.ListHubs],
            },
            Token
        );

        var guide = await hub.Actions.GetGuideAsync(
            [AutodeskActions.ListAccountUsers, AutodeskActions.CreateBucket],
            "my-client-id",
            Token
        );
        var preview = await hub.Profiles.PreviewAsync(id, new ProfileChange { EnabledActions = [AutodeskActions.CreateBucket] }, Token);
        var unchanged = await hub.Profiles.GetAsync(id, Token);
        var wrong = await Assert.ThrowsAsync<TenantHubException>(() =>
            hub.Actions.GetGuideAsync(["no_such_action"], cancellationToken: Token)
        );

        Assert.Equal([AutodeskActions.CreateBucket, AutodeskActions.ListAccountUsers], guide.Actions.Order());
        Assert.Contains(guide.Scopes, scope => scope.Name == "bucket:create" && scope.Actions is [AutodeskActions.CreateBucket]);
        Assert.True(guide.CustomIntegration.Needed);
        Assert.NotEmpty(guide.Steps);
        Assert.Equal([AutodeskActions.CreateBucket], preview.ActionsAdded);
        Assert.Equal([AutodeskActions.ListHubs], preview.ActionsRemoved);
        Assert.Equal(["bucket:create"], preview.ScopesAdded);
        Assert.Equal([AutodeskActions.ListHubs], unchanged.EnabledActions!);
        Assert.Equal(ErrorSources.Caller, wrong.Source);
    }

    [Fact]
    public async Task Conflict_IsListedAndApproved_AndTheAuditHasIt()
    {
        var hub = fixture.Client();
        var account = await fixture.LinkAsync();
        var link = new AccountLink
        {
            OriginOwnerId = "second-" + account.ClientId,
            OriginOwnerName = "Second",
            Credentials = new AppCredentials(account.ClientId, account.Secret),
            SetupInformation = new AutodeskSetup(account.AccAccountId, "US"),
        };
        var claim = new AccountClaim(account.ClientId, account.AccAccountId, link.OriginOwnerId);

        var taken = await Assert.ThrowsAsync<TenantHubException>(() => hub.Accounts.LinkAsync(link, Token));
        var listed = (await hub.Conflicts.ListAsync(Token)).Single(conflict => conflict.ClientId == account.ClientId);
        await hub.Conflicts.ApproveAsync(claim, Token);
        var linked = await hub.Accounts.LinkAsync(link, Token);
        var filter = new AuditFilter { Action = "approve_account_claim" };
        var change = await hub
            .Audit.ListAsync(filter, Token)
            .FirstAsync(seen => seen.Target.Contains(account.AccAccountId, StringComparison.Ordinal), Token);
        var verified = await hub.Audit.VerifyAsync(change.Sequence, cancellationToken: Token);
        var rewritten = await hub.Audit.VerifyAsync(
            known: new(change.Sequence, new string('0', change.Hash.Length)),
            cancellationToken: Token
        );

        Assert.Equal(ErrorCodes.AccountTaken, taken.Code);
        Assert.Equal(["holder", "refused"], listed.Owners.Select(owner => owner.State).Order());
        Assert.Equal(link.OriginOwnerId, linked.OriginOwnerId);
        Assert.Equal(("succeeded", true), (change.Outcome, change.EndedAt >= change.At));
        Assert.True(verified.IsSound && verified.Head.Sequence >= change.Sequence);
        Assert.False(rewritten.IsSound);
        Assert.Contains(rewritten.Faults, fault => fault.Sequence == change.Sequence && fault.Problem.Length > 0);
    }
}
