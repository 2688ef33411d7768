using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using TenantHub.Server.Audit;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Guide;

namespace TenantHub.Server.Ui.Access;

/// <summary>
/// Signing in to the pages with an API key. The key is judged as the API judges it; the browser gets a cookie that only the pages take, so
/// the API cannot be reached through somebody's browser.
/// </summary>
internal static class UiAccess
{
    public const string Scheme = "UiCookie";
    public const string Home = "/ui";
    public const string SignIn = "/ui/sign-in";
    public const string SignedIn = "/ui/signed-in";
    private const string FormToken = "__RequestVerificationToken";

    public static IServiceCollection AddUiAccess(this IServiceCollection services)
    {
        services.AddSingleton<UiSession>();
        services.AddSingleton<DemoSignIn>();
        services
            .AddAuthentication()
            .AddCookie(
                Scheme,
                options =>
                {
                    (options.Cookie.Name, options.Cookie.HttpOnly, options.Cookie.SameSite, options.Cookie.Path) = (
                        "tenanthub-ui",
                        true,
                        SameSiteMode.Strict,
                        Home
                    );
                    (options.ExpireTimeSpan, options.SlidingExpiration, options.LoginPath, options.ReturnUrlParameter) = (
                        UiSession.Lifetime,
                        false,
                        SignIn,
                        "to"
                    );
                    options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                    options.AccessDeniedPath = SignIn;
                    options.Events.OnRedirectToLogin = context =>
                    {
                        context.Response.Redirect(
                            context.Request.Path == SharedGuide.Live ? SharedGuide.Steps + context.Request.QueryString : context.RedirectUri
                        );
                        return Task.CompletedTask;
                    };

                    // Judged for every request, so a key that is revoked is out at once.
                    options.Events.OnValidatePrincipal = async context =>
                    {
                        var (user, _) = await context
                            .HttpContext.RequestServices.GetRequiredService<UiSession>()
                            .JudgeAsync(context.Principal);
                        if (user is not null)
                            context.ReplacePrincipal(user);
                        else
                            context.RejectPrincipal();
                    };
                }
            );
        services.AddAntiforgery(options =>
        {
            (options.FormFieldName, options.Cookie.Name, options.Cookie.SameSite, options.Cookie.Path) = (
                FormToken,
                "tenanthub-form",
                SameSiteMode.Strict,
                Home
            );
            options.SuppressXFrameOptionsHeader = true; // UiPage says it for every page.
        });
        return services;
    }

    /// <summary>The same policies as those of the API, for who has signed in.</summary>
    public static AuthorizeAttribute Needs(string policy) => new(policy) { AuthenticationSchemes = Scheme };

    public static RouteGroupBuilder MapUiAccess(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapMethods("/sign-in", [HttpMethods.Get, HttpMethods.Head], ShowSignInAsync); // Else HEAD finds the live pages' endpoint, which sends it here.
        pages.MapGet("/sign-in/demo", SignInOnceAsync);
        if (app.ServiceProvider.GetRequiredService<IOptions<OidcOptions>>().Value.LetsPeopleSignIn)
            pages.MapGet(
                "/sign-in/person",
                (string? to) =>
                    Results.Challenge(new AuthenticationProperties { RedirectUri = IsOurs(to) ? to : Home }, [PersonSignIn.Scheme])
            );
        pages.MapGet("/signed-in", (HttpContext http, string? to) => UiPage.Of<SignedInPage>(http, new { To = IsOurs(to) ? to : Home }));
        pages.MapPost("/sign-in", SignInAsync).NotAudited().DisableAntiforgery();
        pages.MapPost("/sign-out", SignOutAsync).NotAudited().DisableAntiforgery();
        return pages;
    }

    public static string FormTokenOf(HttpContext http, IAntiforgery forms) => forms.GetAndStoreTokens(http).RequestToken!;

    /// <summary>Who has signed in; null for nobody.</summary>
    public static async Task<Caller?> FindCallerAsync(HttpContext http) => Caller.Find((await http.AuthenticateAsync(Scheme)).Principal);

    /// <summary>Who is signed in and sent here all the same has asked for a page of another role.</summary>
    private static async Task<IResult> ShowSignInAsync(HttpContext http, IAntiforgery forms, string? to)
    {
        var fault =
            http.Request.Query.ContainsKey("failed")
                ? "Signing in with your company account did not work. Try again; the provider's log says why."
            : await FindCallerAsync(http) is { } caller && IsOurs(to)
                ? $"You are signed in as {caller.Name}, whose role does not open this page. Sign in with another key, or go back."
            : null;
        return SignInPage(http, forms, to, fault, StatusCodes.Status200OK);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http,
        IAntiforgery forms,
        KeyJudge keys,
        UiSession sessions,
        CancellationToken cancellationToken
    )
    {
        if (!await forms.IsRequestValidAsync(http))
            return SignInPage(http, forms, null, "The page was open for too long. Try again.", StatusCodes.Status401Unauthorized);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var to = form["to"].ToString();
        var key = form["key"].ToString().Trim();
        var (caller, refusal) = await keys.JudgeAsync(key);
        if (caller is null)
        {
            return refusal is { Code: ErrorCode.StorageUnavailable }
                ? SignInPage(http, forms, to, refusal.Detail, StatusCodes.Status503ServiceUnavailable)
                : SignInPage(http, forms, to, "This API key is not valid.", StatusCodes.Status401Unauthorized);
        }

        await http.SignInAsync(Scheme, sessions.ForKey(key), new AuthenticationProperties { IsPersistent = false });
        return Results.LocalRedirect(IsOurs(to) ? to : Home);
    }

    private static async Task<IResult> SignInOnceAsync(
        HttpContext http,
        IAntiforgery forms,
        DemoSignIn demo,
        UiSession sessions,
        string? code
    )
    {
        if (demo.Redeem(code) is not { } key)
            return SignInPage(http, forms, null, "This link has been used, or is of an earlier start.", StatusCodes.Status401Unauthorized);
        await http.SignInAsync(Scheme, sessions.ForKey(key), new AuthenticationProperties { IsPersistent = false });
        return Results.LocalRedirect(Home);
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery forms)
    {
        http.User = (await http.AuthenticateAsync(Scheme)).Principal ?? http.User; // The form's token is of who has signed in, and good for nobody else.
        if (await forms.IsRequestValidAsync(http))
            await http.SignOutAsync(Scheme);
        return Results.LocalRedirect(SignIn + "?signed-out=");
    }

    private static IResult SignInPage(HttpContext http, IAntiforgery forms, string? to, string? fault, int status) =>
        UiPage.Of<SignInPage>(
            http,
            new
            {
                To = IsOurs(to) ? to : "",
                Fault = fault,
                Antiforgery = FormTokenOf(http, forms),
                ForPeople = http.RequestServices.GetRequiredService<IOptions<OidcOptions>>().Value.LetsPeopleSignIn,
            },
            status
        );

    private static bool IsOurs(string? to) =>
        to is not null
        && (to == Home || to.StartsWith("/ui/", StringComparison.Ordinal) || to.StartsWith("/ui?", StringComparison.Ordinal))
        && !to.Contains('\\', StringComparison.Ordinal);
}
