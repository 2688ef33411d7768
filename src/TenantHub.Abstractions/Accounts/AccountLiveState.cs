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

    /// <summary>Gets the access tokens that the account has used since it became active on its silo, by scope set; never their values.</summary>
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
}

/// <summary>The queue in which an account's calls are serialized.</summary>
/// <param name="Capacity">How many calls may wait.</param>
/// <param name="Running">The call that runs, if any.</param>
/// <param name="Waiting">The waiting calls in the order in which they will run.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.lane-description")]
public sealed record LaneDescription(
    [property: Id(0)] int Capacity, [property: Id(1)] LaneEntryDescription? Running, [property: Id(2)] IReadOnlyList<LaneEntryDescription> Waiting);

/// <summary>One call in the lane.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="Since">When it entered its present place: began to wait, or began to run.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.lane-entry-description")]
public sealed record LaneEntryDescription([property: Id(0)] string ActionId, [property: Id(1)] DateTimeOffset Since);

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
    [property: Id(4)] string Outcome);

/// <summary>One change of status.</summary>
/// <param name="Status">The new status.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.status-change")]
public sealed record StatusChange([property: Id(0)] AccountStatus Status, [property: Id(1)] string Reason, [property: Id(2)] DateTimeOffset At);
