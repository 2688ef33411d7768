using TenantHub.Approvals;
using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>What a call would do. Nothing is sent and nothing is taken to find out.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.action-plan")]
public sealed record ActionPlan
{
    /// <summary>Gets the action.</summary>
    [Id(0)]
    public required string ActionId { get; init; }

    /// <summary>Gets the requests that would be sent, in their order. A composite's are templates: what they carry depends on the answers
    /// before.</summary>
    [Id(1)]
    public required IReadOnlyList<PlannedRequest> Requests { get; init; }

    /// <summary>Gets the scopes that the token would have.</summary>
    [Id(2)]
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Gets the API product that must be enabled on the Autodesk app; null when none is needed.</summary>
    [Id(3)]
    public string? ApiProduct { get; init; }

    /// <summary>Gets whether a request that failed without an answer would be repeated by itself.</summary>
    [Id(4)]
    public required bool RetrySafe { get; init; }

    /// <summary>Gets why the call would be refused as things are; null when it would be sent.</summary>
    [Id(5)]
    public ServiceError? Obstacle { get; init; }

    /// <summary>Gets the limit that the call counts against and what is left of it; null when it has none.</summary>
    [Id(6)]
    public RateLimit? Quota { get; init; }

    /// <summary>Gets how many calls of the same account are before this one.</summary>
    [Id(7)]
    public required int CallsBefore { get; init; }

    /// <summary>Gets how many accounts wait for the same quota.</summary>
    [Id(8)]
    public required int AccountsWaiting { get; init; }

    /// <summary>Gets how long the call would wait before it is sent.</summary>
    [Id(9)]
    public required TimeSpan ExpectedWait { get; init; }

    /// <summary>Gets whether a person has still to approve the call before it is sent.</summary>
    [Id(10)]
    public bool NeedsApproval { get; init; }

    /// <summary>Gets the approval that was asked for this very call and holds: it waits, was refused, or lets the call through. Null when
    /// there is none.</summary>
    [Id(11)]
    public string? ApprovalId { get; init; }

    /// <summary>Gets what became of that approval.</summary>
    [Id(12)]
    public ApprovalStatus? ApprovalStatus { get; init; }
}

/// <summary>One request to Autodesk.</summary>
/// <param name="ActionId">The action that makes it; null for a token request.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Url">Path and query, percent-encoded.</param>
/// <param name="Headers">The headers, without credentials.</param>
/// <param name="Body">The body; null when there is none or it is not known yet.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.planned-request")]
public sealed record PlannedRequest(
    [property: Id(0)] string? ActionId,
    [property: Id(1)] string Method,
    [property: Id(2)] string Url,
    [property: Id(3)] IReadOnlyDictionary<string, string> Headers,
    [property: Id(4)] JsonBytes? Body
);

/// <summary>A plan, or why there is none: exactly one of the two.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Error">What is wrong with the request.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.plan-result")]
public sealed record PlanResult([property: Id(0)] ActionPlan? Plan, [property: Id(1)] ServiceError? Error);
