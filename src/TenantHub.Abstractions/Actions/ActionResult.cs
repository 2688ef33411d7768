using TenantHub.Errors;

namespace TenantHub.Actions;

/// <summary>Where a successful answer comes from.</summary>
public enum AnswerOrigin
{
    /// <summary>Autodesk answered this call.</summary>
    Autodesk,

    /// <summary>Autodesk answered an earlier call with the same idempotency key; nothing was sent now.</summary>
    Replay,

    /// <summary>Autodesk's answer was lost; TenantHub looked and found what the call has made. The data is what it found.</summary>
    ReadBack,
}

/// <summary>How an action call ended.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.action-result")]
public abstract record ActionResult
{
    private ActionResult() { }

    /// <summary>Gets how much of Autodesk's limit is left; null when the call did not come so far, or the action has no limit.</summary>
    [Id(0)]
    public RateLimit? RateLimit { get; init; }

    /// <summary>Gets where the call's time went; null when it was not run by an account.</summary>
    [Id(1)]
    public CallTiming? Timing { get; init; }

    /// <summary>Makes a failed result of an error.</summary>
    /// <param name="error">The error.</param>
    public static implicit operator ActionResult(ServiceError error) => FromServiceError(error);

    /// <summary>Makes a failed result of an error.</summary>
    /// <param name="error">The error.</param>
    public static ActionResult FromServiceError(ServiceError error) => new Failed(error);

    /// <summary>Autodesk did what was asked.</summary>
    /// <param name="ProviderStatus">Autodesk's HTTP status.</param>
    /// <param name="Data">
    /// Autodesk's body, untouched; null when there was none. Where Autodesk answers without a body but with a <c>Location</c>, the data
    /// is <c>{"id", "location"}</c>.
    /// </param>
    /// <param name="Next">The cursor of the next page, to be given as <c>query.next</c>; null on the last page.</param>
    [GenerateSerializer, Immutable, Alias("tenanthub.action-result.succeeded")]
    public sealed record Succeeded([property: Id(0)] int ProviderStatus, [property: Id(1)] JsonBytes? Data, [property: Id(2)] string? Next)
        : ActionResult
    {
        /// <summary>Gets where the answer comes from.</summary>
        [Id(3)]
        public AnswerOrigin Origin { get; init; }
    }

    /// <summary>
    /// The account may make this transfer. File bytes never enter a grain: whoever holds them sends them to the URL, without Autodesk's
    /// token.
    /// </summary>
    /// <param name="SignedUrl">The checked URL; it grants access, so it must not be logged.</param>
    [GenerateSerializer, Immutable, Alias("tenanthub.action-result.transfer-allowed")]
    public sealed record TransferAllowed([property: Id(0)] Secret SignedUrl) : ActionResult;

    /// <summary>The call did not succeed.</summary>
    /// <param name="Error">Why, whose fault, and what to do.</param>
    [GenerateSerializer, Immutable, Alias("tenanthub.action-result.failed")]
    public sealed record Failed([property: Id(0)] ServiceError Error) : ActionResult;
}
