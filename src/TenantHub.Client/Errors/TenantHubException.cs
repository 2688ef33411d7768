using System.Net;

namespace TenantHub.Client;

/// <summary>
/// TenantHub said no, or could not be reached. <see cref="Code"/> says what happened (<see cref="ErrorCodes"/>), <see cref="Source"/> whose
/// fault it
/// is (<see cref="ErrorSources"/>), <see cref="NextStep"/> what to do.
/// </summary>
public sealed class TenantHubException : Exception
{
    /// <summary>The code of a failure on the way: no connection, a connection that broke, an answer that is not TenantHub's.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The source of a failure on the way.</summary>
    public const string Network = "network";

    /// <summary>Makes an exception with a code of the network.</summary>
    public TenantHubException()
        : this("TenantHub could not be reached.") { }

    /// <summary>Makes an exception with a code of the network.</summary>
    /// <param name="message">What happened.</param>
    public TenantHubException(string message)
        : this(message, null!) { }

    /// <summary>Makes an exception with a code of the network.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public TenantHubException(string message, Exception innerException)
        : base(message, innerException) => Detail = message;

    /// <summary>Gets the HTTP status; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>Gets the error code: one of <see cref="ErrorCodes"/>, or <see cref="Unreachable"/>.</summary>
    public string Code { get; init; } = Unreachable;

    /// <summary>Gets whose fault it is: one of <see cref="ErrorSources"/>, or <see cref="Network"/>.</summary>
    public new string Source { get; init; } = Network;

    /// <summary>Gets what happened, for people.</summary>
    public string Detail { get; init; }

    /// <summary>Gets what to do next; null when nothing can be said.</summary>
    public string? NextStep { get; init; }

    /// <summary>Gets after which time a repeat makes sense; null when none was named.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets the single faults of an input.</summary>
    public IReadOnlyList<FieldFault> Errors { get; init; } = [];

    /// <summary>Gets Autodesk's own answers.</summary>
    public IReadOnlyList<ProviderError> ProviderErrors { get; init; } = [];

    /// <summary>Gets the approval for which the call waits, or that was refused; null when no person has to approve it. Once it is
    /// approved, the same call with the same <see cref="IdempotencyKey"/> takes effect.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>Gets the trace under which the server's log and traces have the request; null when there was no answer.</summary>
    public string? TraceId { get; init; }

    /// <summary>Gets the id under which the call log has the call; null when none was made.</summary>
    public string? RequestId { get; init; }

    /// <summary>Gets the key under which the write was sent: the same call with this key is never carried out twice. Null when there was
    /// none.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>What is wrong with one field of an input.</summary>
/// <param name="Field">Where: <c>path.project_id</c>.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record FieldFault(string Field, string Message);
