using System.Text.Json.Serialization;

namespace TenantHub.Security;

/// <summary>
/// What the actions of one caller are limited to, beyond its role. It travels with each call, so that the account's grain is the one that
/// holds it, whatever door the call came through.
/// </summary>
[GenerateSerializer, Immutable, Alias("tenanthub.caller-rights")]
public sealed record CallerRights
{
    /// <summary>Gets the actions that the caller may run, by their exact ids; null for all.</summary>
    [Id(0)]
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Gets the most that an action of the caller may do.</summary>
    [Id(1)]
    public CallSafety Ceiling { get; init; } = CallSafety.Destructive;

    /// <summary>Gets which calls a person has to approve.</summary>
    [Id(2)]
    public ApprovalDemand Approval { get; init; }

    /// <summary>Gets the owners whose accounts the caller may use; empty for all. They are asked once more when a call is sent, because the
    /// account may have another owner by then.</summary>
    [Id(3)]
    public IReadOnlyList<string> OriginOwnerIds { get; init; } = [];

    /// <summary>Gets the profiles whose accounts the caller may use; empty for all.</summary>
    [Id(4)]
    public IReadOnlyList<string> ProfileIds { get; init; } = [];

    /// <summary>Gets whether any action is limited at all.</summary>
    [JsonIgnore]
    public bool LimitsAnything => Actions is not null || Ceiling is not CallSafety.Destructive || Approval is not ApprovalDemand.None;

    /// <summary>Tells whether the caller may use an account.</summary>
    /// <param name="originOwnerId">The account's owner; null for what has none.</param>
    /// <param name="profileId">The account's profile; null when it has none.</param>
    public bool Admits(string? originOwnerId, string? profileId) =>
        (OriginOwnerIds.Count == 0 || OriginOwnerIds.Contains(originOwnerId ?? ""))
        && (ProfileIds.Count == 0 || ProfileIds.Contains(profileId ?? ""));

    /// <summary>Tells whether the caller may run an action.</summary>
    /// <param name="actionId">The action.</param>
    /// <param name="safety">What it does.</param>
    public bool Allows(string actionId, CallSafety safety) => safety <= Ceiling && Actions?.Contains(actionId) is not false;
}

/// <summary>What an action does to the customer's data, the least first.</summary>
public enum CallSafety
{
    /// <summary>It changes nothing.</summary>
    Read,

    /// <summary>It adds or changes something.</summary>
    Write,

    /// <summary>It deletes or replaces something, or takes something away.</summary>
    Destructive,
}

/// <summary>Which calls a person has to approve before they are sent.</summary>
public enum ApprovalDemand
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those that delete or replace something.</summary>
    Destructive,

    /// <summary>All that change something.</summary>
    Writes,
}
