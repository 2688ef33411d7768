using TenantHub.Client.Http;

namespace TenantHub.Client.Keys;

/// <summary>The API keys (admins only).</summary>
public sealed class KeysClient
{
    private readonly ClientConnection _connection;

    internal KeysClient(ClientConnection connection) => _connection = connection;

    /// <summary>Makes a key. The answer is the only one that holds its text.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<CreatedKey> CreateAsync(NewKey key, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Post, "/keys", key, ClientJson.Default.NewKey, ClientJson.Default.CreatedKey, cancellationToken);

    /// <summary>Lists the keys, without their texts.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<ApiKeyDetails> ListAsync(CancellationToken cancellationToken = default) =>
        NumberedPages.ReadAsync(_connection, "/keys", ClientJson.Default.IReadOnlyListApiKeyDetails, cancellationToken);

    /// <summary>Gets a key.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ApiKeyDetails> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync("/keys/" + Uri.EscapeDataString(id), ClientJson.Default.ApiKeyDetails, cancellationToken);

    /// <summary>Ends a key within seconds, everywhere.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<ApiKeyDetails> RevokeAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            $"/keys/{Uri.EscapeDataString(id)}/revoke",
            ClientJson.Default.ApiKeyDetails,
            cancellationToken
        );
}

/// <summary>A key without its text.</summary>
public sealed record ApiKeyDetails
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the role: <c>read_only</c>, <c>backend</c>, <c>operator</c> or <c>admin</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Gets the owners whose accounts the key may see; empty for all.</summary>
    public IReadOnlyList<string> OriginOwnerIds { get; init; } = [];

    /// <summary>Gets the profiles whose accounts the key may see; empty for all.</summary>
    public IReadOnlyList<string> ProfileIds { get; init; } = [];

    /// <summary>Gets the actions that the key may run; null for all.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Gets the most that an action of the key may do: <c>read</c>, <c>write</c> or <c>destructive</c>.</summary>
    public string? Ceiling { get; init; }

    /// <summary>Gets what a person has to approve: <c>none</c>, <c>destructive</c> or <c>writes</c>.</summary>
    public string? Approval { get; init; }

    /// <summary>Gets when it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets who made it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Gets when it ends; null when it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gets when it was last used; null when it was not.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Gets when it was revoked; null when it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>A new key.</summary>
public sealed record NewKey
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the role: <c>read_only</c>, <c>backend</c>, <c>operator</c> or <c>admin</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Gets the owners whose accounts the key may see; null for all.</summary>
    public IReadOnlyList<string>? OriginOwnerIds { get; init; }

    /// <summary>Gets the profiles whose accounts the key may see; null for all.</summary>
    public IReadOnlyList<string>? ProfileIds { get; init; }

    /// <summary>Gets the actions that the key may run; null for all.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Gets the most that an action of the key may do: <c>read</c>, <c>write</c> or <c>destructive</c>; null for the last.</summary>
    public string? Ceiling { get; init; }

    /// <summary>Gets what a person has to approve: <c>none</c>, <c>destructive</c> or <c>writes</c>; null for nothing.</summary>
    public string? Approval { get; init; }

    /// <summary>Gets when it ends; null when it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key that was just made. It prints without its text.</summary>
/// <param name="Key">Its text, to be sent with requests.</param>
/// <param name="Description">What it is.</param>
public sealed record CreatedKey(string Key, ApiKeyDetails Description)
{
    /// <summary>Gives what the key is, without its text.</summary>
    public override string ToString() => $"CreatedKey {{ Id = {Description.Id} }}";
}
