namespace TenantHub.Client.Accounts;

/// <summary>What an account is doing at this moment.</summary>
/// <param name="Account">The account.</param>
/// <param name="Lane">What runs and what waits.</param>
/// <param name="AccessTokens">The access tokens in memory, without their values.</param>
/// <param name="RecentCalls">The last calls.</param>
/// <param name="History">The last changes of status.</param>
public sealed record AccountState(
    LinkedAccount Account,
    AccountLane Lane,
    IReadOnlyList<AccessTokenLife> AccessTokens,
    IReadOnlyList<RecentCall> RecentCalls,
    IReadOnlyList<StatusChange> History
);

/// <summary>The lane of an account.</summary>
/// <param name="Capacity">How many calls of each priority may wait.</param>
/// <param name="ParallelReads">How many reads may run at once.</param>
/// <param name="Running">What runs.</param>
/// <param name="Waiting">What waits.</param>
public sealed record AccountLane(int Capacity, int ParallelReads, IReadOnlyList<LaneEntry> Running, IReadOnlyList<LaneEntry> Waiting);

/// <summary>A call in the lane.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="Priority"><c>interactive</c> or <c>bulk</c>.</param>
/// <param name="Phase">What it waits for or does.</param>
/// <param name="Since">Since when.</param>
/// <param name="Position">Its place, from 0.</param>
/// <param name="ExpectedStartAt">When it is expected to begin; null when it runs.</param>
public sealed record LaneEntry(
    string ActionId,
    string Priority,
    string Phase,
    DateTimeOffset Since,
    int Position,
    DateTimeOffset? ExpectedStartAt
);

/// <summary>How long an access token lives.</summary>
/// <param name="Scopes">Its scopes.</param>
/// <param name="ExpiresAt">When Autodesk stops accepting it.</param>
public sealed record AccessTokenLife(IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);

/// <summary>A finished call.</summary>
/// <param name="ActionId">The action.</param>
/// <param name="StartedAt">When it was asked for.</param>
/// <param name="LaneWait">How long it waited in the lane.</param>
/// <param name="Duration">How long it took in all.</param>
/// <param name="Outcome"><c>succeeded</c> or an error code.</param>
public sealed record RecentCall(string ActionId, DateTimeOffset StartedAt, TimeSpan LaneWait, TimeSpan Duration, string Outcome);

/// <summary>A change of status.</summary>
/// <param name="Status">The new status.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record StatusChange(string Status, string Reason, DateTimeOffset At);
