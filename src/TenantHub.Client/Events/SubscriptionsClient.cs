using TenantHub.Client.Http;

namespace TenantHub.Client.Events;

/// <summary>What one account has subscribed to at Autodesk. What it is told stands in <see cref="EventFeedClient"/>, and goes to the event
/// endpoints.</summary>
public sealed class SubscriptionsClient
{
    private readonly ClientConnection _connection;
    private readonly string _accountId;

    internal SubscriptionsClient(ClientConnection connection, string accountId) => (_connection, _accountId) = (connection, accountId);

    /// <summary>Has Autodesk tell what changes. Asked for again it is the same subscription.</summary>
    /// <param name="subscription">What is to be told.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It was not made: a scope is missing, or the first hook was refused.</exception>
    public Task<Subscription> CreateAsync(NewSubscription subscription, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return _connection.ChangeAsync(
            HttpMethod.Post,
            "/subscriptions",
            new SubscriptionOfAccount(
                _accountId,
                subscription.Events,
                subscription.Scope,
                subscription.ProjectId,
                subscription.FolderId,
                subscription.Filter
            ),
            ClientJson.Default.SubscriptionOfAccount,
            ClientJson.Default.Subscription,
            cancellationToken
        );
    }

    /// <summary>Lists the account's subscriptions, with how each stands.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<IReadOnlyList<Subscription>> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync("/subscriptions" + Query(), ClientJson.Default.IReadOnlyListSubscription, cancellationToken);

    /// <summary>Ends a subscription; its hooks are removed at Autodesk.</summary>
    /// <param name="id">The subscription's id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<Subscription> RemoveAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Delete, Path(id) + Query(), ClientJson.Default.Subscription, cancellationToken);

    /// <summary>Gives each hook of a subscription a new secret. Signatures with the old one are taken for three days more.</summary>
    /// <param name="id">The subscription's id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<Subscription> RotateSecretsAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Post, Path(id) + "/secrets" + Query(), ClientJson.Default.Subscription, cancellationToken);

    private static string Path(string id) => "/subscriptions/" + Uri.EscapeDataString(id);

    private QueryText Query() => new QueryText().Add("account_id", _accountId);
}

/// <summary>What Autodesk is to tell.</summary>
public sealed record NewSubscription
{
    /// <summary>Gets the events: names such as <c>dm.version.added</c>, or a beginning and <c>*</c>.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Gets how much of the account: <c>folder</c>, <c>project</c> or <c>hub</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Gets the project; null for the scope <c>hub</c>.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Gets the folder; null for every scope but <c>folder</c>.</summary>
    public string? FolderId { get; init; }

    /// <summary>Gets Autodesk's filter, a JSONPath; null for none.</summary>
    public string? Filter { get; init; }
}

/// <summary>A subscription.</summary>
public sealed record Subscription
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the events as they were asked for.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Gets how much of the account: <c>folder</c>, <c>project</c> or <c>hub</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Gets the project; null for all.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Gets the folder; null for whole projects.</summary>
    public string? FolderId { get; init; }

    /// <summary>Gets Autodesk's filter; null when there is none.</summary>
    public string? Filter { get; init; }

    /// <summary>Gets <c>pending</c>, <c>active</c>, <c>not_reachable</c>, <c>switched_off</c>, <c>failing</c> or <c>removing</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Gets since when.</summary>
    public DateTimeOffset StatusSince { get; init; }

    /// <summary>Gets why; null when there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets what to do; null when nothing is to be done.</summary>
    public string? NextStep { get; init; }

    /// <summary>Gets when it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets how many hooks it has, or is to have.</summary>
    public int Hooks { get; init; }

    /// <summary>Gets how many of them call.</summary>
    public int ActiveHooks { get; init; }

    /// <summary>Gets the last time in which Autodesk may have told nothing; null when there was none.</summary>
    public SubscriptionGap? LastGap { get; init; }

    /// <summary>Gets until when signatures with the secrets before the last rotation are taken; null when there was none.</summary>
    public DateTimeOffset? OldSecretsUntil { get; init; }
}

/// <summary>A time in which Autodesk may have told nothing, and what was found again.</summary>
/// <param name="From">From when on what changed is read.</param>
/// <param name="FoundAt">When it was found out.</param>
/// <param name="ClosedAt">When everything was read; null while it is.</param>
/// <param name="Recovered">How many events were found.</param>
public sealed record SubscriptionGap(DateTimeOffset From, DateTimeOffset FoundAt, DateTimeOffset? ClosedAt, int Recovered);

/// <summary>What a call of the address that Autodesk is given has shown.</summary>
/// <param name="PublicUrl">The address; null when none is set.</param>
/// <param name="IsReachable">Whether it leads here.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="NextStep">What to do.</param>
public sealed record EventAddress(string? PublicUrl, bool IsReachable, string Seen, string NextStep);

internal sealed record SubscriptionOfAccount(
    string AccountId,
    IReadOnlyList<string> Events,
    string Scope,
    string? ProjectId,
    string? FolderId,
    string? Filter
);
