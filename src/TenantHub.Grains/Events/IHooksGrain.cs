using Orleans.Concurrency;

namespace TenantHub.Events;

/// <summary>What TenantHub's own grains ask of an account's hooks; not part of the public contract because it holds secrets.</summary>
[Alias("tenanthub.hooks")]
internal interface IHooksGrain : IGrainWithStringKey
{
    /// <summary>Gives the account's hooks.</summary>
    [Alias("FindHooks"), AlwaysInterleave, ReadOnly] // Callbacks are judged while hooks are made. It changes nothing.
    Task<IReadOnlyList<KnownHook>> FindHooksAsync();

    /// <summary>Tells which hooks have called, and which have called with a signature that could not be valid yet.
    /// Nobody waits for it.</summary>
    [Alias("Note"), OneWay]
    Task NoteAsync(IReadOnlyList<string> heard, IReadOnlyList<string> unproven);

    /// <summary>Removes every hook, as far as Autodesk lets it within a few seconds, and plans it anew: the account's calls will go to
    /// another region or be another client id's. <see cref="FollowAsync"/> makes them.</summary>
    [Alias("Leave"), ResponseTimeout("00:01:00")]
    Task LeaveAsync();

    /// <summary>The account's calls go where they are to go now. Nobody waits for it.</summary>
    [Alias("Follow"), OneWay]
    Task FollowAsync();

    /// <summary>Removes every hook, as far as Autodesk lets it within a few seconds, and forgets them all: the account goes.</summary>
    [Alias("Close"), ResponseTimeout("00:01:00")]
    Task CloseAsync();
}

/// <summary>A hook, and what its calls are judged by.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.known-hook")]
internal sealed record KnownHook(
    [property: Id(0)] string Name,
    [property: Id(1)] string SubscriptionId,
    [property: Id(2)] string System,
    [property: Id(3)] string Event,
    [property: Id(4)] string ProjectId,
    [property: Id(5)] IReadOnlyList<Secret> Secrets,
    [property: Id(6)] DateTimeOffset SignsFrom,
    [property: Id(7)] bool IsUnheard
);

/// <summary>What a scan of a gap has found goes into the feed here; the key is the account's id.</summary>
[Alias("tenanthub.recovered-events")]
internal interface IRecoveredEventsGrain : IGrainWithStringKey
{
    /// <summary>Adds the events that are not there; gives how many were added.</summary>
    [Alias("Recover")]
    Task<int> RecoverAsync(IReadOnlyList<AutodeskEvent> events);

    /// <summary>Forgets everything: the account is gone. Nobody waits for it.</summary>
    [Alias("Forget"), OneWay]
    Task ForgetAsync();
}
