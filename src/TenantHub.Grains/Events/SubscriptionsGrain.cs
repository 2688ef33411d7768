using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Events;
using TenantHub.Autodesk.Isolation;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Events;

/// <summary>
/// 1. A subscription is planned: its scope is proven to be the account's, and its hooks are stored with their secrets before Autodesk knows
/// of them. 2. Each hook is made, then gets its secret; after each step the state is stored, so that a restart goes on there. 3. By
/// reminder the hooks are looked at: one that is off is switched on, one that is gone is made anew, and the gap is scanned. 4. Removed:
/// Autodesk is told first, then the hook is forgotten.
/// </summary>
/// <remarks>Calls run one after the other, and so does the work, which a timer does step by step; what only reads interleaves.</remarks>
internal sealed partial class SubscriptionsGrain(
    [PersistentState("subscriptions")] IPersistentState<SubscriptionsState> state,
    IHookTokens tokens,
    TenantHubTelemetry telemetry,
    IOptions<EventOptions> options,
    TimeProvider clock,
    ILogger<SubscriptionsGrain> logger
) : Grain, ISubscriptionsGrain, IHooksGrain, IRemindable
{
    private const string Reminder = "look";
    private ShortStay? _stay;
    private const string Background = "hub:subscriptions";

    private bool _isCreating;

    private SubscriptionsState State => state.State;

    private string AccountId => this.GetPrimaryKeyString();

    private DateTimeOffset Now => clock.GetUtcNow();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (State.Hooks.Any(hook => hook.IsUnfinished(Now)))
            WorkSoon();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<SubscriptionDescription>> ListAsync()
    {
        LeaveUnlessKnown();
        return Task.FromResult<IReadOnlyList<SubscriptionDescription>>([.. State.Subscriptions.Select(View)]);
    }

    public Task<IReadOnlyList<KnownHook>> FindHooksAsync() =>
        Task.FromResult<IReadOnlyList<KnownHook>>([
            .. State
                .Hooks.Where(hook => !hook.IsRemoving)
                .Select(hook => new KnownHook(
                    hook.Name,
                    hook.SubscriptionId,
                    hook.System,
                    hook.Event,
                    hook.ProjectId,
                    hook.Secrets(Now),
                    hook.SignsSince ?? DateTimeOffset.MaxValue,
                    hook.UnheardSince is not null
                )),
        ]);

    public async Task<SubscriptionResult> CreateAsync(SubscriptionRequest request)
    {
        _isCreating = true;
        try
        {
            return await SubscribeAsync(request);
        }
        finally
        {
            _isCreating = false;
            LeaveUnlessKnown();
        }
    }

    private async Task<SubscriptionResult> SubscribeAsync(SubscriptionRequest request)
    {
        if (options.Value.PublicUrl is null)
            return Failed(SubscriptionErrors.NotConfigured());
        if (SubscriptionErrors.Check(request) is { } invalid)
            return Failed(invalid);
        if (request.ProjectId is { } project)
            request = request with { ProjectId = NamedResource.BareProject(project) };
        if (State.Subscriptions.FirstOrDefault(each => !each.IsRemoving && IsSame(each.Request, request)) is { } there)
            return new(View(there), null); // Asked for again after a lost answer.

        // 1. Is the place the account's? A folder is proven when its hook is made.
        var (places, notOwn) = await FindPlacesAsync(request, Hooks(request.CallerId, CallPriority.Interactive));
        if (notOwn is not null)
            return Failed(notOwn);
        var subscription = new StoredSubscription
        {
            Id = LinkedAccountId.NewText("sub_", clock),
            Request = request with { CallerId = null },
            CreatedAt = Now,
        };
        var planned = Plan(subscription, places).ToList();
        var (wanted, limit) = (State.Hooks.Count + planned.Count, options.Value.MaxHooksPerAccount);
        if (wanted > limit)
            return Failed(SubscriptionErrors.LimitReached(planned.Count, limit, State));

        await this.RegisterOrUpdateReminder(Reminder, options.Value.LookEvery, options.Value.LookEvery);
        await StoreAsync(new() { Subscriptions = [.. State.Subscriptions, subscription], Hooks = [.. State.Hooks, .. planned] });

        // 2. What stops the first hook stops them all, and the caller can put it right.
        if (planned.Count > 0)
        {
            var error = await MakeAsync(planned[0], Hooks(request.CallerId, CallPriority.Interactive));
            if (error is not null && IsCallersToMend(error))
            {
                if (State.Hooks.First(hook => hook.Name == planned[0].Name) is { HookId: { } made } first)
                    await Hooks(request.CallerId, CallPriority.Interactive).DeleteAsync(first.Place, made); // As far as that is allowed.
                await StoreAsync(
                    new()
                    {
                        Subscriptions = [.. State.Subscriptions.Where(each => each.Id != subscription.Id)],
                        Hooks = [.. State.Hooks.Where(hook => hook.SubscriptionId != subscription.Id)],
                    }
                );
                return Failed(error);
            }
        }

        LogSubscribed(AccountId, subscription.Id, planned.Count);
        WorkSoon();
        return new(View(State.Subscriptions.First(each => each.Id == subscription.Id)), null);
    }

    public async Task<SubscriptionResult> RemoveAsync(string id)
    {
        if (State.Subscriptions.FirstOrDefault(each => each.Id == id) is not { } subscription)
        {
            LeaveUnlessKnown();
            return Failed(SubscriptionErrors.NotFound(id));
        }

        var removing = subscription with { IsRemoving = true };
        await StoreAsync(
            State.With(removing) with
            {
                Hooks =
                [
                    .. State.Hooks.Select(hook =>
                        hook.SubscriptionId == id ? hook with { IsRemoving = true, ScanFrom = null, Problem = null } : hook
                    ),
                ],
            }
        );
        var view = View(removing);
        if (!State.HooksOf(removing).Any())
            await StoreAsync(State with { Subscriptions = [.. State.Subscriptions.Where(each => each.Id != id)] });
        WorkSoon();
        return new(view, null);
    }

    public async Task<SubscriptionResult> RotateSecretsAsync(string id)
    {
        if (State.Subscriptions.FirstOrDefault(each => each.Id == id && !each.IsRemoving) is not { } subscription)
        {
            LeaveUnlessKnown();
            return Failed(SubscriptionErrors.NotFound(id));
        }

        // Asked for again before Autodesk has taken the new secrets it is the same rotation: a third one would leave no room for the first.
        await StoreAsync(
            State with
            {
                Hooks =
                [
                    .. State.Hooks.Select(hook =>
                        hook.SubscriptionId == id && !hook.IsToSign ? hook.WithSecret(EventSignature.NewSecret()) : hook
                    ),
                ],
            }
        );
        LogRotating(AccountId, id);
        WorkSoon();
        return new(View(subscription), null);
    }

    public async Task LeaveAsync()
    {
        if (!state.RecordExists)
        {
            DeactivateOnIdle();
            return;
        }

        await DeleteAllAsync();
        await StoreAsync(
            State with
            {
                Hooks = [.. State.Hooks.Select(hook => hook.HookId is null || hook.IsRemoving ? hook : Anew(hook))],
            }
        );
    }

    public Task FollowAsync()
    {
        if (state.RecordExists)
            WorkSoon();
        else
            DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task NoteAsync(IReadOnlyList<string> heard, IReadOnlyList<string> unproven)
    {
        var hooks = State
            .Hooks.Select(hook =>
                heard.Contains(hook.Name) ? hook with { UnheardSince = null }
                : unproven.Contains(hook.Name) && hook is { ScanFrom: null, SignsSince: { } signs }
                    ? hook with
                    {
                        ScanFrom = hook.Since,
                        ScanNotBefore = signs + CallbackSignature.SecretTakes,
                    }
                : hook
            )
            .ToArray();
        if (hooks.SequenceEqual(State.Hooks))
            return;
        await StoreAsync(State with { Hooks = hooks });
        WorkSoon();
    }

    public async Task CloseAsync()
    {
        if (!state.RecordExists)
        {
            DeactivateOnIdle();
            return;
        }

        await DeleteAllAsync();
        await this.ForgetReminderAsync(Reminder);
        await state.ClearStateAsync();
        DeactivateOnIdle();
    }

    /// <summary>As far as Autodesk lets it within a few seconds.</summary>
    private async Task DeleteAllAsync()
    {
        var calls = Hooks(Background, CallPriority.Interactive);
        var limit = clock.GetUtcNow() + TimeSpan.FromSeconds(20);
        foreach (var hook in State.Hooks.Where(hook => hook.HookId is not null))
        {
            if (clock.GetUtcNow() > limit)
                break;
            if (await calls.DeleteAsync(hook.Place, hook.HookId!) is { } error)
                LogNotRemoved(AccountId, hook.HookId!, error.Detail);
        }
    }

    /// <summary>The folders to watch, each with its project.</summary>
    private static async Task<(IReadOnlyList<(string ProjectId, string FolderId)> Places, ServiceError? Error)> FindPlacesAsync(
        SubscriptionRequest request,
        AccountHooks calls
    )
    {
        if (request.Scope is SubscriptionScope.Hub)
            return await calls.ListProjectsAsync();
        var (root, error) = await calls.FindRootAsync(request.ProjectId!);
        return root is null ? ([], error) : ([(request.ProjectId!, request.FolderId ?? root)], null);
    }

    private IEnumerable<StoredHook> Plan(StoredSubscription subscription, IEnumerable<(string ProjectId, string FolderId)> places) =>
        from place in places
        from known in subscription.Request.Events.SelectMany(EventNames.Find).Distinct()
        select new StoredHook
        {
            Name = NewName(),
            SubscriptionId = subscription.Id,
            System = known.System,
            Event = known.Event,
            ProjectId = place.ProjectId,
            FolderId = place.FolderId,
            Secret = EventSignature.NewSecret(),
            Since = Now,
        };

    private string NewName() => LinkedAccountId.NewText("hook_", clock);

    private string CallbackOf(StoredHook hook) =>
        $"{options.Value.PublicUrl!.ToString().TrimEnd('/')}/autodesk/events/{tokens.Make(AccountId, hook.Name)}";

    private AccountHooks Hooks(string? callerId, CallPriority priority) =>
        new(GrainFactory.GetGrain<ILinkedAccountGrain>(AccountId), callerId, priority);

    private SubscriptionDescription View(StoredSubscription subscription) => SubscriptionView.Of(AccountId, subscription, State);

    /// <summary>Whether it is refused for what was asked, or for what the account may do, and not for the moment.</summary>
    private static bool IsCallersToMend(ServiceError error) =>
        error.RetryAfter is null
        && error.Code
            is not (
                ErrorCode.AutodeskUnavailable
                or ErrorCode.AutodeskTimeout
                or ErrorCode.OutcomeUnknown
                or ErrorCode.StorageUnavailable
                or ErrorCode.HubUnavailable
                or ErrorCode.DeadlineExceeded
                or ErrorCode.LaneFull
                or ErrorCode.QuotaExceeded
                or ErrorCode.AutodeskRateLimited
            );

    private static bool IsSame(SubscriptionRequest one, SubscriptionRequest other) =>
        (one.Scope, one.ProjectId, one.FolderId, one.Filter) == (other.Scope, other.ProjectId, other.FolderId, other.Filter)
        && one.Events.Order(StringComparer.Ordinal).SequenceEqual(other.Events.Order(StringComparer.Ordinal));

    /// <summary>Ids that somebody makes up must not fill the memory.</summary>
    private void LeaveUnlessKnown()
    {
        if (State.Subscriptions.Count == 0 && !_isCreating)
            (_stay ??= new(this)).LeaveUnless(() => State.Subscriptions.Count > 0 || _isCreating);
    }

    private static SubscriptionResult Failed(ServiceError error) => new(null, error);

    /// <summary>What cannot be stored is not so: the activation ends, and the next one reads what is stored.</summary>
    private async Task StoreAsync(SubscriptionsState after)
    {
        state.State = after;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }
}
