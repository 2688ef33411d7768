using System.Security.Claims;
using Microsoft.Extensions.Options;
using TenantHub.Errors;
using TenantHub.Linking;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Linking;

/// <summary>Connect sessions in StackOne's wire format.</summary>
internal static class ConnectSessionEndpoints
{
    public static RouteGroupBuilder MapConnectSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/connect_sessions").WithTags("Connect sessions");
        sessions
            .MapPost("/", CreateAsync)
            .RequireAuthorization(Policies.Link)
            .Audited("connect_session")
            .WithName("create_connect_session")
            .WithSummary("Opens a connect session: a link with which a customer's admin links an account, once")
            .Accepts<CreateConnectSessionBody>("application/json")
            .Produces<ConnectSessionResponse>(StatusCodes.Status201Created);
        sessions
            .MapPost("/authenticate", AuthenticateAsync)
            .RequireAuthorization(Policies.Link)
            .NotAudited()
            .WithName("authenticate_connect_session")
            .WithSummary("Describes the session that a token opens")
            .Accepts<AuthenticateConnectSessionBody>("application/json")
            .Produces<ConnectSessionResponse>(StatusCodes.Status201Created);
        return sessions;
    }

    private static async Task<IResult> CreateAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        IGrainFactory grains,
        IOptions<LinkingOptions> options,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<CreateConnectSessionBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        if (body.Provider is { } provider && provider != Connector.Key)
            return new ErrorResult(RequestErrors.BadQuery([new("provider", $"must be \"{Connector.Key}\".")]));

        var (token, result) = await OpenAsync(user, grains, body.ToRequest(options.Value.DefaultProfileId));
        if (result.Session is not { } session)
            return new ErrorResult(result.Error!);
        request.HttpContext.NameAuditTarget($"connect_session/{session.Number}");
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(
            ConnectSessionResponse.From(session) with
            {
                Token = token,
                AuthLinkUrl = LinkUrl(OriginOf(request), options.Value, token),
            },
            JsonBody.Options,
            statusCode: StatusCodes.Status201Created
        );
    }

    /// <summary>Opens a session. A bound key opens sessions for its own owners and profiles only; an account that it may not see does not
    /// exist for it.</summary>
    public static async Task<(string Token, ConnectSessionResult Result)> OpenAsync(
        ClaimsPrincipal user,
        IGrainFactory grains,
        ConnectSessionRequest request
    )
    {
        if (request.AccountId is { } account && (await grains.FindAccountAsync(user, account)).Error is { } hidden)
            return ("", new(null, hidden));
        if (request.AccountId is null && !Caller.Of(user).MaySee(request.OriginOwnerId, request.ProfileId))
            return ("", new(null, RequestErrors.OutsideBinding()));
        var token = ConnectSessionToken.New().Reveal();
        return (token, await grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(token)).CreateAsync(request));
    }

    public static string LinkUrl(string origin, LinkingOptions options, string token) =>
        $"{options.PublicUrl?.ToString().TrimEnd('/') ?? origin}/link/{token}";

    /// <summary>The address with which the caller reached the server.</summary>
    public static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}";

    /// <summary>StackOne answers 201 here too.</summary>
    private static async Task<IResult> AuthenticateAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        var (body, error) = await JsonBody.ReadAsync<AuthenticateConnectSessionBody>(request, cancellationToken);
        if (body is null)
            return new ErrorResult(error!);
        if (body.Token is not { Length: > 0 and <= 255 } token)
            return new ErrorResult(RequestErrors.BadQuery([new("token", "is required.")]));
        if (!ConnectSessionToken.IsToken(token))
            return new ErrorResult(Over(ErrorCode.ConnectSessionNotFound, "There is no connect session with this token."));
        var result = await grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(token)).DescribeAsync();
        return result.Session switch
        {
            null => new ErrorResult(result.Error!),
            { } session when !Caller.Of(user).MaySee(session.Request.OriginOwnerId, session.Request.ProfileId) => new ErrorResult(
                Over(ErrorCode.ConnectSessionNotFound, "There is no connect session with this token.")
            ),
            { Phase: ConnectSessionPhase.Completed } => new ErrorResult(
                Over(ErrorCode.ConnectSessionUsed, "The connect session has linked its account; its token is used up.")
            ),
            { Phase: ConnectSessionPhase.Expired } => new ErrorResult(
                Over(ErrorCode.ConnectSessionExpired, "The connect session's time is over.")
            ),
            { } session => Results.Json(ConnectSessionResponse.From(session), JsonBody.Options, statusCode: StatusCodes.Status201Created),
        };
    }

    private static ServiceError Over(ErrorCode code, string detail) =>
        new(code, ErrorSource.Caller, detail) { NextStep = "Open another one with POST /connect_sessions." };
}
