using Microsoft.Extensions.Options;
using TenantHub.Errors;
using TenantHub.Linking;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Linking;

/// <summary>Connect sessions in StackOne's wire format.</summary>
internal static class ConnectSessionEndpoints
{
    public static RouteGroupBuilder MapConnectSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/connect_sessions").WithTags("Connect sessions");
        sessions.MapPost("/", CreateAsync).WithName("create_connect_session").WithSummary("Opens a connect session: a link with which a customer's admin links an account, once")
            .Accepts<CreateConnectSessionBody>("application/json").Produces<ConnectSessionResponse>(StatusCodes.Status201Created);
        sessions.MapPost("/authenticate", AuthenticateAsync).WithName("authenticate_connect_session").WithSummary("Describes the session that a token opens")
            .Accepts<AuthenticateConnectSessionBody>("application/json").Produces<ConnectSessionResponse>(StatusCodes.Status201Created);
        return sessions;
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IGrainFactory grains, IOptions<LinkingOptions> options, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<CreateConnectSessionBody>(request, cancellationToken);
        if (body is null) return new HubErrorResult(error!);
        if (body.Provider is { } provider && provider != Connector.Key) return new HubErrorResult(RequestErrors.BadQuery([new("provider", $"must be \"{Connector.Key}\".")]));

        var (token, result) = await OpenAsync(grains, body.ToRequest(options.Value.DefaultProfileId));
        if (result.Session is not { } session) return new HubErrorResult(result.Error!);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(ConnectSessionResponse.From(session) with { Token = token, AuthLinkUrl = LinkUrl(request, options.Value, token) }, JsonBody.Options, statusCode: StatusCodes.Status201Created);
    }

    public static async Task<(string Token, ConnectSessionResult Result)> OpenAsync(IGrainFactory grains, ConnectSessionRequest request)
    {
        var token = ConnectSessionToken.New().Reveal();
        return (token, await grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(token)).CreateAsync(request));
    }

    public static string LinkUrl(HttpRequest request, LinkingOptions options, string token) =>
        $"{options.PublicUrl?.ToString().TrimEnd('/') ?? $"{request.Scheme}://{request.Host}{request.PathBase}"}/link/{token}";

    /// <summary>StackOne answers 201 here too.</summary>
    private static async Task<IResult> AuthenticateAsync(HttpRequest request, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var (body, error) = await JsonBody.ReadAsync<AuthenticateConnectSessionBody>(request, cancellationToken);
        if (body is null) return new HubErrorResult(error!);
        if (body.Token is not { Length: > 0 and <= 255 } token) return new HubErrorResult(RequestErrors.BadQuery([new("token", "is required.")]));
        var result = await grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(token)).DescribeAsync();
        return result.Session switch
        {
            null => new HubErrorResult(result.Error!),
            { Phase: ConnectSessionPhase.Completed } => new HubErrorResult(Over(ErrorCode.ConnectSessionUsed, "The connect session has linked its account; its token is used up.")),
            { Phase: ConnectSessionPhase.Expired } => new HubErrorResult(Over(ErrorCode.ConnectSessionExpired, "The connect session's time is over.")),
            { } session => Results.Json(ConnectSessionResponse.From(session), JsonBody.Options, statusCode: StatusCodes.Status201Created),
        };
    }

    private static HubError Over(ErrorCode code, string detail) => new(code, ErrorSource.Caller, detail) { NextStep = "Open another one with POST /connect_sessions." };
}
