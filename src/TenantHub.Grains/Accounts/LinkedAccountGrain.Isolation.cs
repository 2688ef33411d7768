using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Isolation;

namespace TenantHub.Accounts;

/// <summary>
/// Accounts that share a client id are kept apart (docs/adr/0013): everything that a call names is the account's, or nothing is sent. 1. What
/// this activation knows. 2. What is written down. 3. What Autodesk says: one read, through the same permits and breakers as every request.
/// </summary>
internal sealed partial class LinkedAccountGrain
{
    private const int KeptResources = 1_900; // 95 KB at most; with a few more the dictionary doubles.
    private static readonly TimeSpan ForeignFor = TimeSpan.FromSeconds(10); // A project that is made meanwhile is seen after this.
    private static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(1); // A bucket that is deleted outside the hub may become another account's.
    private static readonly TimeSpan SignedUrlFor = TimeSpan.FromMinutes(65); // Autodesk signs for an hour at most.

    private SeenResources? _seen; // Made when it is needed: most accounts never list or upload.

    private SeenResources Seen => _seen ??= new SeenResources(KeptResources, _clock);

    private Holder Holder => new(State.Account!.ClientId, Id);

    /// <summary>Refuses a call that names what is not the account's. Whoever calls holds the lane.</summary>
    private async Task<HubError?> RefuseForeignAsync(ApsCall call, CancellationToken cancellationToken)
    {
        foreach (var named in NamedResource.In(call.Action, call.Request))
        {
            var (refusal, question) = await LookUpAsync(named, call.Action, call.Request, call.Context);
            if (refusal is null && question is not null) refusal = await AskAsync(named, question, call, cancellationToken);
            if (refusal is not null) return refusal;
        }

        return null;
    }

    /// <summary>What is known without asking Autodesk, and what would be asked.</summary>
    private async Task<(HubError? Refusal, IReadOnlyList<Question> Questions)> ForeseeForeignAsync(ActionDefinition action, ActionRequest request, LinkedAccountContext context)
    {
        var questions = new List<Question>();
        foreach (var named in NamedResource.In(action, request))
        {
            var (refusal, question) = await LookUpAsync(named, action, request, context);
            if (refusal is not null) return (refusal, []);
            if (question is not null) questions.Add(question);
        }

        return (null, questions);
    }

    /// <summary>Steps 1 and 2. Both results are null when the thing is the account's; a question means that only Autodesk knows.</summary>
    private async ValueTask<(HubError? Refusal, Question? Question)> LookUpAsync(NamedResource named, ActionDefinition action, ActionRequest request, LinkedAccountContext context)
    {
        switch (named.Kind)
        {
            case ResourceKind.Hub:
                return (IsOwnHub(named.Id, context) ? null : IsolationErrors.NotThisAccount(named), null);
            case ResourceKind.Project when named.Id.StartsWith("b.", StringComparison.Ordinal): // Twice "b.": asked and sent would be two ids.
                return (IsolationErrors.NotThisAccount(named), null);
            case ResourceKind.Project:
                if (_seen?.Find(ResourceKind.Project, named.Id) is { } known) return (known ? null : IsolationErrors.NotThisAccount(named), null);
                var (proven, unknown) = await HoldsAsync(HoldingKind.Project, named.Id);
                if (proven) Seen.Remember(ResourceKind.Project, named.Id, own: true);
                return proven || unknown is not null ? (unknown, null) : (null, Ask(action.ProjectCheck!, ("project_id", named.Id)));
            case ResourceKind.WatchedFolder:
                if (_seen?.Find(ResourceKind.Folder, named.Id) is true) return default;
                return NamedResource.In(action, request).FirstOrDefault(other => other.Kind is ResourceKind.Project) is { } project
                    ? (null, Ask(_catalog.Find("autodesk_get_folder")!, ("project_id", project.Id), ("folder_id", named.Id)))
                    : (IsolationErrors.NotThisAccount(named), null);
            case ResourceKind.CopiedVersion:
                if (_seen?.Find(ResourceKind.Version, named.Id) is true) return default;
                return (null, Ask(_catalog.Find("autodesk_get_version")!, ("project_id", request.Path["project_id"]), ("version_id", named.Id)));
            case ResourceKind.Bucket:
                return (await RefuseBucketAsync(named, named.Id), null);
            case ResourceKind.Object:
                return (await RefuseObjectAsync(named), null);
            case ResourceKind.Webhook:
                return (await RefuseUnheldAsync(named, HoldingKind.Webhook, named.Id), null);
            case ResourceKind.SignedUrl:
                return (_seen?.Find(ResourceKind.SignedUrl, named.Id) is true ? null : IsolationErrors.NotThisAccount(named), null);
            default:
                throw new InvalidOperationException($"{named.Kind} has no rule.");
        }
    }

    private static bool IsOwnHub(string id, LinkedAccountContext context) => string.Equals(NamedResource.BareProject(id), context.AccAccountId, StringComparison.OrdinalIgnoreCase);

    private async Task<HubError?> RefuseObjectAsync(NamedResource named)
    {
        if (NamedResource.BucketOf(named.Id) is not { } bucket) return IsolationErrors.NotThisAccount(named);
        if (_seen?.Find(ResourceKind.Object, named.Id) is true || _seen?.Find(ResourceKind.Bucket, bucket) is true) return null;
        var (reserved, failed) = await HoldsAsync(HoldingKind.StorageObject, named.Id);
        if (reserved) Seen.Remember(ResourceKind.Object, named.Id, own: true);
        return reserved || failed is not null ? failed : await RefuseBucketAsync(named, bucket);
    }

    private async Task<HubError?> RefuseBucketAsync(NamedResource named, string bucket) =>
        SharesBuckets && !NamedResource.IsAutodesksBucket(bucket) ? null : await RefuseUnheldAsync(named, HoldingKind.Bucket, bucket);

    private bool SharesBuckets => _profile?.SharedBuckets is true;

    private async Task<HubError?> RefuseUnheldAsync(NamedResource named, HoldingKind kind, string id)
    {
        var seenAs = kind is HoldingKind.Bucket ? ResourceKind.Bucket : ResourceKind.Webhook;
        if (_seen?.Find(seenAs, id) is true) return null;
        var (holds, failed) = await HoldsAsync(kind, id);
        if (holds) Seen.Remember(seenAs, id, own: true, HeldFor);
        return holds ? null : failed ?? IsolationErrors.NotThisAccount(named);
    }

    private async Task<(bool Holds, HubError? Failed)> HoldsAsync(HoldingKind kind, string id)
    {
        try
        {
            return ((await _holdings.FindAsync(Holder, kind, [id])).Count == 1, null);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, Id);
            return (false, IsolationErrors.NotLookedUp());
        }
    }

    private static Question Ask(ActionDefinition check, params (string Name, string Value)[] path) =>
        new(check, new ActionRequest(check.Id) { Path = path.ToDictionary(part => part.Name, part => part.Value) });

    /// <summary>Step 3. A check that fails is no verdict on the caller's input: it is told as what it is.</summary>
    private async Task<HubError?> AskAsync(NamedResource named, Question question, ApsCall call, CancellationToken cancellationToken)
    {
        if (InputValidator.Validate(question.Check, question.Request, call.Context) is not null) return IsolationErrors.NotThisAccount(named);
        var check = new ApsCall(question.Check, question.Request, call.App, call.Context, call.Place, call.StartBy);
        await CallAsync(check, cancellationToken);
        if (ProjectProof.Judge(check.Response, call.Context) is { } own)
        {
            await RememberAsync(named, own);
            return own ? null : IsolationErrors.NotThisAccount(named);
        }

        var failure = check.Response is { } response ? ApsFailureClassifier.Classify(question.Check, call.Context, response) : check.Refusal!;
        await LearnAsync(question.Check, failure, call.Place);

        // A 403 says that the account does not let the app in, or that the thing is another account's. The first shows in the account's checks.
        var shutOut = State.Checks.Any(found => found is { Name: ProvisioningChecks.CustomIntegration, Outcome: CheckOutcome.Failed });
        return failure.Code is ErrorCode.CustomIntegrationMissing && !shutOut ? IsolationErrors.NotThisAccount(named) : IsolationErrors.NotChecked(named, failure);
    }

    private async Task RememberAsync(NamedResource named, bool own)
    {
        if (named.Kind is not ResourceKind.Project)
        {
            if (own) Seen.Remember(named.Kind is ResourceKind.WatchedFolder ? ResourceKind.Folder : ResourceKind.Version, named.Id, own: true);
            return;
        }

        Seen.Remember(ResourceKind.Project, named.Id, own, own ? null : ForeignFor);
        if (!own) return;
        try
        {
            await _holdings.RecordAsync(Holder, HoldingKind.Project, named.Id); // So that a fail-over of many accounts does not ask for all their projects at once.
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, Id); // It will be asked again after a restart.
        }
    }

    /// <summary>A read that only Autodesk can answer.</summary>
    private sealed record Question(ActionDefinition Check, ActionRequest Request);
}
