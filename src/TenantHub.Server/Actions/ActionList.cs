using System.Globalization;
using System.Text.Json;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Actions;

/// <summary>GET /actions in StackOne's shape: the connector, once or once for each account that is asked for, with its actions
/// paged.</summary>
internal sealed record ActionList
{
    private const int MaxPageSize = 100;

    public static readonly DescribedParameter[] Parameters =
    [
        ("action_key", "Only these actions, separated by commas; may be repeated. Also as filter[action_key]."),
        ("account_ids", "Only what the connector profiles of these accounts enable, once for each account. Also as filter[account_ids]."),
        ("connectors", "autodesk, or nothing is found. Also as filter[connectors]."),
        (
            "search",
            "Only actions that have every one of these words, or others that are said for them, in name or description, the best first; or a part of an id."
        ),
        ("include", "action_details or operation_details: with their schemas."),
        ("exclude", "actions: the connector without its actions."),
        ("group_by", "connector, which is what it is anyway."),
        ("page", "The page, from 1."),
        ("page_size", "Actions per page; at most and by default 100."),
        ("next", "From the page before."),
    ];

    public required IReadOnlyList<string> AccountIds { get; init; }

    private IReadOnlyList<string> Keys { get; init; } = [];

    private string Search { get; init; } = "";

    private bool OtherConnector { get; init; }

    private bool WithoutActions { get; init; }

    private DetailNames Details { get; init; }

    private int Offset { get; init; }

    private int PageSize { get; init; }

    /// <summary>Reads the query. Exactly one of list and error is set.</summary>
    public static (ActionList? List, ServiceError? Error) Read(IQueryCollection query)
    {
        var read = new QueryReader(query, Parameters);
        var pageSize = read.Number("page_size", MaxPageSize, MaxPageSize);
        read.Word("group_by", "connector", ("connector", "connector"), ("[\"connector\"]", "connector")); // It is what it is anyway.
        var include = Names(read, "include", "action_details", "operation_details", "authentication_guides");
        var list = new ActionList
        {
            AccountIds = [.. read.Values("account_ids").Distinct()],
            Keys = read.Values("action_key"),
            Search = read.Text("search", 200) ?? "",
            OtherConnector = read.Values("connectors") is { Count: > 0 } connectors && !connectors.Contains(Connector.Key),
            WithoutActions = Names(read, "exclude", "actions").Count > 0,
            Details =
                (include.Contains("action_details") ? DetailNames.Action : 0)
                | (include.Contains("operation_details") ? DetailNames.Operation : 0),
            Offset = read.Text("next") is null
                ? (read.Number("page", 1, 10_000) - 1) * pageSize
                : read.Number("next", 0, int.MaxValue, min: 0),
            PageSize = pageSize,
        };
        if (list.AccountIds.Count > MaxPageSize)
            read.Refuse("account_ids", $"must have at most {MaxPageSize} values.");
        return read.Error is { } error ? (null, error) : (list, null);
    }

    /// <summary>Makes the page.</summary>
    /// <param name="catalog">The actions.</param>
    /// <param name="accounts">What the accounts that were asked for enable; null when none were.</param>
    public ActionsPage List(ActionCatalog catalog, IReadOnlyList<AccountActions>? accounts)
    {
        if (OtherConnector)
            return new ActionsPage([], null);
        var found = ActionSearch.Narrow(catalog, Search).Where(action => Keys.Count == 0 || Keys.Contains(action.Id)).ToList();
        var chosen = (accounts ?? [new AccountActions(null, null)])
            .SelectMany(account =>
                found
                    .Where(action => account.Enabled?.Contains(action.Id) is not false)
                    .Select(action => (account.AccountId, Action: action))
            )
            .ToList();
        var page = WithoutActions ? chosen : [.. chosen.Skip(Offset).Take(PageSize)];
        var next = !WithoutActions && Offset + PageSize < chosen.Count ? (Offset + PageSize).ToString(CultureInfo.InvariantCulture) : null;
        return new ActionsPage(
            [
                .. page.GroupBy(entry => entry.AccountId)
                    .Select(of => new ConnectorActions(
                        Connector.Version,
                        Connector.Name,
                        Connector.Key,
                        Connector.Description,
                        of.Key,
                        [AuthenticationItem.TwoLegged],
                        WithoutActions ? null : [.. of.Select(entry => ActionItem.From(entry.Action, Details))]
                    )),
            ],
            next
        );
    }

    /// <summary>StackOne's clients write lists as <c>include</c>, <c>include[]</c>, or JSON; the words are the same.</summary>
    private static List<string> Names(QueryReader read, string name, params string[] known)
    {
        var names = read.Values(name).Select(value => value.Trim('[', ']', '"', ' ')).Where(value => value.Length > 0).ToList();
        if (names.Except(known).Any())
            read.Refuse(name, $"must be of {string.Join(", ", known)}.");
        return names;
    }
}

/// <summary>What is enabled for an account; null when all is.</summary>
internal sealed record AccountActions(string? AccountId, IReadOnlySet<string>? Enabled);

/// <summary>Under which names an action's details are wanted: StackOne's specification says one, its first client another.</summary>
[Flags]
internal enum DetailNames
{
    Action = 1,
    Operation = 2,
}

/// <summary>StackOne's ActionsMetaPaginated.</summary>
internal sealed record ActionsPage(IReadOnlyList<ConnectorActions> Data, string? Next);

/// <summary>StackOne's ActionsMeta.</summary>
internal sealed record ConnectorActions(
    string Version,
    string Name,
    string Key,
    string Description,
    string? AccountId,
    IReadOnlyList<AuthenticationItem> Authentication,
    IReadOnlyList<ActionItem>? Actions
);

/// <summary>StackOne's AuthenticationMetaItem.</summary>
internal sealed record AuthenticationItem(string Type, string Label, string Key)
{
    public static readonly AuthenticationItem TwoLegged = new("oauth2", "OAuth 2.0 (Two-Legged)", Connector.AuthenticationKey);
}

/// <summary>StackOne's ActionMetaItem.</summary>
internal sealed record ActionItem(
    string Id,
    string Label,
    string Description,
    string SchemaType,
    IReadOnlyList<string> Tags,
    IReadOnlyList<string> RequiredScopes,
    IReadOnlyList<AuthenticationItem> Authentication,
    OperationDetails? OperationDetails,
    OperationDetails? ActionDetails
)
{
    public static ActionItem From(ActionDefinition action, DetailNames names)
    {
        var details = names == 0 ? null : Actions.OperationDetails.From(action);
        return new(
            action.Id,
            action.Label,
            action.Description,
            "native",
            [action.Product, WireName.Of(action.CallSafety)],
            action.Scopes,
            [AuthenticationItem.TwoLegged],
            details,
            names.HasFlag(DetailNames.Action) ? details : null
        );
    }
}

/// <summary>Everything that the catalog knows of an action.</summary>
internal sealed record OperationDetails
{
    public required string Description { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required JsonElement InputSchema { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string? ApiProduct { get; init; }

    public required string? QuotaGroup { get; init; }

    public required int? RequestsPerMinute { get; init; }

    public required bool RequiresCustomIntegration { get; init; }

    public required bool RequiresActingUser { get; init; }

    public required string Safety { get; init; }

    public required bool RetrySafe { get; init; }

    public required string Source { get; init; }

    public required IReadOnlyList<string> Doubts { get; init; }

    public static OperationDetails From(ActionDefinition action) =>
        new()
        {
            Description = action.Description,
            Method = action.Method,
            Path = action.Path,
            InputSchema = action.InputSchema,
            Scopes = action.Scopes,
            ApiProduct = action.ApiProduct,
            QuotaGroup = action.QuotaGroup?.Name,
            RequestsPerMinute = action.QuotaGroup?.RequestsPerMinute,
            RequiresCustomIntegration = action.RequiresCustomIntegration,
            RequiresActingUser = action.RequiresActingUser,
            Safety = WireName.Of(action.CallSafety),
            RetrySafe = action.RetrySafe,
            Source = action.Source,
            Doubts = action.Doubts,
        };
}
