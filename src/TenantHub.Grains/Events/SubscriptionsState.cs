using TenantHub.Autodesk.Events;
using TenantHub.Errors;

namespace TenantHub.Events;

/// <summary>What is stored of an account's subscriptions; the storage seals the secrets.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.subscriptions-state")]
internal sealed record SubscriptionsState
{
    [Id(0)]
    public IReadOnlyList<StoredSubscription> Subscriptions { get; init; } = [];

    [Id(1)]
    public IReadOnlyList<StoredHook> Hooks { get; init; } = [];

    public IEnumerable<StoredHook> HooksOf(StoredSubscription subscription) => Hooks.Where(hook => hook.SubscriptionId == subscription.Id);

    public SubscriptionsState With(StoredHook hook) =>
        this with
        {
            Hooks = [.. Hooks.Select(other => other.Name == hook.Name ? hook : other)],
        };

    public SubscriptionsState With(StoredSubscription subscription) =>
        this with
        {
            Subscriptions = [.. Subscriptions.Select(other => other.Id == subscription.Id ? subscription : other)],
        };

    /// <summary>Without what has been removed at Autodesk, and without the subscriptions that had nothing else.</summary>
    public SubscriptionsState Without(StoredHook gone)
    {
        var hooks = Hooks.Where(hook => hook.Name != gone.Name).ToArray();
        return new()
        {
            Hooks = hooks,
            Subscriptions = [.. Subscriptions.Where(each => !each.IsRemoving || hooks.Any(hook => hook.SubscriptionId == each.Id))],
        };
    }
}

/// <summary>What was asked for.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.stored-subscription")]
internal sealed record StoredSubscription
{
    [Id(0)]
    public required string Id { get; init; }

    [Id(1)]
    public required SubscriptionRequest Request { get; init; }

    [Id(2)]
    public required DateTimeOffset CreatedAt { get; init; }

    [Id(3)]
    public bool IsRemoving { get; init; }

    [Id(4)]
    public EventGap? LastGap { get; init; }
}

/// <summary>One hook, from when it is planned until Autodesk has none any more.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.stored-hook")]
internal sealed record StoredHook
{
    /// <summary>Gets its name in callback addresses and idempotency keys. A hook that is made anew has a new one.</summary>
    [Id(0)]
    public required string Name { get; init; }

    [Id(1)]
    public required string SubscriptionId { get; init; }

    [Id(2)]
    public required string System { get; init; }

    [Id(3)]
    public required string Event { get; init; }

    [Id(4)]
    public required string ProjectId { get; init; }

    [Id(5)]
    public required string FolderId { get; init; }

    [Id(6)]
    public required Secret Secret { get; init; }

    /// <summary>Gets from when on what changes is to be told.</summary>
    [Id(7)]
    public required DateTimeOffset Since { get; init; }

    /// <summary>Gets Autodesk's id; null before the hook is made.</summary>
    [Id(8)]
    public string? HookId { get; init; }

    /// <summary>Gets when Autodesk took the secret; null before that.</summary>
    [Id(9)]
    public DateTimeOffset? SignsSince { get; init; }

    /// <summary>Gets when it was last seen switched on.</summary>
    [Id(10)]
    public DateTimeOffset? SeenActiveAt { get; init; }

    /// <summary>Gets since when Autodesk has it switched off; null when it is on.</summary>
    [Id(11)]
    public DateTimeOffset? OffSince { get; init; }

    /// <summary>Gets since when it has been on again without having called; null when it has called, or was never off.</summary>
    [Id(12)]
    public DateTimeOffset? UnheardSince { get; init; }

    /// <summary>Gets from when on what changed is to be read; null when nothing is missing.</summary>
    [Id(13)]
    public DateTimeOffset? ScanFrom { get; init; }

    /// <summary>Gets why the last step could not be made; null when it could.</summary>
    [Id(14)]
    public ServiceError? Problem { get; init; }

    [Id(15)]
    public DateTimeOffset? ProblemSince { get; init; }

    [Id(16)]
    public bool IsRemoving { get; init; }

    public bool IsWhole => HookId is not null && SignsSince is not null;

    /// <summary>Gets the secret before the last rotation, whose signatures are taken too; null when there is none.</summary>
    [Id(17)]
    public Secret? OldSecret { get; init; }

    /// <summary>Gets until when they are taken; null while Autodesk has still to take the new secret.</summary>
    [Id(18)]
    public DateTimeOffset? OldSecretUntil { get; init; }

    /// <summary>Gets before when a scan waits for what may still come unsigned; null when it does not.</summary>
    [Id(19)]
    public DateTimeOffset? ScanNotBefore { get; init; }

    /// <summary>Gets whether Autodesk has still to take the secret of a rotation.</summary>
    public bool IsToSign => OldSecret is not null && OldSecretUntil is null;

    /// <summary>Whether there is something to do that must not wait for the next look.</summary>
    public bool IsUnfinished(DateTimeOffset now) => !IsWhole || IsRemoving || IsToSign || OffSince is not null || IsToScan(now);

    /// <summary>Whether what changed is to be read now.</summary>
    public bool IsToScan(DateTimeOffset now) => ScanFrom is not null && !(now < ScanNotBefore);

    /// <summary>With a secret that Autodesk has still to take.</summary>
    public StoredHook WithSecret(Secret secret) => this with { Secret = secret, OldSecret = Secret, OldSecretUntil = null };

    /// <summary>Autodesk has taken the secret.</summary>
    public StoredHook Signing(DateTimeOffset now, TimeSpan oldIsTakenFor) =>
        this with
        {
            SignsSince = SignsSince ?? now,
            SeenActiveAt = now,
            OldSecretUntil = OldSecret is null ? null : now + oldIsTakenFor,
            Problem = null,
            ProblemSince = null,
        };

    /// <summary>The secrets whose signatures are taken.</summary>
    public IReadOnlyList<Secret> Secrets(DateTimeOffset now) =>
        OldSecret is not null && !(now >= OldSecretUntil) ? [Secret, OldSecret] : [Secret];

    /// <summary>Gets the place as Autodesk's calls name it. Only Data Management's events are of folders.</summary>
    public HookPlace Place => new(Name, System, Event, ProjectId, System == EventNames.Data ? FolderId : null);
}
