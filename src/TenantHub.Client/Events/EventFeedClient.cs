using System.Runtime.CompilerServices;
using System.Text.Json;
using TenantHub.Client.Http;

namespace TenantHub.Client.Events;

/// <summary>What Autodesk told of one account, in order.</summary>
public sealed class EventFeedClient
{
    private readonly ClientConnection _connection;
    private readonly string _accountId;

    internal EventFeedClient(ClientConnection connection, string accountId) => (_connection, _accountId) = (connection, accountId);

    /// <summary>Reads one page. A cursor never skips an event: one whose events are not kept any more is refused.</summary>
    /// <param name="after">The <see cref="FeedPage.Next"/> of the page before; null to begin with the oldest event that is kept.</param>
    /// <param name="limit">How many, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It was not read; <see cref="ErrorCodes.CursorExpired"/> when the cursor leads nowhere.</exception>
    public Task<FeedPage> ReadAsync(string? after = null, int limit = 100, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            "/events" + new QueryText().Add("account_id", _accountId).Add("after", after).Add("limit", limit),
            ClientJson.Default.FeedPage,
            cancellationToken
        );

    /// <summary>Reads all events that are there after a cursor, page by page as they are asked for.</summary>
    /// <param name="after">The cursor; null to begin with the oldest event that is kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public async IAsyncEnumerable<FeedEvent> ListAsync(
        string? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        FeedPage page;
        do
        {
            page = await ReadAsync(after, cancellationToken: cancellationToken);
            foreach (var told in page.Data)
                yield return told;
            after = page.Next;
        } while (page.HasMore);
    }

    /// <summary>Sends events to the event endpoints once more, under the ids that they had.</summary>
    /// <param name="from">The sequence of the first.</param>
    /// <param name="to">The sequence of the last; null for one event.</param>
    /// <param name="endpointId">The endpoint; null for all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ResentEvents> ResendAsync(
        long from,
        long? to = null,
        string? endpointId = null,
        CancellationToken cancellationToken = default
    ) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            "/events/resend",
            new EventsToResend(_accountId, from, to, endpointId),
            ClientJson.Default.EventsToResend,
            ClientJson.Default.ResentEvents,
            cancellationToken
        );
}

/// <summary>A page of a feed.</summary>
/// <param name="Data">The events.</param>
/// <param name="Next">The cursor after them: keep it, and read on from there later.</param>
/// <param name="HasMore">Whether more events are there already.</param>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Data, string Next, bool HasMore);

/// <summary>An event as it is delivered to the event endpoints, too.</summary>
/// <param name="Id">Its id, which stays the same when it is told again.</param>
/// <param name="Type"><c>autodesk.event</c>.</param>
/// <param name="Timestamp">When TenantHub heard of it.</param>
/// <param name="Data">What happened.</param>
public sealed record FeedEvent(string Id, string Type, DateTimeOffset Timestamp, AutodeskChange Data);

/// <summary>A change in an account, as Autodesk told it.</summary>
public sealed record AutodeskChange
{
    /// <summary>Gets the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the owner.</summary>
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets its place in the account's feed: 1, 2, 3 ...</summary>
    public long Sequence { get; init; }

    /// <summary>Gets the subscription.</summary>
    public required string SubscriptionId { get; init; }

    /// <summary>Gets the project; null when Autodesk did not name it.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Gets Autodesk's system, such as <c>data</c>.</summary>
    public required string System { get; init; }

    /// <summary>Gets Autodesk's event, such as <c>dm.version.added</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Gets the URN of what changed; null when Autodesk did not name it.</summary>
    public string? ResourceUrn { get; init; }

    /// <summary>Gets whether Autodesk did not tell it, and TenantHub found it.</summary>
    public bool Recovered { get; init; }

    /// <summary>Gets Autodesk's own words; <see cref="JsonValueKind.Null"/> when they are not kept.</summary>
    public JsonElement Payload { get; init; }
}

/// <summary>What is sent again.</summary>
/// <param name="Events">How many events.</param>
/// <param name="Endpoints">To how many endpoints each.</param>
public sealed record ResentEvents(int Events, int Endpoints);

internal sealed record EventsToResend(string AccountId, long From, long? To, string? EndpointId);
