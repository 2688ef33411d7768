using Microsoft.Extensions.Options;
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
/// No cookie is involved, and none could be: in a frame of another site browsers keep them away. Who may do something is who has the token in
/// the address, which nobody can make a browser send unknowingly; forms that come from other sites are refused all the same.
/// </remarks>
internal static class LinkPages
{
    private const int MaxFormBytes = 16 * 1024;

    public static RouteGroupBuilder MapLinkPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/link/{token}").ExcludeFromDescription();
        pages.MapGet("/", ShowAsync);
        pages.MapPost("/", SubmitAsync).NotAudited().DisableAntiforgery(); // There is no caller to name; the session says who asked for it.
        pages.MapPost("/check", CheckAsync).NotAudited().DisableAntiforgery();
        return pages;
    }

    private static async Task<IResult> ShowAsync(string token, HttpContext http, IGrainFactory grains, IOptions<LinkingOptions> options) =>
        Page(token, http, options.Value, await Session(token, grains).DescribeAsync(), justLinked: http.Request.Query.ContainsKey("linked"));

    private static async Task<IResult> SubmitAsync(string token, HttpContext http, IGrainFactory grains, CancellationToken cancellationToken)
    {
        if (UiPage.IsFromElsewhere(http.Request)) return new HubErrorResult(FromElsewhere());
        if (!http.Request.HasFormContentType || http.Request.ContentLength is null or > MaxFormBytes) return new HubErrorResult(RequestErrors.MediaType(http.Request.ContentType));
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var result = await Session(token, grains).SubmitAsync(new LinkSubmission
        {
            AccountIdText = form["account_id"].ToString().Trim(),
            Region = form["region"].ToString(),
            ActAsUserId = Given(form, "act_as_user_id"),
            ClientId = Given(form, "client_id"),
            ClientSecret = Given(form, "client_secret") is { } secret ? new Secret(secret) : null,
        });
        return Back(token, result);
    }

    private static async Task<IResult> CheckAsync(string token, HttpContext http, IGrainFactory grains, IOptions<LinkingOptions> options)
    {
        if (UiPage.IsFromElsewhere(http.Request)) return new HubErrorResult(FromElsewhere());
        var result = await Session(token, grains).CheckAsync();
        return http.Request.Headers.ContainsKey("x-fragment") ? Page(token, http, options.Value, result, justLinked: true) : Back(token, result);
    }

    private static IConnectSessionGrain Session(string token, IGrainFactory grains) => grains.GetGrain<IConnectSessionGrain>(ConnectSessionToken.KeyOf(token));

    private static string? Given(IFormCollection form, string name) => form[name].ToString().Trim() is { Length: > 0 } text ? text : null;

    private static IResult Back(string token, ConnectSessionResult result) =>
        Results.Redirect($"/link/{Uri.EscapeDataString(token)}{(result.Session is { Phase: ConnectSessionPhase.Completed } ? "?linked" : "")}", permanent: false, preserveMethod: false);

    private static IResult Page(string token, HttpContext http, LinkingOptions options, ConnectSessionResult result, bool justLinked) => UiPage.Of<LinkPage>(
        http,
        new
        {
            result.Session,
            Action = $"/link/{Uri.EscapeDataString(token)}",
            Product = options.ProductName,
            FrameOrigins = string.Join(' ', options.AllowedFrameOrigins),
            JustLinked = justLinked,
        },
        result.Session switch { null => StatusCodes.Status404NotFound, { Phase: ConnectSessionPhase.Expired } => StatusCodes.Status410Gone, _ => StatusCodes.Status200OK },
        options.AllowedFrameOrigins);

    private static HubError FromElsewhere() => new(ErrorCode.Forbidden, ErrorSource.Caller, "This form was sent by a page of another site.") { NextStep = "Open the link itself and fill in the form there." };
}
