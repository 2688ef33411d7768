using System.Runtime.CompilerServices;
using TenantHub.Client.Http;

namespace TenantHub.Client.Accounts;

/// <summary>The linked accounts.</summary>
public sealed class AccountsClient
{
    private const int PageSize = 100;
    private readonly ClientConnection _connection;

    internal AccountsClient(ClientConnection connection) => _connection = connection;

    /// <summary>Links an account. The credentials are tried before anything is stored.</summary>
    /// <param name="link">What is linked for whom.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It was not linked.</exception>
    public Task<LinkedAccount> LinkAsync(AccountLink link, CancellationToken cancellationToken = default) =>
        _connection.ChangeAsync(
            HttpMethod.Post,
            "/accounts",
            link,
            ClientJson.Default.AccountLink,
            ClientJson.Default.LinkedAccount,
            cancellationToken
        );

    /// <summary>Lists accounts, page by page as they are asked for.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public async IAsyncEnumerable<LinkedAccount> ListAsync(
        AccountFilter? filter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var query = new QueryText()
            .Add("page_size", PageSize)
            .Add("query", filter?.Search)
            .Add("origin_owner_id", filter?.OriginOwnerIds)
            .Add("profile_id", filter?.ProfileIds)
            .Add("region", filter?.Regions)
            .Add("status", filter?.Statuses);
        var path = "/accounts" + query;
        while (true)
        {
            var request = new ClientRequest(HttpMethod.Get, path) { Name = "GET /accounts", IsRead = true };
            using var response = await _connection.SendAsync(request, cancellationToken);
            var type = ClientJson.Default.IReadOnlyListLinkedAccount;
            foreach (var account in await ClientConnection.ReadAsync(request, response, type, cancellationToken))
                yield return account;
            if (NextPage(response) is not { } next)
                yield break;
            path = next;
        }
    }

    /// <summary>The path of <c>Link: &lt;...&gt;; rel="next"</c>. Only its path and query count: a proxy may stand between.</summary>
    private static string? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links))
            return null;
        var link = links.First();
        var (begin, end) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
        var query = link.IndexOf('?', StringComparison.Ordinal);
        return begin < 0 || query < 0 || end < query ? null : "/accounts" + link[query..end];
    }
}

/// <summary>Which accounts are listed; what is empty does not narrow.</summary>
public sealed record AccountFilter
{
    /// <summary>Gets words of the label, the owner's id or name, or an id.</summary>
    public string? Search { get; init; }

    /// <summary>Gets the customers.</summary>
    public IReadOnlyList<string> OriginOwnerIds { get; init; } = [];

    /// <summary>Gets the connector profiles.</summary>
    public IReadOnlyList<string> ProfileIds { get; init; } = [];

    /// <summary>Gets the regions.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Gets the statuses.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];
}
