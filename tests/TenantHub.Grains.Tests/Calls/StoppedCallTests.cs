using Microsoft.Extensions.DependencyInjection;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Profiles;
using TenantHub.Quotas;
using TenantHub.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Calls;

/// <summary>
/// A call may wait for a permit for two minutes. What is stopped meanwhile stays stopped: after the answer to a suspension, an unlinking, a
/// revocation or a change of the profile, nothing of it leaves.
/// </summary>
public sealed class StoppedCallTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static readonly ActionRequest ListBuckets = new("autodesk_list_buckets") { MaxWait = TimeSpan.FromSeconds(100) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    [Fact]
    public async Task SuspendedAccount_SendsNothingOfWhatWaits()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var call = await WaitForPermitAsync(account, clientId, ListBuckets);

        Assert.IsType<AccountResult.Described>(await account.SuspendAsync());

        await AssertStoppedAsync(call, account, clientId, ErrorCode.AccountSuspended);
    }

    /// <summary>The caller may use the accounts of one owner only, and the account gets another one.</summary>
    [Fact]
    public async Task AccountOfAnotherOwner_SendsNothingOfWhatABoundCallerHasWaiting()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var rights = new CallerRights { OriginOwnerIds = ["owner"] };
        var call = await WaitForPermitAsync(account, clientId, ListBuckets with { Rights = rights });

        var moved = new UpdateAccountRequest
        {
            OriginOwnerId = "another",
            OriginOwnerName = "Another",
            MayShareAccount = true,
        };
        Assert.IsType<AccountResult.Described>(await account.UpdateAsync(moved, Cancel));

        await AssertStoppedAsync(call, account, clientId, ErrorCode.AccountNotFound);
    }

    [Fact]
    public async Task BucketThatWasGivenAway_IsNotTouchedByWhatWaits()
    {
        var (account, id, clientId) = await Hub.LinkAsync();
        var (holdings, bucket) = (Hub.Silo.GetRequiredService<IAccountHoldings>(), "b" + Guid.NewGuid().ToString("N")[..12]);
        await holdings.RecordAsync(new Holder(clientId, id), HoldingKind.Bucket, bucket);
        var delete = new ActionRequest("autodesk_delete_bucket")
        {
            Path = new Dictionary<string, string> { ["bucketKey"] = bucket },
            MaxWait = ListBuckets.MaxWait,
        };
        var call = await WaitForPermitAsync(account, clientId, delete);

        await holdings.RecordAsync(new Holder(clientId, "acc_another"), HoldingKind.Bucket, bucket);

        await AssertStoppedAsync(call, account, clientId, ErrorCode.NotThisAccount);
    }

    [Fact]
    public async Task UnlinkedAccount_SendsNothingOfWhatWaits()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var call = await WaitForPermitAsync(account, clientId, ListBuckets);

        Assert.IsType<AccountResult.Described>(await account.UnlinkAsync());

        await AssertStoppedAsync(call, account, clientId, ErrorCode.AccountNotFound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RevokedOrExpiredKey_SendsNothingOfWhatWaits(bool expires)
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var keys = Hub.Silo.GetRequiredService<IApiKeyStore>();
        var id = "key_" + Guid.NewGuid().ToString("N");
        var endsAt = expires ? Hub.Clock.GetUtcNow() + TimeSpan.FromSeconds(30) : (DateTimeOffset?)null;
        await keys.AddAsync(
            new ApiKey
            {
                Id = id,
                Name = "k",
                Role = AccessRole.Backend,
                CreatedAt = Hub.Clock.GetUtcNow(),
                CreatedBy = "a test",
                ExpiresAt = endsAt,
            },
            id
        );
        var call = await WaitForPermitAsync(account, clientId, ListBuckets with { CallerId = "key:" + id });

        if (!expires)
            await keys.RevokeAsync(id, Hub.Clock.GetUtcNow());

        await AssertStoppedAsync(call, account, clientId, ErrorCode.Unauthenticated);
    }

    /// <summary>The news of a revocation, which all servers get before it is answered, counts for calls of any age; the database need not be
    /// asked.</summary>
    [Fact]
    public async Task RevocationThatIsTold_StopsACallThatHasJustCome()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var id = "key_" + Guid.NewGuid().ToString("N");
        Hub.Silo.GetRequiredService<CallerKeys>().NoteRevoked(id);

        var call = account.RunActionAsync(ListBuckets with { CallerId = "key:" + id }, Cancel);

        await AssertStoppedAsync(call, account, clientId, ErrorCode.Unauthenticated);
    }

    /// <summary>Written down as nobody's, and nobody told the account.</summary>
    [Fact]
    public async Task BucketThatWasReleased_IsNotTouchedByWhatWaits()
    {
        var (account, id, clientId) = await Hub.LinkAsync();
        var (holdings, bucket) = (Hub.Silo.GetRequiredService<IAccountHoldings>(), "b" + Guid.NewGuid().ToString("N")[..12]);
        await holdings.RecordAsync(new Holder(clientId, id), HoldingKind.Bucket, bucket);
        var delete = new ActionRequest("autodesk_delete_bucket")
        {
            Path = new Dictionary<string, string> { ["bucketKey"] = bucket },
            MaxWait = ListBuckets.MaxWait,
        };
        var call = await WaitForPermitAsync(account, clientId, delete);

        await holdings.ForgetAsync(new Holder(clientId, id), HoldingKind.Bucket, bucket);

        await AssertStoppedAsync(call, account, clientId, ErrorCode.NotThisAccount);
    }

    [Fact]
    public async Task BucketThatAnOperatorGaveAway_IsRefusedFromTheNextCallOn()
    {
        var (account, id, clientId) = await Hub.LinkAsync();
        var (holdings, bucket) = (Hub.Silo.GetRequiredService<IAccountHoldings>(), "b" + Guid.NewGuid().ToString("N")[..12]);
        await holdings.RecordAsync(new Holder(clientId, id), HoldingKind.Bucket, bucket);
        var details = new ActionRequest("autodesk_get_bucket_details") { Path = new Dictionary<string, string> { ["bucketKey"] = bucket } };
        await account.RunActionAsync(details, Cancel); // From now on the account remembers it for a minute.
        await holdings.RecordAsync(new Holder(clientId, "acc_another"), HoldingKind.Bucket, bucket);
        await account.ForgetBucketAsync(bucket);

        await AssertStoppedAsync(account.RunActionAsync(details, Cancel), account, clientId, ErrorCode.NotThisAccount);
    }

    /// <summary>Nothing else makes the account read its profile again: the call itself does, after its wait.</summary>
    [Fact]
    public async Task DisabledAction_SendsNothingOfWhatWaits()
    {
        var (account, profile, clientId) = await LinkToProfileAsync();
        var call = await WaitForPermitAsync(account, clientId, ListBuckets);

        await profile.UpdateAsync(new UpdateProfileRequest { EnabledActions = ["autodesk_list_hubs"] }, Cancel);

        await AssertStoppedAsync(call, account, clientId, ErrorCode.ActionNotEnabled);
    }

    [Fact]
    public async Task ApprovalThatIsDemandedSince_StopsWhatWaits_AndWhatComesNext()
    {
        var (account, profile, clientId) = await LinkToProfileAsync();
        var create = new ActionRequest("autodesk_create_bucket")
        {
            Body = JsonBytes.From(new { bucketKey = "b" + Guid.NewGuid().ToString("N")[..12], policyKey = "transient" }),
            MaxWait = ListBuckets.MaxWait,
        };
        var call = await WaitForPermitAsync(account, clientId, create);

        await profile.UpdateAsync(new UpdateProfileRequest { Approval = ApprovalDemand.Writes }, Cancel);

        var next = await account.RunActionAsync(create with { MaxWait = TimeSpan.Zero }, Cancel);
        Assert.Equal(ErrorCode.ApprovalRequired, Assert.IsType<ActionResult.Failed>(next).Error.Code);
        await AssertStoppedAsync(call, account, clientId, ErrorCode.AccountNotReady);
    }

    private async Task<(ILinkedAccountGrain Account, IConnectorProfileGrain Profile, string ClientId)> LinkToProfileAsync()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var emulated = await Hub.Emulator.AddAccountAsync([clientId]);
        var profile = Hub.Grains.GetGrain<IConnectorProfileGrain>(clientId);
        await profile.CreateAsync(
            new CreateProfileRequest
            {
                Name = "P",
                ClientId = clientId,
                ClientSecret = new Secret(secret),
            },
            Cancel
        );
        var account = Hub.Account(LinkedAccountId.New(Hub.Clock).Value);
        await account.LinkAsync(
            new LinkAccountRequest
            {
                OriginOwnerId = "o",
                OriginOwnerName = "O",
                ProfileId = clientId,
                AccAccountId = (string)emulated["acc_account_id"]!,
            },
            Cancel
        );
        return (account, profile, clientId);
    }

    /// <summary>Uses the limit up, and lets one more call come: it has its place in the lane and waits for its permit.</summary>
    private async Task<Task<ActionResult>> WaitForPermitAsync(ILinkedAccountGrain account, string clientId, ActionRequest request)
    {
        await Hub.Grains.GetGrain<IQuotaGrain>($"{clientId}|oss").SetLimitAsync(1);
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(ListBuckets, Cancel));
        var call = account.RunActionAsync(request, Cancel);
        await Until.TrueAsync(
            async () => (await account.GetLiveStateAsync())!.Lane.Running is [{ Phase: CallPhase.Quota, Position: > 0 }],
            "the call waits for a permit"
        );
        return call;
    }

    private async Task AssertStoppedAsync(Task<ActionResult> call, ILinkedAccountGrain account, string clientId, ErrorCode code)
    {
        var sent = (await Hub.Emulator.JournalAsync(clientId)).Count;
        await Hub.PassTimeUntilAsync(call, account);

        Assert.Equal(code, Assert.IsType<ActionResult.Failed>(await call).Error.Code);
        Assert.Equal(sent, (await Hub.Emulator.JournalAsync(clientId)).Count);
    }
}
