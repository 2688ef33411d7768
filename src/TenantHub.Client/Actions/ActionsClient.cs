using TenantHub.Client.Guide;
using TenantHub.Client.Http;

namespace TenantHub.Client.Actions;

/// <summary>The list of actions.</summary>
public sealed class ActionsClient
{
    private readonly ClientConnection _connection;

    internal ActionsClient(ClientConnection connection) => _connection = connection;

    /// <summary>Lists the actions.</summary>
    /// <param name="search">Words that the action's id, label or description has, the best answer first; null for all.</param>
    /// <param name="accountId">Only what this account's profile enables; null for all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<IReadOnlyList<ActionDescription>> ListAsync(
        string? search = null,
        string? accountId = null,
        CancellationToken cancellationToken = default
    )
    {
        var found = new List<ActionDescription>();
        string? next = null;
        do
        {
            var query = new QueryText().Add("search", search).Add("account_ids", accountId).Add("next", next).Add("page_size", 100);
            var page = await _connection.GetAsync("/actions" + query, ClientJson.Default.ActionsPage, cancellationToken);
            found.AddRange(page.Data.SelectMany(connector => connector.Actions ?? []));
            next = page.Next;
        } while (next is not null);
        return found;
    }

    /// <summary>Tells what an Autodesk app needs for a choice of actions, step by step.</summary>
    /// <param name="actions">The actions; null for all.</param>
    /// <param name="clientId">The app's client id, to put it into the texts; null while there is none.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">The choice names what is no action.</exception>
    public Task<SetupGuide> GetGuideAsync(
        IReadOnlyList<string>? actions = null,
        string? clientId = null,
        CancellationToken cancellationToken = default
    ) =>
        _connection.GetAsync(
            "/guide" + new QueryText().Add("actions", actions is null ? null : string.Join(',', actions)).Add("client_id", clientId),
            ClientJson.Default.SetupGuide,
            cancellationToken
        );
}

/// <summary>An action of the catalog.</summary>
/// <param name="Id">Its id: <c>autodesk_list_hubs</c>.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="Description">What it does.</param>
/// <param name="RequiredScopes">The scopes that it needs.</param>
public sealed record ActionDescription(string Id, string Label, string Description, IReadOnlyList<string> RequiredScopes);

internal sealed record ActionsPage(IReadOnlyList<ConnectorActions> Data, string? Next);

internal sealed record ConnectorActions(IReadOnlyList<ActionDescription>? Actions);
