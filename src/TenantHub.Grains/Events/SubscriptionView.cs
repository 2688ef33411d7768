namespace TenantHub.Events;

/// <summary>How a subscription stands, from its hooks. Pure.</summary>
internal static class SubscriptionView
{
    public static SubscriptionDescription Of(string accountId, StoredSubscription subscription, SubscriptionsState state)
    {
        var hooks = state.HooksOf(subscription).ToList();
        var (status, since, reason, nextStep) = StatusOf(subscription, hooks);
        var request = subscription.Request;
        return new SubscriptionDescription
        {
            Id = subscription.Id,
            AccountId = accountId,
            Events = request.Events,
            Scope = request.Scope,
            ProjectId = request.ProjectId,
            FolderId = request.FolderId,
            Filter = request.Filter,
            Status = status,
            StatusSince = since,
            Reason = reason,
            NextStep = nextStep,
            CreatedAt = subscription.CreatedAt,
            Hooks = hooks.Count,
            ActiveHooks = hooks.Count(hook => hook is { IsWhole: true, OffSince: null }),
            LastGap = subscription.LastGap,
            OldSecretsUntil = hooks.Max(hook => hook.OldSecretUntil),
        };
    }

    /// <summary>The worst of the hooks' states.</summary>
    private static (SubscriptionStatus Status, DateTimeOffset Since, string? Reason, string? NextStep) StatusOf(
        StoredSubscription subscription,
        List<StoredHook> hooks
    )
    {
        var problem = hooks.Find(hook => hook.Problem is not null);
        if (subscription.IsRemoving)
            return (SubscriptionStatus.Removing, subscription.CreatedAt, problem?.Problem!.Detail, problem?.Problem!.NextStep);
        if (problem is not null)
            return (
                SubscriptionStatus.Failing,
                problem.ProblemSince ?? subscription.CreatedAt,
                problem.Problem!.Detail,
                problem.Problem.NextStep
            );
        if (hooks.Find(hook => hook.OffSince is not null) is { } off)
            return (
                SubscriptionStatus.SwitchedOff,
                off.OffSince!.Value,
                "Autodesk has switched a hook off.",
                "Nothing: it is being switched on."
            );
        if (hooks.Find(hook => hook.UnheardSince is not null) is { } unheard)
            return (
                SubscriptionStatus.NotReachable,
                unheard.UnheardSince!.Value,
                "Autodesk had switched a hook off, because its calls had failed for days. It is on again and has not called since.",
                "See whether TenantHub__Events__PublicUrl can be reached from the internet; an event of the subscription proves it."
            );
        if (hooks.Exists(hook => !hook.IsWhole))
            return (SubscriptionStatus.Pending, subscription.CreatedAt, "Hooks are being made.", null);
        return (SubscriptionStatus.Active, hooks.Max(hook => hook.SignsSince) ?? subscription.CreatedAt, null, null);
    }
}
