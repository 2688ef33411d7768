namespace TenantHub.Events;

/// <summary>
/// What Autodesk has told: its callbacks as they came, until they are judged, and the feed of each account. Rows of their own instead of
/// grain state, because a callback is acknowledged once its row is there, and an account may have any number of events.
/// </summary>
public interface IAutodeskEventStore
{
    /// <summary>Writes a callback down, in one row; when it returns the callback may be acknowledged.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="cancellationToken">Gives up before the write has begun.</param>
    Task ReceiveAsync(AutodeskCallback callback, CancellationToken cancellationToken = default);

    /// <summary>Lists an account's callbacks that are due to be judged, oldest first.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="limit">How many at most.</param>
    Task<IReadOnlyList<AutodeskCallback>> ListDueAsync(string accountId, int limit);

    /// <summary>Lists accounts with something to do that nobody seems to do: callbacks due before an instant, or events that were not
    /// handed over.</summary>
    /// <param name="before">The instant.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<string>> ListBehindAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Lets callbacks that cannot be judged now wait.</summary>
    /// <param name="callbackIds">The callbacks.</param>
    /// <param name="until">Until when.</param>
    Task PutOffAsync(IReadOnlyList<string> callbackIds, DateTimeOffset until);

    /// <summary>
    /// Adds events to an account's feed and takes away the callbacks that were judged, all or nothing. An event that is there already is
    /// not added: one with the same fingerprint, one that takes the place of a recovered one of the same change, and a recovered one of a
    /// change that was told.
    /// </summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="events">The events, in order; their sequence is given here.</param>
    /// <param name="judged">The callbacks that are done with.</param>
    /// <returns>The events that were added, with their sequence.</returns>
    Task<IReadOnlyList<AutodeskEvent>> AppendAsync(string accountId, IReadOnlyList<AutodeskEvent> events, IReadOnlyList<string> judged);

    /// <summary>Lists an account's events in the order of their sequence, which has no gaps.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="after">The sequence after which to begin; 0 for all that are kept.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<IReadOnlyList<AutodeskEvent>> ListAsync(string accountId, long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Tells how far an account's feed goes.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    Task<AutodeskFeed> DescribeAsync(string accountId, CancellationToken cancellationToken = default);

    /// <summary>Hands an account's events over for delivery, and writes down up to where that was done, all or nothing.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="through">The last sequence that is handed over.</param>
    /// <param name="deliveries">Their deliveries; none where no endpoint wants to hear of them.</param>
    Task HandOverAsync(string accountId, long through, IReadOnlyList<DueDelivery> deliveries);

    /// <summary>Lets an account's events wait in the feed: it is suspended, and nothing is handed over.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="until">Until when nobody needs to look.</param>
    Task HoldAsync(string accountId, DateTimeOffset until);

    /// <summary>Forgets the callbacks and events of an account that is gone.</summary>
    /// <param name="accountId">The linked account.</param>
    Task ForgetAccountAsync(string accountId);
}

/// <summary>How far an account's feed goes.</summary>
/// <param name="First">The first sequence that is kept; one more than <paramref name="Last"/> when none is.</param>
/// <param name="Last">The last sequence that was given; 0 when there never was an event.</param>
/// <param name="HandedOver">Up to where events were handed over for delivery.</param>
/// <param name="Waiting">How many callbacks wait to be judged.</param>
public readonly record struct AutodeskFeed(long First, long Last, long HandedOver, long Waiting);

/// <summary>One request of Autodesk's to the receiver, as it came. Nothing in it is proven.</summary>
public sealed record AutodeskCallback
{
    /// <summary>Gets the callback's id, <c>acb_</c> and a ULID.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the linked account that the address names.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the hook that the address names.</summary>
    public required string Hook { get; init; }

    /// <summary>Gets when it came.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Gets those of the request's headers that say something of the event, by name in lower case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Gets the raw body.</summary>
    public required byte[] Body { get; init; }
}
