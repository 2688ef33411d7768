using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Autodesk.Provisioning;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Provisioning;

namespace TenantHub.Isolation;

/// <summary>
/// Accounts that share a client id are kept apart (docs/adr/0013): everything that a call names is the account's, or nothing is sent. 1.
/// What this activation knows. 2. What is written down. 3. What Autodesk says: one read, through the same permits and breakers as every
/// request.
/// </summary>
internal sealed class ResourceGuard(
    ActionCatalog catalog,
    ResourceRecords records,
    SignedUrlTransfer transfer,
    AutodeskCalls calls,
    Lessons lessons
)
{
    private static readonly TimeSpan ForeignFor = TimeSpan.FromSeconds(10); // A project that is made meanwhile is seen after this.

    /// <summary>Refuses a call that names what is not the account's; null when everything is. Whoever calls holds the lane.</summary>
    public ValueTask<ServiceError?> RefuseForeignAsync(ApsCall call, CancellationToken cancellationToken) =>
        call.Action.NamesResources ? new(RefuseAsync(call, cancellationToken)) : default;

    /// <summary>Gets what refuses a call that names a bucket or a webhook which the account holds no more: it may have been given away
    /// while
    /// the call waited. Asks the database, and nobody else.</summary>
    public Func<ApsCall, Task<ServiceError?>> StillHolds => field ??= RefuseLostAsync;

    /// <summary>What is known without asking Autodesk, and what would be asked.</summary>
    public async Task<(ServiceError? Refusal, IReadOnlyList<Question> Questions)> ForeseeAsync(
        ActiveAccount account,
        ActionDefinition action,
        ActionRequest request
    )
    {
        var questions = new List<Question>();
        foreach (var named in NamedResource.In(action, request))
        {
            var (refusal, question) = await LookUpAsync(account, named, action, request, account.StartByDefault());
            if (refusal is not null)
                return (refusal, []);
            if (question is not null)
                questions.Add(question);
        }

        return (null, questions);
    }

    /// <summary>Lets whoever holds a file send it to, or fetch it from, a signed URL that the account has been given.</summary>
    public async Task<ActionResult> AllowTransferAsync(ActiveAccount account, ActionDefinition action, ActionRequest request, long until)
    {
        var url = request.Path["signed_url"];
        if (transfer.CheckUrl(url) is { } forbidden)
            return forbidden;
        foreach (var named in NamedResource.In(action, request))
        {
            if ((await LookUpAsync(account, named, action, request, until)).Refusal is { } refusal)
                return refusal;
        }

        return new ActionResult.TransferAllowed(new Secret(url));
    }

    private async Task<ServiceError?> RefuseLostAsync(ApsCall call)
    {
        foreach (var named in NamedResource.In(call.Action, call.Request))
        {
            if (named.Kind is not (ResourceKind.Bucket or ResourceKind.Object or ResourceKind.Webhook))
                continue;
            if ((await LookUpAsync(call.Account, named, call.Action, call.Request, call.StartBy, anew: true)).Refusal is { } refusal)
                return refusal;
        }

        return null;
    }

    private async Task<ServiceError?> RefuseAsync(ApsCall call, CancellationToken cancellationToken)
    {
        foreach (var named in NamedResource.In(call.Action, call.Request))
        {
            var (refusal, question) = await LookUpAsync(call.Account, named, call.Action, call.Request, call.StartBy);
            if (refusal is null && question is not null)
                refusal = await AskAsync(named, question, call, cancellationToken);
            if (refusal is not null)
                return refusal;
        }

        return null;
    }

    /// <summary>Steps 1 and 2. Both results are null when the thing is the account's; a question means that only Autodesk knows.</summary>
    private async ValueTask<(ServiceError? Refusal, Question? Question)> LookUpAsync(
        ActiveAccount account,
        NamedResource named,
        ActionDefinition action,
        ActionRequest request,
        long until,
        bool anew = false
    )
    {
        var seen = account.SeenSoFar;
        switch (named.Kind)
        {
            case ResourceKind.Hub:
                return (IsOwnHub(named.Id, account.Context) ? null : IsolationErrors.NotThisAccount(named), null);
            case ResourceKind.Project when named.Id.StartsWith("b.", StringComparison.Ordinal): // Twice "b.": asked and sent would be two ids.
                return (IsolationErrors.NotThisAccount(named), null);
            case ResourceKind.Project:
                if (seen?.Find(ResourceKind.Project, named.Id) is { } known)
                    return (known ? null : IsolationErrors.NotThisAccount(named), null);
                var (proven, unknown) = await records.HoldsAsync(account, HoldingKind.Project, named.Id, until);
                if (proven)
                    account.Seen.Remember(ResourceKind.Project, named.Id, own: true);
                return proven || unknown is not null ? (unknown, null) : (null, Ask(action.ProjectCheck!, ("project_id", named.Id)));
            case ResourceKind.WatchedFolder:
                if (seen?.Find(ResourceKind.Folder, named.Id) is true)
                    return default;
                return NamedResource.In(action, request).FirstOrDefault(other => other.Kind is ResourceKind.Project) is { } project
                    ? (null, Ask(catalog.Of(ActionRole.ProvesFolder), ("project_id", project.Id), ("folder_id", named.Id)))
                    : (IsolationErrors.NotThisAccount(named), null);
            case ResourceKind.CopiedVersion:
                if (seen?.Find(ResourceKind.Version, named.Id) is true)
                    return default;
                return (
                    null,
                    Ask(catalog.Of(ActionRole.ProvesVersion), ("project_id", request.Path["project_id"]), ("version_id", named.Id))
                );
            case ResourceKind.Bucket:
                return (await RefuseBucketAsync(account, named, named.Id, until, anew), null);
            case ResourceKind.Object:
                return (await RefuseObjectAsync(account, named, until, anew), null);
            case ResourceKind.Webhook:
                return (await RefuseUnheldAsync(account, named, HoldingKind.Webhook, named.Id, until, anew), null);
            case ResourceKind.SignedUrl:
                return (seen?.Find(ResourceKind.SignedUrl, named.Id) is true ? null : IsolationErrors.NotThisAccount(named), null);
            default:
                throw new InvalidOperationException($"{named.Kind} has no rule.");
        }
    }

    private static bool IsOwnHub(string id, LinkedAccountContext context) =>
        string.Equals(NamedResource.BareProject(id), context.AccAccountId, StringComparison.OrdinalIgnoreCase);

    private async Task<ServiceError?> RefuseObjectAsync(ActiveAccount account, NamedResource named, long until, bool anew)
    {
        if (NamedResource.BucketOf(named.Id) is not { } bucket)
            return IsolationErrors.NotThisAccount(named);
        if (!NamedResource.IsAutodesksBucket(bucket))
            return await RefuseBucketAsync(account, named, bucket, until, anew); // Whose the bucket is, his are the objects in it.
        if (account.SeenSoFar?.Find(ResourceKind.Object, named.Id) is true)
            return null;
        var (reserved, failed) = await records.HoldsAsync(account, HoldingKind.StorageObject, named.Id, until);
        if (reserved)
            account.Seen.Remember(ResourceKind.Object, named.Id, own: true);
        return reserved || failed is not null ? failed : await RefuseBucketAsync(account, named, bucket, until, anew);
    }

    private async Task<ServiceError?> RefuseBucketAsync(ActiveAccount account, NamedResource named, string bucket, long until, bool anew)
    {
        if (!account.SharesBuckets || NamedResource.IsAutodesksBucket(bucket))
            return await RefuseUnheldAsync(account, named, HoldingKind.Bucket, bucket, until, anew);
        var (isShared, failed) = await records.SharesBucketAsync(account, bucket, until); // Not remembered: sharing can end at any moment.
        return isShared ? null : failed ?? IsolationErrors.NotThisAccount(named);
    }

    private async Task<ServiceError?> RefuseUnheldAsync(
        ActiveAccount account,
        NamedResource named,
        HoldingKind kind,
        string id,
        long until,
        bool anew
    )
    {
        var seenAs = kind is HoldingKind.Bucket ? ResourceKind.Bucket : ResourceKind.Webhook;
        if (account.SeenSoFar?.Find(seenAs, id) is true)
        {
            if (!anew)
                return null;
            if (account.SeenSoFar.IsLasting(seenAs, id))
            {
                var (another, unknown) = await records.AnotherHoldsAsync(account, kind, id, until);
                return another ? IsolationErrors.NotThisAccount(named) : unknown;
            }
        }

        var (holds, failed) = await records.HoldsAsync(account, kind, id, until);
        if (holds)
            account.Seen.Remember(seenAs, id, own: true, ResourceRecords.HeldFor);
        return holds ? null : failed ?? IsolationErrors.NotThisAccount(named);
    }

    private static Question Ask(ActionDefinition check, params (string Name, string Value)[] path) =>
        new(check, new ActionRequest(check.Id) { Path = path.ToDictionary(part => part.Name, part => part.Value) });

    /// <summary>Step 3. A check that fails is no verdict on the caller's input: it is told as what it is.</summary>
    private async Task<ServiceError?> AskAsync(NamedResource named, Question question, ApsCall call, CancellationToken cancellationToken)
    {
        if (InputValidator.Validate(question.Check, question.Request, call.Context) is not null)
            return IsolationErrors.NotThisAccount(named);
        var check = call.Ask(question.Check, question.Request, call.StartBy);
        await calls.RunAsync(check, cancellationToken);
        if (ProjectProof.Judge(check.Response, call.Context) is { } own)
        {
            await RememberAsync(call.Account, named, own);
            return own ? null : IsolationErrors.NotThisAccount(named);
        }

        var failure = check.Response is { } response
            ? ApsFailureClassifier.Classify(question.Check, call.Context, response)
            : check.Refusal!;
        await lessons.LearnAsync(call.Account, question.Check, failure, call.Place);

        // A 403 says that the account does not let the app in, or that the thing is another account's. The first shows in the account's
        // checks.
        var isShutOut = Lessons.Shows(call.Account, ProvisioningCauses.CustomIntegration, CheckOutcome.Failed);
        return failure.Code is ErrorCode.CustomIntegrationMissing && !isShutOut
            ? IsolationErrors.NotThisAccount(named)
            : IsolationErrors.NotChecked(named, failure);
    }

    private async Task RememberAsync(ActiveAccount account, NamedResource named, bool own)
    {
        if (named.Kind is ResourceKind.Project)
        {
            account.Seen.Remember(ResourceKind.Project, named.Id, own, own ? null : ForeignFor);
            if (own)
                await records.RecordProjectAsync(account, named.Id);
        }
        else if (own)
        {
            account.Seen.Remember(
                named.Kind is ResourceKind.WatchedFolder ? ResourceKind.Folder : ResourceKind.Version,
                named.Id,
                own: true
            );
        }
    }

    /// <summary>A read that only Autodesk can answer.</summary>
    internal sealed record Question(ActionDefinition Check, ActionRequest Request);
}
