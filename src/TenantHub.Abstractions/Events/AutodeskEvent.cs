namespace TenantHub.Events;

/// <summary>Something that changed at Autodesk, as an account's feed holds it and the Hub backend is told.</summary>
[GenerateSerializer, Immutable, Alias("tenanthub.autodesk-event")]
public sealed record AutodeskEvent
{
    /// <summary>Gets the event's id, <c>evt_</c> and a ULID; feed and deliveries carry the same one.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Gets its place in the account's feed, from 1, without gaps; 0 before it has one.</summary>
    [Id(1)]
    public long Sequence { get; init; }

    /// <summary>Gets the account's owner at the time.</summary>
    [Id(2)]
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the subscription that was told first; of several that cover the change each other one is not told again.</summary>
    [Id(3)]
    public required string SubscriptionId { get; init; }

    /// <summary>Gets Autodesk's event system, for example <c>data</c>.</summary>
    [Id(4)]
    public required string System { get; init; }

    /// <summary>Gets Autodesk's name of the event, for example <c>dm.version.added</c>.</summary>
    [Id(5)]
    public required string Event { get; init; }

    /// <summary>Gets what changed.</summary>
    [Id(6)]
    public required string ResourceUrn { get; init; }

    /// <summary>Gets the project, without <c>b.</c>; proven to be the account's.</summary>
    [Id(7)]
    public required string ProjectId { get; init; }

    /// <summary>Gets when TenantHub was told, or found it out.</summary>
    [Id(8)]
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Gets whether Autodesk has not told it: it was found when a gap was scanned.</summary>
    [Id(9)]
    public bool IsRecovered { get; init; }

    /// <summary>Gets Autodesk's payload, untouched; of a recovered event what the scan has read, under the
    /// names that Autodesk uses.</summary>
    [Id(10)]
    public required JsonBytes Payload { get; init; }

    /// <summary>Gets a name for exactly this content: the same told twice has the same one.</summary>
    [Id(11)]
    public required string Fingerprint { get; init; }

    /// <summary>Gets a name for the change: a recovered event and the one that Autodesk tells after all have the same one.</summary>
    [Id(12)]
    public required string Change { get; init; }
}
