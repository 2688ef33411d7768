using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Calls;

/// <summary>
/// One action call as the call log keeps it: what was asked, what was done for it and how it ended. It holds no bodies, no values of path,
/// query or headers, and no credentials: templates, sizes, times, and what was said of a failure.
/// </summary>
public sealed record CallRecord
{
    /// <summary>The <see cref="Outcome"/> of a call that did what was asked.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>The <see cref="Outcome"/> of a call whose caller went away before it was sent.</summary>
    public const string Canceled = "canceled";

    /// <summary>Gets the id: a UUID of version 7, so ids sort by the time at which the calls came.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the linked account that was called.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the account's owner; null when there is no such account.</summary>
    public string? OriginOwnerId { get; init; }

    /// <summary>Gets the account's connector profile, if it has one.</summary>
    public string? ProfileId { get; init; }

    /// <summary>Gets who called: <c>key:key_...</c> for an API key, <c>oidc:...</c> for a person; null when it is not known.</summary>
    public string? CallerId { get; init; }

    /// <summary>Gets the door through which the call came: <c>mcp</c>; null for all others.</summary>
    public string? Via { get; init; }

    /// <summary>Gets the name of the caller's program, as it says itself; null when it does not.</summary>
    public string? Client { get; init; }

    /// <summary>Gets the trace that the call belongs to, as 32 hexadecimal digits; null when there was none.</summary>
    public string? TraceId { get; init; }

    /// <summary>Gets the action; <c>unknown</c> when there is none of the name that the caller gave.</summary>
    public required string ActionId { get; init; }

    /// <summary>Gets the composite action that the call is a step of; null for a call of its own.</summary>
    public string? PartOf { get; init; }

    /// <summary>Gets Autodesk's product; null for an unknown action.</summary>
    public string? Product { get; init; }

    /// <summary>Gets the HTTP method of the action's request; null for an unknown action.</summary>
    public string? Method { get; init; }

    /// <summary>Gets the path of the action's request with its parameters in braces; null for an unknown action.</summary>
    public string? Path { get; init; }

    /// <summary>Gets when the call came.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets how long it took in all.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Gets how it ended: <see cref="Succeeded"/>, <see cref="Canceled"/>, or the wire name of an error code.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gets the status of Autodesk's last answer; null when it gave none.</summary>
    public int? ProviderStatus { get; init; }

    /// <summary>Gets where a successful answer came from.</summary>
    public AnswerOrigin Origin { get; init; }

    /// <summary>Gets what the caller was told when it failed; null when it did not, or when nothing was told.</summary>
    public CallError? Error { get; init; }

    /// <summary>Gets what was done, in order.</summary>
    public IReadOnlyList<CallStep> Steps { get; init; } = [];
}

/// <summary>What a caller was told of a failure, without what the caller had given and without secrets.</summary>
/// <param name="Detail">What happened.</param>
/// <param name="Errors">The single faults of an input; empty when there is nothing to list.</param>
public sealed record CallError(string Detail, IReadOnlyList<InputFault> Errors);

/// <summary>One thing that a call did or waited for.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="After">How long after the call came it began.</param>
/// <param name="Duration">How long it took.</param>
public sealed record CallStep(CallStepKind Kind, TimeSpan After, TimeSpan Duration)
{
    /// <summary>Gets how it ended: <c>ok</c>, an error code's wire name, or what is said of the kind.</summary>
    public string Outcome { get; init; } = "ok";

    /// <summary>Gets the HTTP method, for a request.</summary>
    public string? Method { get; init; }

    /// <summary>Gets the path with its parameters in braces, for a request.</summary>
    public string? Path { get; init; }

    /// <summary>Gets the action whose request it was, for a request.</summary>
    public string? ActionId { get; init; }

    /// <summary>Gets the status of the answer, for a request that was answered.</summary>
    public int? Status { get; init; }

    /// <summary>Gets the size of the body that was sent, for a request.</summary>
    public int? RequestBytes { get; init; }

    /// <summary>Gets the size of the body that came back, for a request that was answered.</summary>
    public int? ResponseBytes { get; init; }
}

/// <summary>What a call did or waited for.</summary>
public enum CallStepKind
{
    /// <summary>It waited for its place in the account's lane.</summary>
    Lane,

    /// <summary>It got an access token from the grain that all accounts of the app share.</summary>
    Token,

    /// <summary>It waited for a permit.</summary>
    Quota,

    /// <summary>A request to Autodesk; the outcome <c>lost</c> says that no answer came, <c>not_sent</c> that no connection could be
    /// made.</summary>
    Request,

    /// <summary>It waited before it repeated a request.</summary>
    Backoff,

    /// <summary>It looked for what a write without an answer has done; the outcome is <c>found</c>, <c>absent</c> or
    /// <c>unknown</c>.</summary>
    ReadBack,
}
