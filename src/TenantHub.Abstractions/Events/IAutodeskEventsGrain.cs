using Orleans.Concurrency;

namespace TenantHub.Events;

/// <summary>Judges the callbacks of one account and hands its events on; the key is the account's id.</summary>
[Alias("tenanthub.autodesk-events")]
public interface IAutodeskEventsGrain : IGrainWithStringKey
{
    /// <summary>Says that there is something to do. Nobody waits for it, and it may be lost: what is left is found by a sweep.</summary>
    [Alias("Wake"), OneWay]
    Task WakeAsync();
}
