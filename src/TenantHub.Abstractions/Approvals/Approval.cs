namespace TenantHub.Approvals;

/// <summary>A call that waits for a person, or what became of it. An approval lets one call of one caller take effect once.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.approval")]
public sealed record Approval
{
    /// <summary>Gets the id: <c>apr_</c> and a ULID.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Gets the linked account that the call is for.</summary>
    [Id(1)]
    public required string AccountId { get; init; }

    /// <summary>Gets the action.</summary>
    [Id(2)]
    public required string ActionId { get; init; }

    /// <summary>Gets who wants the call: <c>key:key_...</c> or <c>oidc:...</c>; empty when it is not known.</summary>
    [Id(3)]
    public required string CallerId { get; init; }

    /// <summary>Gets the name of the caller's program, as it says itself; null when it does not.</summary>
    [Id(4)]
    public string? Client { get; init; }

    /// <summary>Gets the hash of caller, arguments and idempotency key: what the approval is for, and nothing else.</summary>
    [Id(5)]
    public required string Fingerprint { get; init; }

    /// <summary>Gets the call as JSON: <c>action, path, query, headers, body</c>; of an upload that is sent afterwards also
    /// <c>upload</c>.</summary>
    [Id(6)]
    public required JsonBytes Call { get; init; }

    /// <summary>Gets when it was asked for.</summary>
    [Id(7)]
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Gets until when it can be decided; once it is approved, used; once it is used, until when a repeat gets its answer.</summary>
    [Id(8)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets what was decided.</summary>
    [Id(9)]
    public ApprovalStatus Status { get; init; }

    /// <summary>Gets who decided; null before that.</summary>
    [Id(10)]
    public string? DecidedBy { get; init; }

    /// <summary>Gets when it was decided.</summary>
    [Id(11)]
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Gets what those who listen to events have been told of it.</summary>
    [Id(12)]
    public ApprovalTold Told { get; init; }

    /// <summary>Gets the state at a moment: what nobody decided or used in time has expired.</summary>
    /// <param name="now">The moment.</param>
    public ApprovalStatus StatusAt(DateTimeOffset now) =>
        Status is ApprovalStatus.Pending or ApprovalStatus.Approved && now >= ExpiresAt ? ApprovalStatus.Expired : Status;
}

/// <summary>What became of a call that needs a person.</summary>
public enum ApprovalStatus
{
    /// <summary>Nobody has decided.</summary>
    Pending,

    /// <summary>The caller may send the call again, and it takes effect once.</summary>
    Approved,

    /// <summary>It is not to be made.</summary>
    Refused,

    /// <summary>It was approved and has taken effect.</summary>
    Used,

    /// <summary>Nobody decided, or nobody sent the call again, in time. It is not stored, but told by the clock.</summary>
    Expired,
}

/// <summary>What those who listen to events have been told of an approval.</summary>
public enum ApprovalTold
{
    /// <summary>Nothing yet.</summary>
    Nothing,

    /// <summary>That it waits.</summary>
    Request,

    /// <summary>What became of it.</summary>
    Outcome,
}
