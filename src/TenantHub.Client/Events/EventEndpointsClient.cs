using TenantHub.Client.Http;

namespace TenantHub.Client.Events;

/// <summary>The addresses that are told what happens to accounts.</summary>
public sealed class EventEndpointsClient
{
    private readonly ClientConnection _connection;

    internal EventEndpointsClient(ClientConnection connection) => _connection = connection;

    /// <summary>Registers an address. The answer holds the secret for <see cref="TenantHubEvent.TryRead"/>, and no other does.</summary>
    /// <param name="url">An https address.</param>
    /// <param name="description">For people.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<EventEndpoint> RegisterAsync(string url, string? description = null, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            "/event_endpoints",
            new NewEventEndpoint(url, description),
            ClientJson.Default.NewEventEndpoint,
            ClientJson.Default.EventEndpoint,
            cancellationToken
        );

    /// <summary>Lists the addresses.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<IReadOnlyList<EventEndpoint>> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync("/event_endpoints", ClientJson.Default.IReadOnlyListEventEndpoint, cancellationToken);

    /// <summary>Sends nothing more to an address.</summary>
    /// <param name="id">The endpoint's id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<EventEndpoint> RemoveAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Delete, Path(id), ClientJson.Default.EventEndpoint, cancellationToken);

    /// <summary>Makes a new secret, which the answer holds; for a day events are signed with both.</summary>
    /// <param name="id">The endpoint's id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<EventEndpoint> RotateSecretAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Post, Path(id) + "/secret", ClientJson.Default.EventEndpoint, cancellationToken);

    /// <summary>Lists deliveries, newest first.</summary>
    /// <param name="id">The endpoint's id.</param>
    /// <param name="status"><c>pending</c>, <c>delivered</c> or <c>dead</c>; null for all.</param>
    /// <param name="limit">How many, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<IReadOnlyList<EventDelivery>> ListDeliveriesAsync(
        string id,
        string? status = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    ) =>
        _connection.GetAsync(
            Path(id) + "/deliveries" + new QueryText().Add("status", status).Add("limit", limit),
            ClientJson.Default.IReadOnlyListEventDelivery,
            cancellationToken
        );

    /// <summary>Tries a delivery again at once.</summary>
    /// <param name="id">The endpoint's id.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<EventEndpoint> ReplayAsync(string id, string eventId, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            $"{Path(id)}/deliveries/{Uri.EscapeDataString(eventId)}/replay",
            ClientJson.Default.EventEndpoint,
            cancellationToken
        );

    private static string Path(string id) => "/event_endpoints/" + Uri.EscapeDataString(id);
}

/// <summary>An address that is told. It prints without its secret.</summary>
public sealed record EventEndpoint
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the address.</summary>
    public required string Url { get; init; }

    /// <summary>Gets what people say of it.</summary>
    public string? Description { get; init; }

    /// <summary>Gets when it was registered.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets until when events are signed with the secret before, too; null when they are not.</summary>
    public DateTimeOffset? OldSecretUntil { get; init; }

    /// <summary>Gets the secret, when it has just been made.</summary>
    public string? Secret { get; init; }

    /// <summary>Gives id and address, without the secret.</summary>
    public override string ToString() => $"EventEndpoint {{ Id = {Id}, Url = {Url} }}";
}

/// <summary>How far an event has come.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="EventId">The event.</param>
/// <param name="Type">Its type.</param>
/// <param name="At">When it happened.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c> or <c>dead</c>.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAttemptAt">When it is tried next; null when it is not.</param>
/// <param name="LastFailure">Why it was not taken; null when it was.</param>
public sealed record EventDelivery(
    string EndpointId,
    string EventId,
    string Type,
    DateTimeOffset At,
    string Status,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    string? LastFailure
);

internal sealed record NewEventEndpoint(string Url, string? Description);
