using TenantHub.Client.Http;

namespace TenantHub.Client.ConnectSessions;

/// <summary>Links with which customers link their own accounts on the Link page.</summary>
public sealed class ConnectSessionsClient
{
    private readonly ClientConnection _connection;

    internal ConnectSessionsClient(ClientConnection connection) => _connection = connection;

    /// <summary>Opens a session; its <c>AuthLinkUrl</c> goes to the customer.</summary>
    /// <param name="session">For whom, and with what.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It was not opened.</exception>
    public Task<ConnectSession> CreateAsync(NewConnectSession session, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            "/connect_sessions",
            session,
            ClientJson.Default.NewConnectSession,
            ClientJson.Default.ConnectSession,
            cancellationToken
        );
}

/// <summary>What a session is for.</summary>
public sealed record NewConnectSession
{
    /// <summary>Gets the customer's id in the backend.</summary>
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the customer's name.</summary>
    public required string OriginOwnerName { get; init; }

    /// <summary>Gets the connector profile; null for the server's default, or the customer's own app.</summary>
    public string? ProfileId { get; init; }

    /// <summary>Gets the account that is linked anew; null for a new one.</summary>
    public string? AccountId { get; init; }

    /// <summary>Gets the account's name.</summary>
    public string? Label { get; init; }

    /// <summary>Gets how long the session lives, in seconds; null for 30 minutes.</summary>
    public double? ExpiresIn { get; init; }
}

/// <summary>A session.</summary>
public sealed record ConnectSession
{
    /// <summary>Gets the address of the Link page for this customer; it works once.</summary>
    public string? AuthLinkUrl { get; init; }

    /// <summary>Gets the token in that address.</summary>
    public string? Token { get; init; }

    /// <summary>Gets the customer's id.</summary>
    public required string OriginOwnerId { get; init; }

    /// <summary>Gets the connector profile.</summary>
    public string? ProfileId { get; init; }

    /// <summary>Gets the account that is linked anew; null for a new one.</summary>
    public string? AccountId { get; init; }

    /// <summary>Gets when it ends.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}
