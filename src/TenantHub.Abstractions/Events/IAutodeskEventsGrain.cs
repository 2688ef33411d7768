using Orleans.Concurrency;
using TenantHub.Errors;

namespace TenantHub.Events;

/// <summary>Judges the callbacks of one account and hands its events on; the key is the account's id.</summary>
[Alias("tenanthub.autodesk-events")]
public interface IAutodeskEventsGrain : IGrainWithStringKey
{
    /// <summary>Says that there is something to do. Nobody waits for it, and it may be lost: what is left is found by a sweep.</summary>
    [Alias("Wake"), OneWay]
    Task WakeAsync();

    /// <summary>Sends events of the feed once more, under the ids that they had.</summary>
    /// <param name="from">The first sequence.</param>
    /// <param name="to">The last sequence; at most 1,000 events.</param>
    /// <param name="endpointId">To which endpoint; null for all, also those that were registered later.</param>
    [Alias("Resend"), ResponseTimeout("00:01:00")]
    Task<ResendResult> ResendAsync(long from, long to, string? endpointId);
}

/// <summary>How sending again ended.</summary>
/// <param name="Events">How many events are sent again.</param>
/// <param name="Endpoints">To how many endpoints each.</param>
/// <param name="Error">Why nothing is.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.resend-result")]
public sealed record ResendResult([property: Id(0)] int Events, [property: Id(1)] int Endpoints, [property: Id(2)] ServiceError? Error);
