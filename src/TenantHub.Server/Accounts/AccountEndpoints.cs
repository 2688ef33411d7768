using System.Security.Claims;
using TenantHub.Accounts;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Accounts;

/// <summary>Linked accounts. Each handler is one grain call.</summary>
internal static class AccountEndpoints
{
    public static RouteGroupBuilder MapAccounts(this IEndpointRouteBuilder app)
    {
        var accounts = app.MapGroup("/accounts").WithTags("Accounts");
        accounts
            .MapPost("/", LinkAsync)
            .RequireAuthorization(Policies.Link)
            .Audited("account")
            .WithName("link_account")
            .WithSummary("Links an Autodesk account; the credentials are tried first")
            .Accepts<LinkAccountBody>("application/json")
            .Produces<LinkedAccountResponse>(StatusCodes.Status201Created);
        accounts
            .MapGet("/", ListAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("list_linked_accounts")
            .WithSummary("Lists linked accounts, oldest first")
            .Takes(AccountQuery.Parameters)
            .Produces<IReadOnlyList<LinkedAccountResponse>>();
        accounts
            .MapPost("/rebuild", RebuildAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("accounts")
            .WithName("rebuild_account_list")
            .WithSummary("Puts the list of accounts right from their stored states")
            .Produces<DirectoryRebuild>();
        accounts
            .MapGet("/{id}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("get_account")
            .WithSummary("Describes one account")
            .Produces<LinkedAccountResponse>();
        accounts
            .MapPatch("/{id}", UpdateAsync)
            .RequireAuthorization(Policies.Operate)
            .Audited("account/{id}")
            .WithName("update_account")
            .WithSummary("Changes an account; new credentials are tried first")
            .Accepts<PatchAccountBody>("application/json")
            .Produces<LinkedAccountResponse>();
        accounts
            .MapDelete("/{id}", UnlinkAsync)
            .RequireAuthorization(Policies.Operate)
            .Audited("account/{id}")
            .WithName("delete_account")
            .WithSummary("Unlinks an account and destroys its secrets")
            .Produces<LinkedAccountResponse>();
        accounts
            .MapGet("/{id}/meta", GetMetaAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("get_account_meta_info")
            .WithSummary("StackOne's meta information")
            .Produces<AccountMetaResponse>();
        accounts
            .MapGet("/{id}/state", GetStateAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("get_account_state")
            .WithSummary("What the account is doing now")
            .Produces<AccountStateResponse>();
        accounts
            .MapPost("/{id}/credentials", RotateAsync)
            .RequireAuthorization(Policies.Operate)
            .Audited("account/{id}")
            .WithName("rotate_account_credentials")
            .WithSummary("Changes the client secret; the new one is tried first, then both are held for a while")
            .Accepts<CredentialsBody>("application/json")
            .Produces<LinkedAccountResponse>();
        accounts
            .MapPost("/{id}/verify", VerifyAsync)
            .RequireAuthorization(Policies.Operate)
            .Audited("account/{id}")
            .WithName("verify_account")
            .WithSummary("Checks with Autodesk whether the account works, and what is missing when it does not")
            .Produces<LinkedAccountResponse>();
        accounts
            .MapPost("/{id}/suspend", SuspendAsync)
            .RequireAuthorization(Policies.Operate)
            .Audited("account/{id}")
            .WithName("suspend_account")
            .WithSummary("Refuses the account's calls until it is resumed")
            .Produces<LinkedAccountResponse>();
        accounts
            .MapPost("/{id}/resume", ResumeAsync)
            .RequireAuthorization(Policies.Operate)
            .Audited("account/{id}")
            .WithName("resume_account")
            .WithSummary("Lets a suspended account work again")
            .Produces<LinkedAccountResponse>();
        accounts
            .MapPost("/{id}/buckets/{bucketKey}/claim", ClaimBucketAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("account/{id}/bucket/{bucketKey}")
            .WithName("claim_bucket")
            .WithSummary("Writes a bucket down as the account's, whoever held it before")
            .Produces<BucketHolderResponse>();
        accounts
            .MapPost("/{id}/buckets/{bucketKey}/release", ReleaseBucketAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("account/{id}/bucket/{bucketKey}")
            .WithName("release_bucket")
            .WithSummary("Forgets that a bucket is the account's, also of an unlinked one; the bucket itself stays")
            .Produces<BucketHolderResponse>();
        return accounts;
    }

    private static async Task<IResult> ClaimBucketAsync(
        string id,
        string bucketKey,
        ClaimsPrincipal user,
        IGrainFactory grains,
        IAccountHoldings holdings
    )
    {
        if (!BucketHolderResponse.IsBucketKey(bucketKey))
            return new ErrorResult(RequestErrors.NoBucketKey());
        return await AnswerAsync(
            id,
            user,
            grains,
            account => account.DescribeAsync(),
            async account =>
            {
                var before = await holdings.FindHolderAsync(account.ClientId, HoldingKind.Bucket, bucketKey);
                await holdings.RecordAsync(new Holder(account.ClientId, account.Id), HoldingKind.Bucket, bucketKey);
                if (before is not null && before != account.Id)
                    await grains.GetGrain<ILinkedAccountGrain>(before).ForgetBucketAsync(bucketKey);
                return Results.Json(new BucketHolderResponse(bucketKey, account.ClientId, account.Id, before), JsonBody.Options);
            }
        );
    }

    private static async Task<IResult> ReleaseBucketAsync(
        string id,
        string bucketKey,
        IGrainFactory grains,
        IAccountHoldings holdings,
        IAccountDirectory directory,
        CancellationToken cancellationToken
    )
    {
        if (!BucketHolderResponse.IsBucketKey(bucketKey))
            return new ErrorResult(RequestErrors.NoBucketKey());
        var filter = new AccountFilter { AccountIds = [id], Statuses = Enum.GetValues<AccountStatus>() }; // Also unlinked ones, which have no other way.
        if (
            !LinkedAccountId.TryParse(id, out _)
            || (await directory.ListAsync(filter, cancellationToken)).SingleOrDefault() is not { } account
        )
            return new ErrorResult(RequestErrors.NoSuchAccount(id));
        var before = await holdings.FindHolderAsync(account.ClientId, HoldingKind.Bucket, bucketKey);
        await holdings.ForgetAsync(new Holder(account.ClientId, id), HoldingKind.Bucket, bucketKey);
        await grains.GetGrain<ILinkedAccountGrain>(id).ForgetBucketAsync(bucketKey);
        return Results.Json(new BucketHolderResponse(bucketKey, account.ClientId, before == id ? null : before, before), JsonBody.Options);
    }

    private static async Task<IResult> LinkAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        IGrainFactory grains,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<LinkAccountBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        if (WrongProvider(body.Provider ?? "") is { } wrong)
            return wrong;

        if (!Caller.Of(user).MaySee(body.OriginOwnerId, body.ProfileId))
            return new ErrorResult(RequestErrors.OutsideBinding());
        if (body.ShareAccount == true && !MayShare(user))
            return new ErrorResult(RequestErrors.MayNotShare());

        var id = LinkedAccountId.New(clock);
        request.HttpContext.NameAuditTarget($"account/{id}");
        return await grains.GetGrain<ILinkedAccountGrain>(id.Value).LinkAsync(body.ToRequest(), cancellationToken) switch
        {
            AccountResult.Described { Account: var account } => Results.Json(
                LinkedAccountResponse.From(account),
                JsonBody.Options,
                statusCode: StatusCodes.Status201Created
            ),
            AccountResult.Failed { Error: var failure } => new ErrorResult(failure),
            _ => throw new InvalidOperationException("Unknown result."),
        };
    }

    private static async Task<IResult> ListAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        IAccountDirectory directory,
        IAccountClaims claims,
        CancellationToken cancellationToken
    )
    {
        var (filter, error) = AccountQuery.Read(request.Query, StatusWords.StackOne);
        if (filter is null)
            return new ErrorResult(error!);
        if (AccountQuery.Within(filter, Caller.Of(user)) is not { } visible)
            return Results.Json(Array.Empty<LinkedAccountResponse>(), JsonBody.Options);
        var accounts = await directory.ListAsync(visible, cancellationToken);
        if (AccountQuery.NextPage(request, filter, accounts) is { } next)
            request.HttpContext.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        var contested = Policies.Allows(Caller.Of(user), Policies.ReadShared)
            ? await claims.FindContestedAsync(accounts.Select(AutodeskAccount.Of), cancellationToken)
            : null;
        return Results.Json(
            accounts.Select(account =>
                LinkedAccountResponse.From(account) with
                {
                    IsContested = contested?.Contains(AutodeskAccount.Of(account)) == true ? true : null,
                }
            ),
            JsonBody.Options
        );
    }

    private static async Task<IResult> RebuildAsync(IAccountDirectory directory, CancellationToken cancellationToken) =>
        Results.Json(await directory.RebuildAsync(cancellationToken), JsonBody.Options);

    private static Task<IResult> GetAsync(string id, ClaimsPrincipal user, IGrainFactory grains) =>
        AnswerAsync(id, user, grains, account => account.DescribeAsync());

    private static async Task<IResult> UpdateAsync(
        string id,
        HttpRequest request,
        ClaimsPrincipal user,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<PatchAccountBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        if (body.Provider is { } provider && WrongProvider(provider) is { } wrong)
            return wrong;
        if (body.Fault() is { } fault)
            return new ErrorResult(fault);
        if (body.SetupInformation?.AccAccountId is not null)
            return new ErrorResult(RequestErrors.FixedAccountId());
        if (
            body.OriginOwnerId is { } owner
            && Caller.Of(user) is { OriginOwnerIds.Count: > 0 } caller
            && !caller.OriginOwnerIds.Contains(owner)
        )
            return new ErrorResult(RequestErrors.OutsideBinding());
        var moves = body.OriginOwnerId is not null && MayShare(user); // To give an account to another owner is an operator's decision; to change its app decides nothing.
        return await AnswerAsync(
            id,
            user,
            grains,
            account => account.UpdateAsync(body.ToRequest() with { MayShareAccount = moves }, cancellationToken)
        );
    }

    private static Task<IResult> UnlinkAsync(string id, ClaimsPrincipal user, IGrainFactory grains) =>
        AnswerAsync(id, user, grains, account => account.UnlinkAsync());

    private static async Task<IResult> RotateAsync(
        string id,
        HttpRequest request,
        ClaimsPrincipal user,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<CredentialsBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        return body.ClientSecret is { } secret
            ? await AnswerAsync(id, user, grains, account => account.RotateCredentialsAsync(body.ClientId, secret, cancellationToken))
            : new ErrorResult(RequestErrors.NoNewSecret());
    }

    private static async Task<IResult> VerifyAsync(
        string id,
        ClaimsPrincipal user,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (account, error) = await grains.FindAccountAsync(user, id);
        if (account is null)
            return new ErrorResult(error!);
        if (await account.VerifyAsync(cancellationToken) is AccountResult.Failed { Error: var failure })
            return new ErrorResult(failure);
        return await account.GetLiveStateAsync() is { } state
            ? Results.Json(LinkedAccountResponse.From(state.Account) with { Checks = state.Checks }, JsonBody.Options)
            : new ErrorResult(RequestErrors.NoSuchAccount(id));
    }

    private static Task<IResult> SuspendAsync(string id, ClaimsPrincipal user, IGrainFactory grains) =>
        AnswerAsync(id, user, grains, account => account.SuspendAsync());

    private static Task<IResult> ResumeAsync(string id, ClaimsPrincipal user, IGrainFactory grains, CancellationToken cancellationToken) =>
        AnswerAsync(id, user, grains, account => account.ResumeAsync(cancellationToken));

    private static async Task<IResult> GetMetaAsync(string id, ClaimsPrincipal user, IGrainFactory grains)
    {
        var (account, error) = await grains.FindAccountAsync(user, id);
        if (account is null)
            return new ErrorResult(error!);
        return await account.DescribeAsync() is AccountResult.Failed { Error: var failure }
            ? new ErrorResult(failure)
            : Results.Json(new AccountMetaResponse(Connector.Key, Connector.Category, new Dictionary<string, string>()), JsonBody.Options);
    }

    private static async Task<IResult> GetStateAsync(string id, ClaimsPrincipal user, IGrainFactory grains)
    {
        var (account, error) = await grains.FindAccountAsync(user, id);
        if (account is null)
            return new ErrorResult(error!);
        if (await account.GetLiveStateAsync() is { } state)
            return Results.Json(AccountStateResponse.From(state), JsonBody.Options);
        return new ErrorResult(
            await account.DescribeAsync() is AccountResult.Failed { Error: var why } ? why : RequestErrors.NoSuchAccount(id)
        );
    }

    private static Task<IResult> AnswerAsync(
        string id,
        ClaimsPrincipal user,
        IGrainFactory grains,
        Func<ILinkedAccountGrain, Task<AccountResult>> call
    ) =>
        AnswerAsync(
            id,
            user,
            grains,
            call,
            described => Task.FromResult(Results.Json(LinkedAccountResponse.From(described), JsonBody.Options))
        );

    private static async Task<IResult> AnswerAsync(
        string id,
        ClaimsPrincipal user,
        IGrainFactory grains,
        Func<ILinkedAccountGrain, Task<AccountResult>> call,
        Func<AccountDescription, Task<IResult>> answer
    )
    {
        var (account, error) = await grains.FindAccountAsync(user, id);
        if (account is null)
            return new ErrorResult(error!);
        return await call(account) switch
        {
            AccountResult.Described { Account: var described } => await answer(described),
            AccountResult.Failed { Error: var failure } => new ErrorResult(failure),
            _ => throw new InvalidOperationException("Unknown result."),
        };
    }

    /// <summary>Whether the caller may decide whose an Autodesk account is: an operator of all customers.</summary>
    private static bool MayShare(ClaimsPrincipal user) => Policies.Allows(Caller.Of(user), Policies.OperateShared);

    private static ErrorResult? WrongProvider(string provider) =>
        provider == Connector.Key ? null : new ErrorResult(RequestErrors.BadQuery([new("provider", $"must be \"{Connector.Key}\".")]));
}

/// <summary>Which account holds a bucket, now and before the request; null where none does.</summary>
internal sealed record BucketHolderResponse(string BucketKey, string ClientId, string? AccountId, string? HeldBefore)
{
    /// <summary>As Autodesk has them: 3 to 128 of a-z, 0-9, dash, dot and underscore.</summary>
    public static bool IsBucketKey(string text) =>
        text.Length is >= 3 and <= 128 && text.All(letter => letter is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '.' or '_');
}

/// <summary>StackOne's LinkedAccountMeta.</summary>
internal sealed record AccountMetaResponse(string Provider, string Category, IReadOnlyDictionary<string, string> Models);
