using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server;

/// <summary>StackOne's list of connectors: here it is one.</summary>
internal static class ConnectorEndpoints
{
    /// <summary>StackOne's words of include: a connector of ours has none of these parts, so naming one adds nothing.</summary>
    private static readonly DescribedParameter[] Parameters =
    [
        (
            "include",
            "field_path, unmapped_fields, resources, inactive, webhooks, static_fields: StackOne's parts of its unified models, of which there are none here."
        ),
    ];

    public static RouteGroupBuilder MapConnectors(this IEndpointRouteBuilder app)
    {
        var connectors = app.MapGroup("/connectors/meta").WithTags("Connectors").RequireAuthorization(Policies.Read);
        connectors
            .MapGet("/", List)
            .WithName("list_connectors_meta")
            .WithSummary("Lists the connectors")
            .Takes(Parameters)
            .Produces<IReadOnlyList<ConnectorMeta>>();
        connectors
            .MapGet("/{provider}", Get)
            .WithName("get_connector_meta")
            .WithSummary("Describes one connector")
            .Takes(Parameters)
            .Produces<ConnectorMeta>();
        return connectors;
    }

    private static IResult List(HttpRequest request) =>
        new QueryReader(request.Query, Parameters).Error is { } error
            ? new ErrorResult(error)
            : Results.Json<IReadOnlyList<ConnectorMeta>>([ConnectorMeta.Autodesk], JsonBody.Options);

    private static IResult Get(string provider, HttpRequest request) =>
        new QueryReader(request.Query, Parameters).Error is { } error ? new ErrorResult(error)
        : provider == Connector.Key ? Results.Json(ConnectorMeta.Autodesk, JsonBody.Options)
        : new ErrorResult(RequestErrors.NoSuchConnector(provider));
}

/// <summary>StackOne's ConnectorsMeta.</summary>
internal sealed record ConnectorMeta(
    string Provider,
    string ProviderName,
    string Category,
    bool Active,
    IReadOnlyDictionary<string, string> Models
)
{
    public static readonly ConnectorMeta Autodesk = new(
        Connector.Key,
        Connector.Name,
        Connector.Category,
        true,
        new Dictionary<string, string>()
    );
}
