using System.Globalization;
using System.Text.Json;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Actions;

/// <summary>GET /actions in StackOne's shape: one connector, its actions paged.</summary>
internal static class ActionList
{
    private const int MaxPageSize = 100;

    public static readonly DescribedParameter[] Parameters =
    [
        ("action_key", "Only these actions, separated by commas; may be repeated. Also as filter[action_key]."),
        ("connectors", "autodesk, or nothing is found. Also as filter[connectors]."),
        ("include", "action_details or operation_details: with their schemas."),
        ("group_by", "connector, which is what it is anyway."),
        ("page", "The page, from 1."),
        ("page_size", "Actions per page; at most and by default 100."),
        ("next", "From the page before."),
    ];

    public static (ActionsPage? Page, HubError? Error) Read(IQueryCollection query, ActionCatalog catalog)
    {
        var read = new QueryReader(query, Parameters);
        var pageSize = read.Number("page_size", MaxPageSize, MaxPageSize);
        var offset = read.Text("next") is null ? (read.Number("page", 1, 10_000) - 1) * pageSize : read.Number("next", 0, int.MaxValue, min: 0);
        read.Word("group_by", "connector", ("connector", "connector"), ("[\"connector\"]", "connector")); // It is what it is anyway.
        var details = read.Values("include").Any(value => value.Contains("action_details", StringComparison.Ordinal) || value.Contains("operation_details", StringComparison.Ordinal));
        if (read.Error is { } error) return (null, error);

        var chosen = Filter(read, catalog).ToList();
        if (chosen.Count == 0) return (new ActionsPage([], null), null);

        var actions = chosen.Skip(offset).Take(pageSize).Select(action => ActionItem.From(action, details)).ToList();
        var next = offset + pageSize < chosen.Count ? (offset + pageSize).ToString(CultureInfo.InvariantCulture) : null;
        return (new ActionsPage([new ConnectorActions(Connector.Version, Connector.Name, Connector.Key, [AuthenticationItem.TwoLegged], actions)], next), null);
    }

    private static IEnumerable<ActionDefinition> Filter(QueryReader read, ActionCatalog catalog)
    {
        var (keys, connectors) = (read.Values("action_key"), read.Values("connectors"));
        if (connectors.Count > 0 && !connectors.Contains(Connector.Key)) return [];
        return keys.Count == 0 ? catalog.All : catalog.All.Where(action => keys.Contains(action.Id));
    }
}

/// <summary>StackOne's ActionsMetaPaginated.</summary>
internal sealed record ActionsPage(IReadOnlyList<ConnectorActions> Data, string? Next);

/// <summary>StackOne's ActionsMeta.</summary>
internal sealed record ConnectorActions(
    string Version, string Name, string Key, IReadOnlyList<AuthenticationItem> Authentication, IReadOnlyList<ActionItem> Actions);

/// <summary>StackOne's AuthenticationMetaItem.</summary>
internal sealed record AuthenticationItem(string Type, string Label, string Key)
{
    public static readonly AuthenticationItem TwoLegged = new("oauth2", "OAuth 2.0 (Two-Legged)", Connector.AuthenticationKey);
}

/// <summary>StackOne's ActionMetaItem.</summary>
internal sealed record ActionItem(
    string Id, string Label, string SchemaType, IReadOnlyList<string> Tags, IReadOnlyList<AuthenticationItem> Authentication, OperationDetails? OperationDetails)
{
    public static ActionItem From(ActionDefinition action, bool details) => new(
        action.Id, action.Label, "native", [action.Product, WireName.Of(action.Safety)], [AuthenticationItem.TwoLegged], details ? OperationDetails.From(action) : null);
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

    public static OperationDetails From(ActionDefinition action) => new()
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
        Safety = WireName.Of(action.Safety),
        RetrySafe = action.RetrySafe,
        Source = action.Source,
        Doubts = action.Doubts,
    };
}
