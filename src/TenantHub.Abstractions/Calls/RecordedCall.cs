namespace TenantHub.Calls;

/// <summary>
/// One call with its bodies, as it is kept while an operator records an account. Secrets, tokens and signed URLs are taken out before it is
/// stored.
/// </summary>
public sealed record RecordedCall
{
    /// <summary>How many requests of a call are kept.</summary>
    public const int MaxRequests = 8;

    /// <summary>Gets the id that the call log has the call under.</summary>
    public required string CallId { get; init; }

    /// <summary>Gets the linked account that was called.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the recording that it belongs to.</summary>
    public required string RecordingId { get; init; }

    /// <summary>Gets who owned the account at the time; null when it was not linked.</summary>
    public string? OriginOwnerId { get; init; }

    /// <summary>Gets the connector profile of the account at the time, if it had one.</summary>
    public string? ProfileId { get; init; }

    /// <summary>Gets the action, as in the call log.</summary>
    public required string ActionId { get; init; }

    /// <summary>Gets when the call came.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets how it ended, as in the call log.</summary>
    public required string Outcome { get; init; }

    /// <summary>Gets what the caller gave: path, query, headers and body, as one JSON object; null in a list.</summary>
    public RecordedBody? Input { get; init; }

    /// <summary>Gets the requests to Autodesk, in order; the first <see cref="MaxRequests"/>.</summary>
    public IReadOnlyList<RecordedRequest> Requests { get; init; } = [];

    /// <summary>Gets the data that the caller got; null when there was none, and in a list.</summary>
    public RecordedBody? Answer { get; init; }

    /// <summary>Gets the error that the caller got, for people; null when there was none.</summary>
    public string? Error { get; init; }
}

/// <summary>A body as it is kept.</summary>
/// <param name="Text">Its text without secrets; JSON as it came but for gaps. No more than <see cref="MaxBytes"/> in UTF-8.</param>
/// <param name="Bytes">Its size as it came.</param>
/// <param name="IsCut">Whether the end is missing.</param>
public sealed record RecordedBody(string Text, int Bytes, bool IsCut)
{
    /// <summary>How much of a body is kept, in bytes of UTF-8.</summary>
    public const int MaxBytes = 32 * 1024;
}

/// <summary>A request to Autodesk that was made for a recorded call.</summary>
/// <param name="ActionId">The action whose request it was: another one than the call's where TenantHub looked for something.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with its parameters in braces.</param>
public sealed record RecordedRequest(string ActionId, string Method, string Path)
{
    /// <summary>Gets the status of the answer; null when none came.</summary>
    public int? Status { get; init; }

    /// <summary>Gets the body that was sent; null when there was none.</summary>
    public RecordedBody? Sent { get; init; }

    /// <summary>Gets the body of an answer that was no success. What a success brought is the call's answer, where other accounts' things
    /// are left out.</summary>
    public RecordedBody? Received { get; init; }
}
