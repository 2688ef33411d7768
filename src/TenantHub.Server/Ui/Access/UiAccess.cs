using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using TenantHub.Server.Audit;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Access;

/// <summary>
/// Signing in to the pages with an API key. The key is judged by the same handler that judges it at the API; the browser gets a cookie that
/// only the pages take, so the API cannot be reached through somebody's browser.
/// </summary>
internal static class UiAccess
{
    public const string Scheme = "UiCookie";
    private const string KeyClaim = "key";
    private const string FormToken = "__RequestVerificationToken";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    public static IServiceCollection AddUiAccess(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Scheme, options =>
        {
            (options.Cookie.Name, options.Cookie.HttpOnly, options.Cookie.SameSite, options.Cookie.Path) = ("tenanthub-ui", true, SameSiteMode.Strict, "/ui");
            (options.ExpireTimeSpan, options.SlidingExpiration, options.LoginPath, options.ReturnUrlParameter) = (Lifetime, false, "/ui/sign-in", "to");
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.AccessDeniedPath = "/ui/sign-in";

            // The cookie is sealed and holds the key; it is judged for every request, so a key that is revoked or loses its role is out at once.
            options.Events.OnValidatePrincipal = async context =>
            {
                var known = context.Principal?.FindFirst(KeyClaim)?.Value is { } key ? await JudgeAsync(context.HttpContext, key) : AuthenticateResult.NoResult();
                if (known.Succeeded) context.ReplacePrincipal(known.Principal);
                else context.RejectPrincipal();
            };
        });
        services.AddAntiforgery(options =>
        {
            (options.FormFieldName, options.Cookie.Name, options.Cookie.SameSite, options.Cookie.Path) = (FormToken, "tenanthub-form", SameSiteMode.Strict, "/ui");
            options.SuppressXFrameOptionsHeader = true; // UiPage says it for every page.
        });
        return services;
    }

    /// <summary>The same policies as those of the API, for who has signed in.</summary>
    public static AuthorizeAttribute Needs(string policy) => new(policy) { AuthenticationSchemes = Scheme };

    public static RouteGroupBuilder MapUiAccess(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/ui").ExcludeFromDescription();
        pages.MapGet("/sign-in", (HttpContext http, IAntiforgery forms, string? to) => SignInPage(http, forms, to, null));
        pages.MapPost("/sign-in", SignInAsync).NotAudited().DisableAntiforgery();
        pages.MapPost("/sign-out", SignOutAsync).NotAudited().DisableAntiforgery();
        return pages;
    }

    public static string FormTokenOf(HttpContext http, IAntiforgery forms) => forms.GetAndStoreTokens(http).RequestToken!;

    public static async Task<bool> IsSignedInAsync(HttpContext http) => (await http.AuthenticateAsync(Scheme)).Succeeded;

    private static async Task<IResult> SignInAsync(HttpContext http, IAntiforgery forms, CancellationToken cancellationToken)
    {
        if (!await forms.IsRequestValidAsync(http)) return SignInPage(http, forms, null, "The page was open for too long. Try again.");
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var to = form["to"].ToString();
        var key = form["key"].ToString().Trim();
        var known = await JudgeAsync(http, key);
        if (!known.Succeeded) return SignInPage(http, forms, to, "This API key is not valid.");
        await http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(KeyClaim, key)], Scheme)), new AuthenticationProperties { IsPersistent = false });
        return Results.LocalRedirect(IsOurs(to) ? to : "/ui/profiles");
    }

    /// <summary>A handler of its own: the request's has judged the request, which came without a key, and remembers its judgement.</summary>
    private static async Task<AuthenticateResult> JudgeAsync(HttpContext http, string key)
    {
        var given = http.Request.Headers.Authorization;
        http.Request.Headers.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":"));
        await using var scope = http.RequestServices.CreateAsyncScope();
        var handler = await scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>().GetHandlerAsync(http, ApiKeyAuthenticationHandler.SchemeName);
        var known = await handler!.AuthenticateAsync();
        http.Request.Headers.Authorization = given;
        return known;
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery forms)
    {
        if (await forms.IsRequestValidAsync(http)) await http.SignOutAsync(Scheme);
        return Results.LocalRedirect("/ui/sign-in");
    }

    private static IResult SignInPage(HttpContext http, IAntiforgery forms, string? to, string? fault) =>
        UiPage.Of<SignInPage>(http, new { To = IsOurs(to) ? to : "", Fault = fault, Antiforgery = FormTokenOf(http, forms) }, fault is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized);

    private static bool IsOurs(string? to) => to is not null && to.StartsWith("/ui/", StringComparison.Ordinal) && !to.Contains('\\', StringComparison.Ordinal);
}
