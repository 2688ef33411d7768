using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Profiles;
using TenantHub.Tokens;
using Xunit;

namespace TenantHub.Credentials;

/// <summary>How accounts and profiles keep their app's secret, and what a rotation means for the calls.</summary>
public sealed class CredentialTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static readonly ActionRequest ListHubs = new("autodesk_list_hubs");

    private Testing.SiloCluster Hub => fixture.Hub;

    private IGrainStorage Storage => Hub.Silo.GetRequiredKeyedService<IGrainStorage>("Default");

    [Fact]
    public async Task StateOfBeforeTheEnvelope_IsRead_AndIsRewrittenByTheNextWrite()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var account = await Described(clientId);
        var grain = Hub.Account(account.Id);
        var old = new LinkedAccountState
        {
            Account = account,
            ClientSecret = new Secret(secret),
            CredentialVersion = CredentialVersion.Of(clientId, new Secret(secret)),
        };
        await Storage.WriteStateAsync("account", grain.GetGrainId(), new GrainState<LinkedAccountState>(old));

        Assert.IsType<ActionResult.Succeeded>(await grain.RunActionAsync(ListHubs, TestContext.Current.CancellationToken));
        Assert.NotNull((await ReadAsync(grain)).ClientSecret);
        await grain.UpdateAsync(new UpdateAccountRequest { Label = "changed" }, TestContext.Current.CancellationToken);

        var now = await ReadAsync(grain);
        Assert.Null(now.ClientSecret);
        Assert.Null(now.CredentialVersion);
        Assert.Equal(["client_secret"], now.Credentials!.Sealed.Values.Keys);
        Assert.Null(now.Credentials.Secret); // What is stored is sealed; opened secrets are in memory only.
    }

    [Fact]
    public async Task Unlink_DestroysTheDataKeyAndTheAnswers_AndLeavesATombstone()
    {
        var (grain, id, _) = await Hub.LinkAsync();
        var answers = Hub.Silo.GetRequiredService<IIdempotencyStore>();
        await answers.BeginAsync(id, "k", "p");
        await answers.CompleteAsync(id, "k", new ActionResult.Succeeded(200, JsonBytes.Parse("{}"), null));
        Assert.NotNull((await ReadAsync(grain)).Credentials);

        await grain.UnlinkAsync();

        var left = await ReadAsync(grain);
        Assert.Null(left.Credentials);
        Assert.Equal(AccountStatus.Unlinked, left.Account!.Status);
        Assert.Null(await answers.FindAsync(id, "k", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SealedSecretsOfAnotherAccount_DoNotOpen()
    {
        var (victim, _, clientId) = await Hub.LinkAsync();
        var thief = await Described(clientId);
        var stolen = (await ReadAsync(victim)) with { Account = thief };
        await Storage.WriteStateAsync("account", Hub.Account(thief.Id).GetGrainId(), new GrainState<LinkedAccountState>(stolen));

        var fault = await Assert.ThrowsAnyAsync<Exception>(() =>
            Hub.Account(thief.Id).RunActionAsync(ListHubs, TestContext.Current.CancellationToken)
        );

        Assert.Contains($"The data key of account/{thief.Id} cannot be opened", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewSecretThatIsRefusedLater_LeavesTheOldOneWorking_UntilTheOverlapIsOver()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var grain = await LinkAsync(clientId, secret);
        await Hub.Emulator.PostAsync(
            "apps",
            new
            {
                client_id = clientId,
                client_secret = "next-" + secret,
                previous_client_secret = secret,
            }
        );
        Assert.IsType<AccountResult.Described>(
            await grain.RotateCredentialsAsync(null, new Secret("next-" + secret), TestContext.Current.CancellationToken)
        );

        // Autodesk takes it back: only the old secret is good, and no token of the new one is.
        await Hub.Emulator.PostAsync("apps", new { client_id = clientId, client_secret = secret });
        await Hub.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = clientId });
        for (var i = 0; i < 5; i++)
            Assert.IsType<ActionResult.Succeeded>(await grain.RunActionAsync(ListHubs, TestContext.Current.CancellationToken));
        var refusals = (await Hub.Emulator.JournalAsync(clientId, tokens: true)).Count(record => record.IsToken && record.Status == 401);
        Hub.Clock.Advance(TimeSpan.FromDays(1));
        var after = Assert.IsType<ActionResult.Failed>(await grain.RunActionAsync(ListHubs, TestContext.Current.CancellationToken));

        Assert.Equal(1, refusals); // Not every call asks in vain.
        Assert.Equal(ErrorCode.CredentialsRejected, after.Error.Code);
        Assert.Null((await ReadAsync(grain)).Credentials!.PreviousVersion); // The next write has dropped it.
    }

    [Fact]
    public async Task SecretThatAutodeskRefuses_OrCannotJudge_ChangesNothing()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var grain = await LinkAsync(clientId, secret);
        var before = await ReadAsync(grain);

        var wrong = Assert.IsType<AccountResult.Failed>(
            await grain.RotateCredentialsAsync(null, new Secret("wrong"), TestContext.Current.CancellationToken)
        );
        await Hub.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/authentication" },
                kind = "status",
                status = 503,
                times = 20,
            }
        );
        var unknown = Assert.IsType<AccountResult.Failed>(
            await grain.RotateCredentialsAsync(null, new Secret("unknown"), TestContext.Current.CancellationToken)
        );
        var other = Assert.IsType<AccountResult.Failed>(
            await grain.RotateCredentialsAsync("another-app", new Secret(secret), TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            (ErrorCode.CredentialsRejected, ErrorCode.AutodeskUnavailable, ErrorCode.InvalidInput),
            (wrong.Error.Code, unknown.Error.Code, other.Error.Code)
        );
        Assert.Contains("the secret in force goes on being used", wrong.Error.Detail, StringComparison.Ordinal);
        var after = await ReadAsync(grain);
        Assert.Equal((before.Credentials!.Version, before.Account!.Revision), (after.Credentials!.Version, after.Account!.Revision));
        Assert.Equal(before.Credentials.Sealed.Values["client_secret"], after.Credentials.Sealed.Values["client_secret"]);
        using var cleared = await Hub.Emulator.Control.DeleteAsync(
            new Uri("/_emulator/faults", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
    }

    [Fact]
    public async Task AccountWhoseSecretWasWrong_IsActiveAgainAfterTheRotation()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var grain = await LinkAsync(clientId, secret);
        await Hub.Emulator.PostAsync("apps", new { client_id = clientId, client_secret = "next-" + secret });
        await Hub.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = clientId });
        var failed = Assert.IsType<ActionResult.Failed>(await grain.RunActionAsync(ListHubs, TestContext.Current.CancellationToken));

        var rotated = Assert.IsType<AccountResult.Described>(
            await grain.RotateCredentialsAsync(clientId, new Secret("next-" + secret), TestContext.Current.CancellationToken)
        );

        Assert.Equal(ErrorCode.CredentialsRejected, failed.Error.Code);
        Assert.Equal(AccountStatus.Active, rotated.Account.Status);
    }

    [Fact]
    public async Task Profile_RotatesForItsAccounts_BeforeTheyHaveLookedAgain()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var profile = Hub.Silo.GetRequiredService<IGrainFactory>().GetGrain<IConnectorProfileGrain>("p-" + clientId);
        await profile.CreateAsync(
            new CreateProfileRequest
            {
                Name = "P",
                ClientId = clientId,
                ClientSecret = new Secret(secret),
            },
            TestContext.Current.CancellationToken
        );
        var grain = await LinkAsync(null, null, "p-" + clientId, clientId);
        await Hub.Emulator.PostAsync(
            "apps",
            new
            {
                client_id = clientId,
                client_secret = "next-" + secret,
                previous_client_secret = secret,
            }
        );

        Assert.IsType<ProfileResult.Described>(
            await profile.RotateCredentialsAsync(null, new Secret("next-" + secret), TestContext.Current.CancellationToken)
        );
        await Hub.Emulator.PostAsync("apps", new { client_id = clientId, client_secret = "next-" + secret });
        await Hub.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = clientId });
        var call = await grain.RunActionAsync(ListHubs, TestContext.Current.CancellationToken); // No time has passed: the account knows the old secret only.
        var own = Assert.IsType<AccountResult.Failed>(
            await grain.RotateCredentialsAsync(null, new Secret("x"), TestContext.Current.CancellationToken)
        );

        Assert.IsType<ActionResult.Succeeded>(call);
        Assert.Contains($"POST /profiles/p-{clientId}/credentials", own.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokensOfAnApp_AreAllRefusedAtOnce_AndTheYoungerOneOfAnotherAccountIsNoWayOut()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        await Hub
            .Silo.GetRequiredService<IGrainFactory>()
            .GetGrain<IConnectorProfileGrain>("q-" + clientId)
            .CreateAsync(
                new CreateProfileRequest
                {
                    Name = "Q",
                    EnabledActions = ["autodesk_list_hubs"],
                    ClientId = clientId,
                    ClientSecret = new Secret(secret),
                },
                TestContext.Current.CancellationToken
            );
        var one = await LinkAsync(null, null, "q-" + clientId, clientId);
        Assert.IsType<ActionResult.Succeeded>(await one.RunActionAsync(ListHubs, TestContext.Current.CancellationToken));
        Hub.Clock.Advance(TimeSpan.FromMinutes(30));
        var before = await TokensAsync(clientId);
        await LinkAsync(null, null, "q-" + clientId, clientId); // Looked at with a token of its own, which the app's accounts share from now on.
        Assert.True(await TokensAsync(clientId) > before);

        await Hub.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = clientId });
        var since = (await Hub.Emulator.WholeJournalAsync()).Max(record => record.Seq);
        var call = await one.RunActionAsync(ListHubs, TestContext.Current.CancellationToken);

        Assert.IsType<ActionResult.Succeeded>(call);
        Assert.Equal(
            [401, 401, 200], // The two that were refused name nobody in the journal.
            (await Hub.Emulator.WholeJournalAsync(since))
                .Where(record => record.Path.EndsWith("/hubs", StringComparison.Ordinal))
                .Select(record => record.Status)
        );
    }

    private async Task<int> TokensAsync(string clientId) =>
        (await Hub.Emulator.JournalAsync(clientId, tokens: true)).Count(record => record.IsToken && record.Scopes is ["data:read"]);

    private async Task<ILinkedAccountGrain> LinkAsync(string? clientId, string? secret, string? profile = null, string? provisioned = null)
    {
        var emulated = await Hub.Emulator.AddAccountAsync([clientId ?? provisioned!]);
        var grain = Hub.Account(LinkedAccountId.New(Hub.Clock).Value);
        var result = await grain.LinkAsync(
            new LinkAccountRequest
            {
                OriginOwnerId = "owner",
                OriginOwnerName = "Owner",
                ClientId = clientId,
                ClientSecret = secret is null ? null : new Secret(secret),
                ProfileId = profile,
                AccAccountId = (string)emulated["acc_account_id"]!,
            },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(AccountStatus.Active, Assert.IsType<AccountResult.Described>(result).Account.Status);
        return grain;
    }

    private async Task<AccountDescription> Described(string clientId)
    {
        var emulated = await Hub.Emulator.AddAccountAsync([clientId]);
        var now = Hub.Clock.GetUtcNow();
        return new AccountDescription
        {
            Id = LinkedAccountId.New(Hub.Clock).Value,
            Revision = 1,
            OriginOwnerId = "owner",
            OriginOwnerName = "Owner",
            ClientId = clientId,
            AccAccountId = (string)emulated["acc_account_id"]!,
            Region = "US",
            Type = "production",
            Status = AccountStatus.Active,
            Reason = "verified",
            StatusSince = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private async Task<LinkedAccountState> ReadAsync(ILinkedAccountGrain grain)
    {
        var state = new GrainState<LinkedAccountState>();
        await Storage.ReadStateAsync("account", grain.GetGrainId(), state);
        return state.State!;
    }
}
