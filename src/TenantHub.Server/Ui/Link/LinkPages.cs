using System.Globalization;
using Microsoft.Extensions.Options;
using TenantHub.Audit;
using TenantHub.Errors;
using TenantHub.Linking;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Linking;

namespace TenantHub.Server.Ui.Link;

/// <summary>
/// GET shows the session, POST links or looks again and sends the browser back to GET, so that reloading never sends a form twice.
/// </summary>
/// <remarks>
/// No cookie is involved, and none could be: in a frame of another site browsers keep them away. Who may do something is who has the token
/// in the address, which nobody can make a browser send unknowingly; forms that come from other sites are refused all the same.
/// </remarks>
internal static class LinkPages
{
    private const int MaxFormBytes = 16 * 1024;

    public static RouteGroupBuilder MapLinkPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/link/{hidden}").ExcludeFromDescription(); // The token itself is taken out before: LinkTokenHiding.
        pages.MapGet("/", ShowAsync);
        pages.MapPost("/", SubmitAsync).NotAudited().DisableAntiforgery(); // It audits by itself: who acts is the session.
        pages.MapPost("/check", CheckAsync).NotAudited().DisableAntiforgery();
        return pages;
    }

    private static async Task<IResult> ShowAsync(HttpContext http, IGrainFactory grains, IOptions<LinkingOptions> options) =>
        Page(
            http,
            options.Value,
            Session(http, grains) is { } session ? await session.DescribeAsync() : NoSession(),
            justLinked: http.Request.Query.ContainsKey("linked")
        );

    private static async Task<IResult> SubmitAsync(
        HttpContext http,
        IGrainFactory grains,
        AuditTrail audit,
        CancellationToken cancellationToken
    )
    {
        if (UiPage.IsFromElsewhere(http.Request))
            return new ErrorResult(FromElsewhere());
        if (Session(http, grains) is not { } session)
            return Back(http, NoSession());
        if (!http.Request.HasFormContentType || http.Request.ContentLength is null or > MaxFormBytes)
            return new ErrorResult(RequestErrors.MediaType(http.Request.ContentType));
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var submission = new LinkSubmission
        {
            AccountIdText = form["account_id"].ToString().Trim(),
            Region = form["region"].ToString(),
            ActAsUserId = Given(form, "act_as_user_id"),
            ClientId = Given(form, "client_id"),
            ClientSecret = Given(form, "client_secret") is { } secret ? new Secret(secret) : null,
        };
        var result = await session.DescribeAsync() is { Session: { Phase: ConnectSessionPhase.Open or ConnectSessionPhase.Waiting } opened }
            ? await audit.RunAsync(
                Intent(http, opened),
                async () =>
                {
                    var submitted = await session.SubmitAsync(submission);
                    return (submitted, submitted.Error ?? submitted.Session?.LastError, Target(submitted.Session ?? opened));
                },
                error => new ConnectSessionResult(null, error)
            )
            : await session.SubmitAsync(submission);
        return result.Error is { Code: ErrorCode.StorageUnavailable or ErrorCode.TooManyRequests } failed
            ? new ErrorResult(failed)
            : Back(http, result);
    }

    /// <summary>The session acts, for the owner in whose name it was opened.</summary>
    private static AuditEntry Intent(HttpContext http, ConnectSession session) =>
        new()
        {
            Sequence = 0,
            At = default,
            Actor = string.Create(CultureInfo.InvariantCulture, $"connect_session:{session.Number}"),
            ActorName = session.Request.OriginOwnerName,
            Address = AuditedEndpoints.AddressOf(http),
            Action = session.Account is null ? "link_account" : "update_account",
            Target = Target(session),
        };

    private static string Target(ConnectSession session) => session.Account is { } account ? $"account/{account.Id}" : "account";

    private static async Task<IResult> CheckAsync(HttpContext http, IGrainFactory grains, IOptions<LinkingOptions> options)
    {
        if (UiPage.IsFromElsewhere(http.Request))
            return new ErrorResult(FromElsewhere());
        var result = Session(http, grains) is { } session ? await session.CheckAsync() : NoSession();
        return http.Request.Headers.ContainsKey("x-fragment") ? Page(http, options.Value, result, justLinked: true) : Back(http, result);
    }

    /// <summary>What cannot be a token gets the page that says so, and wakes no grain.</summary>
    private static IConnectSessionGrain? Session(HttpContext http, IGrainFactory grains) =>
        LinkTokenHiding.TokenOf(http) is var token && ConnectSessionToken.IsToken(token)
            ? grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(token))
            : null;

    private static ConnectSessionResult NoSession() =>
        new(null, new(ErrorCode.ConnectSessionNotFound, ErrorSource.Caller, "There is no connect session with this token."));

    private static string? Given(IFormCollection form, string name) => form[name].ToString().Trim() is { Length: > 0 } text ? text : null;

    /// <summary>Written by hand: ASP.NET's redirect writes the address into the log.</summary>
    private static IResult Back(HttpContext http, ConnectSessionResult result)
    {
        http.Response.Headers.Location = AddressOf(http) + (result.Session is { Phase: ConnectSessionPhase.Completed } ? "?linked" : "");
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static string AddressOf(HttpContext http) => $"/link/{Uri.EscapeDataString(LinkTokenHiding.TokenOf(http))}";

    private static IResult Page(HttpContext http, LinkingOptions options, ConnectSessionResult result, bool justLinked) =>
        UiPage.Of<LinkPage>(
            http,
            new
            {
                result.Session,
                Action = AddressOf(http),
                Product = options.ProductName,
                FrameOrigins = string.Join(' ', options.AllowedFrameOrigins),
                JustLinked = justLinked,
            },
            result.Session switch
            {
                null => StatusCodes.Status404NotFound,
                { Phase: ConnectSessionPhase.Expired } => StatusCodes.Status410Gone,
                _ => StatusCodes.Status200OK,
            },
            options.AllowedFrameOrigins
        );

    private static ServiceError FromElsewhere() =>
        new(ErrorCode.Forbidden, ErrorSource.Caller, "This form was sent by a page of another site.")
        {
            NextStep = "Open the link itself and fill in the form there.",
        };
}
