using System.Text.Json.Serialization;
using TenantHub.Events;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Events;

/// <summary>Where the Hub backend is told what happens to accounts: Standard Webhooks.</summary>
internal static class EventEndpoints
{
    private static readonly DescribedParameter[] DeliveryParameters =
    [
        ("status", "pending, delivered or dead."),
        ("limit", "How many: 100 by default, at most 1000."),
    ];

    public static RouteGroupBuilder MapEventEndpoints(this IEndpointRouteBuilder app)
    {
        var endpoints = app.MapGroup("/event_endpoints").WithTags("Events");
        endpoints
            .MapPost("/", RegisterAsync)
            .RequireAuthorization(Policies.OperateShared)
            .Audited("event_endpoint")
            .WithName("register_event_endpoint")
            .WithSummary("Registers an address that is told what happens to accounts; the secret is in this answer only")
            .Accepts<RegisterEndpointBody>("application/json")
            .Produces<EventEndpointResponse>(StatusCodes.Status201Created);
        endpoints
            .MapGet(
                "/",
                async (HttpRequest request, IGrainFactory grains) =>
                    QueryReader.FaultWithoutFilters(request) is { } fault
                        ? new ErrorResult(fault)
                        : Results.Json(
                            (await Grain(grains).ListAsync()).Select(endpoint => EventEndpointResponse.From(endpoint, null)),
                            JsonBody.Options
                        )
            )
            .RequireAuthorization(Policies.ReadShared)
            .WithName("list_event_endpoints")
            .WithSummary("Lists the addresses that are told")
            .Produces<IReadOnlyList<EventEndpointResponse>>();
        endpoints
            .MapDelete("/{id}", async (string id, IGrainFactory grains) => Answer(await Grain(grains).RemoveAsync(id)))
            .RequireAuthorization(Policies.OperateShared)
            .Audited("event_endpoint/{id}")
            .WithName("remove_event_endpoint")
            .WithSummary("Sends nothing more to an address")
            .Produces<EventEndpointResponse>();
        endpoints
            .MapPost("/{id}/secret", async (string id, IGrainFactory grains) => Answer(await Grain(grains).RotateAsync(id)))
            .RequireAuthorization(Policies.OperateShared)
            .Audited("event_endpoint/{id}")
            .WithName("rotate_event_secret")
            .WithSummary("Makes a new secret; deliveries are signed with the old one too for a day")
            .Produces<EventEndpointResponse>();
        endpoints
            .MapGet("/{id}/deliveries", ListDeliveriesAsync)
            .RequireAuthorization(Policies.ReadShared)
            .WithName("list_event_deliveries")
            .WithSummary("Lists deliveries to an address, newest first")
            .Takes(DeliveryParameters)
            .Produces<IReadOnlyList<EventDelivery>>();
        endpoints
            .MapPost(
                "/{id}/deliveries/{eventId}/replay",
                async (string id, string eventId, IGrainFactory grains) => Answer(await Grain(grains).ReplayAsync(id, eventId))
            )
            .RequireAuthorization(Policies.OperateShared)
            .Audited("event_endpoint/{id}")
            .WithName("replay_event_delivery")
            .WithSummary("Tries a delivery that was given up, or is waiting, again at once")
            .Produces<EventEndpointResponse>();
        return endpoints;
    }

    private static async Task<IResult> RegisterAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<RegisterEndpointBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        return Answer(await Grain(grains).RegisterAsync(body.Url ?? "", body.Description), StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListDeliveriesAsync(
        string id,
        HttpRequest request,
        IGrainFactory grains,
        IEventDeliveryStore deliveries,
        CancellationToken cancellationToken
    )
    {
        if ((await Grain(grains).ListAsync()).All(endpoint => endpoint.Id != id))
            return new ErrorResult(RequestErrors.NoSuchEndpoint(id));
        var read = new QueryReader(request.Query, DeliveryParameters);
        var limit = read.Number("limit", 100, 1000);
        var status = read.Word(
            "status",
            (EventDeliveryStatus?)null,
            [.. Enum.GetValues<EventDeliveryStatus>().Select(known => (WireName.Of(known), (EventDeliveryStatus?)known))]
        );
        return read.Error is { } error
            ? new ErrorResult(error)
            : Results.Json(await deliveries.ListAsync(id, status, limit, cancellationToken), JsonBody.Options);
    }

    private static IEventEndpointsGrain Grain(IGrainFactory grains) => grains.GetGrain<IEventEndpointsGrain>(IEventEndpointsGrain.Key);

    private static IResult Answer(EventEndpointResult result, int status = StatusCodes.Status200OK) =>
        result.Endpoint is { } endpoint
            ? Results.Json(EventEndpointResponse.From(endpoint, result.Secret), JsonBody.Options, statusCode: status)
            : new ErrorResult(result.Error!);
}

/// <summary>The body of POST /event_endpoints.</summary>
internal sealed record RegisterEndpointBody
{
    public string? Url { get; init; }

    public string? Description { get; init; }
}

/// <summary>An endpoint; with its secret when it has just been made.</summary>
internal sealed record EventEndpointResponse(
    string Id,
    string Url,
    string? Description,
    DateTimeOffset CreatedAt,
    DateTimeOffset? OldSecretUntil
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static EventEndpointResponse From(EventEndpoint endpoint, Secret? secret) =>
        new(endpoint.Id, endpoint.Url, endpoint.Description, endpoint.CreatedAt, endpoint.OldSecretUntil) { Secret = secret?.Reveal() };
}
