using System.Text.Json.Serialization;
using TenantHub.Client.Http;

namespace TenantHub.Client.Quotas;

/// <summary>Autodesk's limits by client id, and their use.</summary>
public sealed class QuotasClient
{
    private readonly ClientConnection _connection;

    internal QuotasClient(ClientConnection connection) => _connection = connection;

    /// <summary>Lists the limits of all client ids that are in use.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<QuotaUse> ListAsync(CancellationToken cancellationToken = default) =>
        NumberedPages.ReadAsync(_connection, "/quotas", ClientJson.Default.IReadOnlyListQuotaUse, cancellationToken);

    /// <summary>Gets the limits of one client id.</summary>
    /// <param name="clientId">The client id.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<IReadOnlyList<QuotaUse>> GetAsync(string clientId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync("/quotas/" + Uri.EscapeDataString(clientId), ClientJson.Default.IReadOnlyListQuotaUse, cancellationToken);

    /// <summary>Sets a limit.</summary>
    /// <param name="clientId">The client id.</param>
    /// <param name="quotaGroup">The quota group.</param>
    /// <param name="requestsPerMinute">The limit; null gives Autodesk's published one back.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<QuotaUse> SetAsync(
        string clientId,
        string quotaGroup,
        int? requestsPerMinute,
        CancellationToken cancellationToken = default
    ) =>
        _connection.ChangeAsync(
            HttpMethod.Put,
            Path(clientId, quotaGroup),
            new QuotaLimit(requestsPerMinute),
            ClientJson.Default.QuotaLimit,
            ClientJson.Default.QuotaUse,
            cancellationToken
        );

    /// <summary>Lifts a pause; one request goes first.</summary>
    /// <param name="clientId">The client id.</param>
    /// <param name="quotaGroup">The quota group.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<QuotaUse> ResumeAsync(string clientId, string quotaGroup, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(HttpMethod.Post, Path(clientId, quotaGroup) + "/resume", ClientJson.Default.QuotaUse, cancellationToken);

    private static string Path(string clientId, string quotaGroup) =>
        $"/quotas/{Uri.EscapeDataString(clientId)}/{Uri.EscapeDataString(quotaGroup)}";
}

/// <summary>One limit and its use.</summary>
public sealed record QuotaUse
{
    /// <summary>Gets the client id.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the quota group.</summary>
    public required string QuotaGroup { get; init; }

    /// <summary>Gets how many requests a window allows.</summary>
    public int Limit { get; init; }

    /// <summary>Gets where the limit comes from.</summary>
    public required string LimitSource { get; init; }

    /// <summary>Gets the window's length in seconds.</summary>
    public double WindowSeconds { get; init; }

    /// <summary>Gets how much of it is used.</summary>
    public int Used { get; init; }

    /// <summary>Gets how many requests run.</summary>
    public int Running { get; init; }

    /// <summary>Gets until when nothing is sent, because Autodesk said so; null when it is not paused.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Gets how often Autodesk has answered 429.</summary>
    public long RateLimited { get; init; }

    /// <summary>Gets who waits.</summary>
    public IReadOnlyList<QuotaWaiting> Waiting { get; init; } = [];
}

/// <summary>An account that waits.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Weight">Its share.</param>
/// <param name="Calls">How many of its calls wait.</param>
/// <param name="ExpectedStartAt">When the first is expected to be sent.</param>
public sealed record QuotaWaiting(string AccountId, int Weight, int Calls, DateTimeOffset ExpectedStartAt);

/// <summary>Null is sent: it gives the published limit back.</summary>
internal sealed record QuotaLimit([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? RequestsPerMinute);
