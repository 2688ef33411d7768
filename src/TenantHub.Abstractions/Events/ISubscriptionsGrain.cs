using Orleans.Concurrency;
using TenantHub.Errors;

namespace TenantHub.Events;

/// <summary>
/// What one account is subscribed to at Autodesk; the key is the account's id. It makes the hooks, keeps them alive, finds again what was
/// missed, and takes them away with the account.
/// </summary>
[Alias("tenanthub.subscriptions")]
public interface ISubscriptionsGrain : IGrainWithStringKey
{
    /// <summary>Subscribes: the scope is proven to be the account's, and the first hook is made, before the answer; the others
    /// follow.</summary>
    /// <param name="request">Events and scope.</param>
    [Alias("Create"), ResponseTimeout("00:03:00")]
    Task<SubscriptionResult> CreateAsync(SubscriptionRequest request);

    /// <summary>Lists the subscriptions with their state; answers at once.</summary>
    [Alias("List"), AlwaysInterleave, ReadOnly] // It changes nothing.
    Task<IReadOnlyList<SubscriptionDescription>> ListAsync();

    /// <summary>Ends a subscription. Its hooks are removed at Autodesk; until that is done it is listed as <c>removing</c>.</summary>
    /// <param name="id">The subscription.</param>
    [Alias("Remove"), ResponseTimeout("00:03:00")]
    Task<SubscriptionResult> RemoveAsync(string id);

    /// <summary>Gives each hook of a subscription a new secret. Signatures with the one before are taken for three days more.</summary>
    /// <param name="id">The subscription.</param>
    [Alias("RotateSecrets")]
    Task<SubscriptionResult> RotateSecretsAsync(string id);
}

/// <summary>What to subscribe to.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.subscription-request")]
public sealed record SubscriptionRequest
{
    /// <summary>Gets the events, each by its name (<c>dm.version.added</c>), or as a beginning and <c>*</c> (<c>dm.folder.*</c>).</summary>
    [Id(0)]
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Gets how much of the account it covers.</summary>
    [Id(1)]
    public SubscriptionScope Scope { get; init; }

    /// <summary>Gets the project, with or without <c>b.</c>; for the scopes folder and project.</summary>
    [Id(2)]
    public string? ProjectId { get; init; }

    /// <summary>Gets the folder's URN; for the scope folder.</summary>
    [Id(3)]
    public string? FolderId { get; init; }

    /// <summary>Gets Autodesk's filter, a JSONPath such as <c>$[?(@.ext=='txt')]</c>; null for none.</summary>
    [Id(4)]
    public string? Filter { get; init; }

    /// <summary>Gets who asks, for the call log.</summary>
    [Id(5)]
    public string? CallerId { get; init; }
}

/// <summary>How much of an account a subscription covers.</summary>
public enum SubscriptionScope
{
    /// <summary>A folder and everything below it.</summary>
    Folder,

    /// <summary>A project.</summary>
    Project,

    /// <summary>Every project of the account, also those that are made later.</summary>
    Hub,
}

/// <summary>How a subscription stands.</summary>
public enum SubscriptionStatus
{
    /// <summary>Its hooks are being made.</summary>
    Pending,

    /// <summary>Autodesk tells what happens.</summary>
    Active,

    /// <summary>Autodesk had switched a hook off because its calls did not reach this TenantHub; it is on again, and
    /// has not called since.</summary>
    NotReachable,

    /// <summary>Autodesk has switched a hook off; it is being switched on.</summary>
    SwitchedOff,

    /// <summary>A hook could not be made or looked at; it is tried again.</summary>
    Failing,

    /// <summary>Its hooks are being removed.</summary>
    Removing,
}

/// <summary>A subscription as people and callers see it. It holds no secret.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.subscription-description")]
public sealed record SubscriptionDescription
{
    /// <summary>Gets its id, <c>sub_</c> and a ULID.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Gets the linked account.</summary>
    [Id(1)]
    public required string AccountId { get; init; }

    /// <summary>Gets the events as they were asked for.</summary>
    [Id(2)]
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Gets how much of the account it covers.</summary>
    [Id(3)]
    public required SubscriptionScope Scope { get; init; }

    /// <summary>Gets the project; null for all.</summary>
    [Id(4)]
    public string? ProjectId { get; init; }

    /// <summary>Gets the folder's URN; null for whole projects.</summary>
    [Id(5)]
    public string? FolderId { get; init; }

    /// <summary>Gets Autodesk's filter.</summary>
    [Id(6)]
    public string? Filter { get; init; }

    /// <summary>Gets how it stands.</summary>
    [Id(7)]
    public required SubscriptionStatus Status { get; init; }

    /// <summary>Gets since when.</summary>
    [Id(8)]
    public required DateTimeOffset StatusSince { get; init; }

    /// <summary>Gets why, in one sentence; null when there is nothing to say.</summary>
    [Id(9)]
    public string? Reason { get; init; }

    /// <summary>Gets what to do; null when nothing is to be done.</summary>
    [Id(10)]
    public string? NextStep { get; init; }

    /// <summary>Gets when it was made; what happened before is not told.</summary>
    [Id(11)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets how many hooks it has, or is to have.</summary>
    [Id(12)]
    public required int Hooks { get; init; }

    /// <summary>Gets how many of them call.</summary>
    [Id(13)]
    public required int ActiveHooks { get; init; }

    /// <summary>Gets the last gap; null when there was none.</summary>
    [Id(14)]
    public EventGap? LastGap { get; init; }

    /// <summary>Gets until when signatures with the secrets before the last rotation are taken; null when there was none.</summary>
    [Id(15)]
    public DateTimeOffset? OldSecretsUntil { get; init; }
}

/// <summary>A time in which Autodesk may have told nothing, and what was found again.</summary>
/// <param name="From">From when on what changed is read.</param>
/// <param name="FoundAt">When it was found out.</param>
/// <param name="ClosedAt">When everything was read; null while it is.</param>
/// <param name="Recovered">How many events were found.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.event-gap")]
public sealed record EventGap(
    [property: Id(0)] DateTimeOffset From,
    [property: Id(1)] DateTimeOffset FoundAt,
    [property: Id(2)] DateTimeOffset? ClosedAt,
    [property: Id(3)] int Recovered
);

/// <summary>How an operation on a subscription ended: either subscription or error is set.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Error">Why the operation did not take place.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.subscription-result")]
public sealed record SubscriptionResult([property: Id(0)] SubscriptionDescription? Subscription, [property: Id(1)] ServiceError? Error);
