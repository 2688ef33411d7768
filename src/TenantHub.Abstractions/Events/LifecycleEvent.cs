namespace TenantHub.Events;

/// <summary>Something that happened to an account, to one of its uploads, or at Autodesk, as the Hub backend is told.</summary>
/// <param name="Id">The event's id; a repeat of the same event carries the same one.</param>
/// <param name="Type"><c>account.created</c>, <c>account.updated</c>, <c>account.status_changed</c>, <c>account.provisioning_passed</c>,
/// <c>account.deleted</c>, <c>upload.completed</c>, <c>upload.failed</c>, <c>approval.requested</c>, <c>approval.approved</c>,
/// <c>approval.refused</c>, <c>approval.expired</c> or <c>autodesk.event</c>.</param>
/// <param name="At">When it happened.</param>
/// <param name="Body">The whole body that is sent: type, timestamp, data. It never holds a secret.</param>
[GenerateSerializer, Immutable, Alias("tenanthub.lifecycle-event")]
public sealed record LifecycleEvent(
    [property: Id(0)] string Id,
    [property: Id(1)] string Type,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] JsonBytes Body
)
{
    /// <summary>Gets whether the body is customers' data, which is sealed while it waits for its delivery.</summary>
    [Id(4)]
    public bool IsPrivate { get; init; }
}
