using TenantHub.Actions;
using TenantHub.Calls;

namespace TenantHub.Accounts;

/// <summary>What an account is doing at this moment. It answers while a call is running.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.account-live-state")]
public sealed record AccountLiveState
{
    /// <summary>Gets the account without its secrets.</summary>
    [Id(0)]
    public required AccountDescription Account { get; init; }

    /// <summary>Gets the lane: the running call and the waiting ones.</summary>
    [Id(1)]
    public required LaneDescription Lane { get; init; }

    /// <summary>Gets the access tokens that the account has used since it became active on its silo, by scope set; never their
    /// values.</summary>
    [Id(2)]
    public required IReadOnlyList<AccessTokenDescription> AccessTokens { get; init; }

    /// <summary>Gets the provisioning checks of the last verification.</summary>
    [Id(3)]
    public required IReadOnlyList<ProvisioningCheck> Checks { get; init; }

    /// <summary>Gets the last calls, newest first; kept in memory only.</summary>
    [Id(4)]
    public required IReadOnlyList<CallDescription> RecentCalls { get; init; }

    /// <summary>Gets the last changes of status, newest first.</summary>
    [Id(5)]
    public required IReadOnlyList<StatusChange> History { get; init; }

    /// <summary>Gets whether the account has been active at any time.</summary>
    [Id(6)]
    public bool WasProven { get; init; }

    /// <summary>Gets the recording of calls that goes on; null when none does.</summary>
    [Id(7)]
    public CallRecording? Recording { get; init; }
}

/// <summary>The queue in which an account's calls are serialized.</summary>
/// <param name="Capacity">How many calls of each priority may wait.</param>
/// <param name="ParallelReads">How many reads may run at once; a write always runs alone.</param>
/// <param name="Running">The calls that run.</param>
/// <param name="Waiting">The waiting calls in the order in which they will run.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.lane-description")]
public sealed record LaneDescription(
    [property: Id(0)] int Capacity,
    [property: Id(1)] int ParallelReads,
    [property: Id(2)] IReadOnlyList<LaneEntryDescription> Running,
    [property: Id(3)] IReadOnlyList<LaneEntryDescription> Waiting
);

/// <summary>One call in the lane.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Phase">What it waits for or does.</param>
/// <param name="Since">When it entered the lane, or, when it runs, when it began to run.</param>
/// <param name="Position">Its place among those that wait for the same thing, from 1; zero when it waits for nothing.</param>
/// <param name="ExpectedStartAt">When it is expected to be sent; null when it has been.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.lane-entry-description")]
public sealed record LaneEntryDescription(
    [property: Id(0)] string ActionId,
    [property: Id(1)] CallPriority Priority,
    [property: Id(2)] CallPhase Phase,
    [property: Id(3)] DateTimeOffset Since,
    [property: Id(4)] int Position,
    [property: Id(5)] DateTimeOffset? ExpectedStartAt
);

/// <summary>What a call waits for or does.</summary>
public enum CallPhase
{
    /// <summary>It waits for its place in the lane: calls of the same account are before it.</summary>
    Lane,

    /// <summary>It has its place and is made ready: the account is verified, a token is fetched.</summary>
    Preparing,

    /// <summary>It waits for a permit: Autodesk's limit for the client id, or the account's own, is used up.</summary>
    Quota,

    /// <summary>It has been sent and Autodesk has not answered.</summary>
    Autodesk,

    /// <summary>It failed and will be repeated.</summary>
    Backoff,

    /// <summary>Its answer was lost, and TenantHub looks for what it has done.</summary>
    ReadBack,
}

/// <summary>An access token without its value.</summary>
/// <param name="Scopes">The scopes, sorted.</param>
/// <param name="ExpiresAt">When Autodesk stops accepting it.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.access-token-description")]
public sealed record AccessTokenDescription([property: Id(0)] IReadOnlyList<string> Scopes, [property: Id(1)] DateTimeOffset ExpiresAt);

/// <summary>One finished call.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="StartedAt">When it was asked for.</param>
/// <param name="LaneWait">How long it waited in the lane.</param>
/// <param name="Duration">How long it took in all.</param>
/// <param name="Outcome"><c>succeeded</c> or an error code.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.call-description")]
public sealed record CallDescription(
    [property: Id(0)] string ActionId,
    [property: Id(1)] DateTimeOffset StartedAt,
    [property: Id(2)] TimeSpan LaneWait,
    [property: Id(3)] TimeSpan Duration,
    [property: Id(4)] string Outcome
)
{
    /// <summary>Gets how long it waited for permits.</summary>
    [Id(5)]
    public TimeSpan QuotaWait { get; init; }

    /// <summary>Gets how many requests of the action itself were sent, repeats included.</summary>
    [Id(6)]
    public int Attempts { get; init; }
}

/// <summary>One change of status.</summary>
/// <param name="Status">The new status.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.status-change")]
public sealed record StatusChange(
    [property: Id(0)] AccountStatus Status,
    [property: Id(1)] string Reason,
    [property: Id(2)] DateTimeOffset At
);
