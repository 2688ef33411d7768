using TenantHub.Errors;

namespace TenantHub.Autodesk.Http;

/// <summary>How one request to Autodesk ended, told apart by what it means for a write.</summary>
public abstract record ApsResponse
{
    private ApsResponse() { }

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

        /// <summary>Gets the user on whose behalf a request was sent that Autodesk forbids, whoever named the user.</summary>
        public string? ActingUserId { get; init; }

        /// <summary>Gets whether it failed in a way that leaves open whether a write took effect. 408 is a proxy's word for that.</summary>
        public bool IsOutage => Status is 408 or >= 500;

        /// <summary>Gets whether it worked. 304 is an answer to a condition that the caller set.</summary>
        public bool Succeeded => Status is (>= 200 and < 300) or 304 && (Body is null || !IsMarkup);

        /// <summary>Gets whether the body is a page for people. Bytes tell better than other media types whether there is JSON in
        /// them.</summary>
        internal bool IsMarkup =>
            MediaType is { } type
            && (type.EndsWith("html", StringComparison.OrdinalIgnoreCase) || type.EndsWith("xml", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Nothing reached Autodesk: no connection could be made.</summary>
    /// <param name="Reason">Why, for people.</param>
    public sealed record NotSent(string Reason) : ApsResponse;

    /// <summary>
    /// The request may have reached Autodesk, and what it answered is not known: nothing came, or nothing that can be read. To a write both
    /// are the same.
    /// </summary>
    /// <param name="TimedOut">Whether the time was up, as opposed to a cut connection.</param>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Lost(bool TimedOut, string Reason) : ApsResponse
    {
        /// <summary>Gets what came and cannot be read: its status, and a little of it as a JSON string; null when nothing came.</summary>
        public ProviderError? Received { get; init; }

        /// <summary>Gets whether an answer came and was not taken for its size: it is larger than any may be, or this server had no room
        /// for
        /// it in time. To ask again would not help.</summary>
        public bool IsTooLarge { get; init; }

        /// <summary>Gets whether it was this server that had no room.</summary>
        public bool HadNoRoom { get; init; }
    }
}
