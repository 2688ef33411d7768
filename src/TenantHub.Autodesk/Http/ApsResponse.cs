namespace TenantHub.Autodesk.Http;

/// <summary>How one request to Autodesk ended, told apart by what it means for a write.</summary>
public abstract record ApsResponse
{
    private ApsResponse()
    {
    }

    /// <summary>Autodesk answered.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Path">The path that was called, without host and query.</param>
    /// <param name="Body">The body; null when it was empty.</param>
    public sealed record Answered(int Status, string Path, JsonBytes? Body) : ApsResponse
    {
        /// <summary>Gets the body's media type, if any.</summary>
        public string? MediaType { get; init; }

        public string? Location { get; init; }

        public TimeSpan? RetryAfter { get; init; }

        public bool IsJson => MediaType is { } type && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

        /// <summary>Gets whether it worked. 304 is an answer to a condition that the caller set.</summary>
        public bool Succeeded => Status is (>= 200 and < 300) or 304 && (Body is null || IsJson);
    }

    /// <summary>Nothing reached Autodesk: no connection could be made.</summary>
    /// <param name="Reason">Why, for people.</param>
    public sealed record NotSent(string Reason) : ApsResponse;

    /// <summary>The request may have reached Autodesk and its answer did not reach us.</summary>
    /// <param name="TimedOut">Whether the time was up, as opposed to a cut connection.</param>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Lost(bool TimedOut, string Reason) : ApsResponse;
}
