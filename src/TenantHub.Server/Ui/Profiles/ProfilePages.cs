using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Linking;
using TenantHub.Profiles;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Guide;
using TenantHub.Server.Linking;
using TenantHub.Server.Profiles;
using TenantHub.Server.Security;
using TenantHub.Server.Ui.Access;
using TenantHub.Server.Ui.Guide;

namespace TenantHub.Server.Ui.Profiles;

/// <summary>The setup guide, which everybody may read, and the pages of profiles for admins. They call the same grains as the API.</summary>
internal static class ProfilePages
{
    public static void MapProfilePages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/ui/guide", GuideAsync).AllowAnonymous().ExcludeFromDescription();
        var pages = app.MapGroup("/ui/profiles").RequireAuthorization(UiAccess.Needs(Policies.OperateShared)).ExcludeFromDescription();
        pages.MapGet("/", ListAsync);
        pages.MapGet("/new", (HttpContext http, IAntiforgery forms, ActionCatalog catalog) =>
            New(http, forms, [.. Known(catalog, http.Request.Query["actions"].ToString().Split(','))], null, null));
        pages.MapPost("/new", CreateAsync).WithName("ui_create_profile").Audited("profile").DisableAntiforgery();
        pages.MapGet("/{id}", ShowAsync);
        pages.MapPost("/{id}", ChangeAsync).WithName("ui_change_profile").Audited("profile/{id}").DisableAntiforgery();
        pages.MapPost("/{id}/secret", RotateAsync).WithName("ui_rotate_profile_credentials").Audited("profile/{id}").DisableAntiforgery();
        pages.MapPost("/{id}/limits", LimitAsync).WithName("ui_set_profile_limits").Audited("profile/{id}").DisableAntiforgery();
        pages.MapPost("/{id}/link", LinkAsync).WithName("ui_open_connect_session").Audited("profile/{id}").DisableAntiforgery();
        pages.MapPost("/{id}/retire", RetireAsync).WithName("ui_retire_profile").Audited("profile/{id}").DisableAntiforgery();
    }

    private static async Task<IResult> GuideAsync(HttpContext http, IAntiforgery forms, ActionCatalog catalog)
    {
        // The form of browsers without script sends one "action" for each.
        var ids = http.Request.Query["action"].Count > 0 ? http.Request.Query["action"].OfType<string>() : http.Request.Query.ContainsKey("actions") ? http.Request.Query["actions"].ToString().Split(',') : null;
        IReadOnlyList<ActionDefinition> chosen = ids is null ? catalog.All : [.. Known(catalog, ids).Select(id => catalog.Find(id)!)];
        var caller = await UiAccess.FindCallerAsync(http);
        return UiPage.Of<GuidePage>(http, new
        {
            catalog.All,
            Chosen = chosen,
            Guide = ActionChoice.Guide(http.Request, chosen),
            Url = ActionChoice.ShareUrl(http.Request, chosen, catalog),
            Caller = caller,
            Antiforgery = caller is not null ? UiAccess.FormTokenOf(http, forms) : null,
        });
    }

    private static async Task<IResult> ListAsync(HttpContext http, IAntiforgery forms, IProfileDirectory directory, CancellationToken cancellationToken) =>
        UiPage.Of<ProfileListPage>(http, new { All = await directory.ListAsync(1, 1000, cancellationToken), Caller = Caller.Of(http.User), Antiforgery = UiAccess.FormTokenOf(http, forms) });

    private static async Task<IResult> CreateAsync(HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, forms, cancellationToken) is not { } form) return Results.LocalRedirect("/ui/guide");
        var chosen = Known(catalog, form["actions"].ToString().Split(','));
        if (!ProfileEndpoints.IsProfileId(form["id"].ToString()))
            return New(http, forms, chosen, form, new(ErrorCode.InvalidInput, ErrorSource.Caller, "The id must be 1 to 64 of a-z, 0-9, - and _.") { NextStep = "Choose a short one, for example \"main\"." });

        var result = await grains.GetGrain<IConnectorProfileGrain>(form["id"].ToString()).CreateAsync(new CreateProfileRequest
        {
            Name = form["name"].ToString(),
            ClientId = form["client_id"].ToString().Trim() is { Length: > 0 } clientId ? clientId : null,
            ClientSecret = form["client_secret"].ToString().Trim() is { Length: > 0 } secret ? new Secret(secret) : null,
            EnabledActions = chosen.Count == catalog.All.Count ? null : chosen,
        }, cancellationToken);
        return result is ProfileResult.Failed { Error: var error } ? New(http, forms, chosen, form, error) : Results.LocalRedirect($"/ui/profiles/{form["id"]}?done=created");
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, IAccountDirectory accounts, CancellationToken cancellationToken) =>
        await PageAsync(id, http, forms, grains, catalog, accounts, new Shown
        {
            Says = http.Request.Query["done"].ToString() switch { "created" => "The profile is created; Autodesk accepted its credentials.", "saved" => "Saved. The accounts of the profile are verified again.", "secret" => "The secret is changed; Autodesk accepted it.", "limits" => "The limits are saved.", "retired" => "Retired.", _ => null },
        }, cancellationToken);

    private static async Task<IResult> ChangeAsync(string id, HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, IAccountDirectory accounts, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, forms, cancellationToken) is not { } form) return Results.LocalRedirect($"/ui/profiles/{id}");
        var chosen = Known(catalog, form["action"].OfType<string>());
        var change = new UpdateProfileRequest { Name = form["name"].ToString(), EnabledActions = chosen.Count == catalog.All.Count ? null : chosen, EnableAllActions = chosen.Count == catalog.All.Count };
        var profile = grains.GetGrain<IConnectorProfileGrain>(id);
        if (form["do"] == "save")
        {
            return await profile.UpdateAsync(change, cancellationToken) is ProfileResult.Failed { Error: var refusal }
                ? await PageAsync(id, http, forms, grains, catalog, accounts, new Shown { Name = change.Name, Chosen = chosen, Error = refusal }, cancellationToken)
                : Results.LocalRedirect($"/ui/profiles/{id}?done=saved");
        }

        var preview = await profile.PreviewAsync(change, cancellationToken);
        return await PageAsync(id, http, forms, grains, catalog, accounts, new Shown { Name = change.Name, Chosen = chosen, Error = preview.Error, Preview = preview.Preview }, cancellationToken);
    }

    private static async Task<IResult> RotateAsync(string id, HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, IAccountDirectory accounts, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, forms, cancellationToken) is not { } form) return Results.LocalRedirect($"/ui/profiles/{id}");
        var error = form["client_secret"].ToString().Trim() is not { Length: > 0 } secret ? RequestErrors.NoNewSecret()
            : await grains.GetGrain<IConnectorProfileGrain>(id).RotateCredentialsAsync(null, new Secret(secret), cancellationToken) is ProfileResult.Failed { Error: var refusal } ? refusal : null;
        return error is null ? Results.LocalRedirect($"/ui/profiles/{id}?done=secret") : await PageAsync(id, http, forms, grains, catalog, accounts, new Shown { Error = error }, cancellationToken);
    }

    private static async Task<IResult> LimitAsync(string id, HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, IAccountDirectory accounts, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, forms, cancellationToken) is not { } form) return Results.LocalRedirect($"/ui/profiles/{id}");
        var groups = new Dictionary<string, int>();
        foreach (var line in form["quota_groups"].ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            groups[line.Split(':')[0].Trim()] = Number(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]) ?? 0; // The grain says which numbers and groups there are.
        var limits = new ProfileLimits { RequestsPerMinute = Number(form["requests_per_minute"].ToString()), ParallelReads = Number(form["parallel_reads"].ToString()), QuotaGroups = groups };
        return await grains.GetGrain<IConnectorProfileGrain>(id).SetLimitsAsync(limits, cancellationToken) is ProfileResult.Failed { Error: var refusal }
            ? await PageAsync(id, http, forms, grains, catalog, accounts, new Shown { Error = refusal }, cancellationToken)
            : Results.LocalRedirect($"/ui/profiles/{id}?done=limits");

        // Nothing is "no limit"; what is no number is a number that no limit can be.
        static int? Number(string text) => text.Trim().Length == 0 ? null : int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static async Task<IResult> LinkAsync(
        string id, HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, IAccountDirectory accounts, IOptions<LinkingOptions> options, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, forms, cancellationToken) is not { } form) return Results.LocalRedirect($"/ui/profiles/{id}");
        var request = new ConnectSessionRequest { OriginOwnerId = form["owner_id"].ToString(), OriginOwnerName = form["owner_name"].ToString(), ProfileId = id };
        var (token, result) = await ConnectSessionEndpoints.OpenAsync(grains, request);
        return await PageAsync(id, http, forms, grains, catalog, accounts, new Shown
        {
            Error = result.Error, LinkOwner = request.OriginOwnerName, Link = result.Session is null ? null : ConnectSessionEndpoints.LinkUrl(ConnectSessionEndpoints.OriginOf(http.Request), options.Value, token),
        }, cancellationToken);
    }

    private static async Task<IResult> RetireAsync(string id, HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, IAccountDirectory accounts, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, forms, cancellationToken) is not { } form) return Results.LocalRedirect($"/ui/profiles/{id}");
        var error = form["confirm"] != id ? new HubError(ErrorCode.InvalidInput, ErrorSource.Caller, "The id that was typed is not the profile's.") { NextStep = $"Type {id} to retire it." }
            : await grains.GetGrain<IConnectorProfileGrain>(id).RetireAsync(cancellationToken) is ProfileResult.Failed { Error: var refusal } ? refusal : null;
        return error is null ? Results.LocalRedirect($"/ui/profiles/{id}?done=retired") : await PageAsync(id, http, forms, grains, catalog, accounts, new Shown { Error = error }, cancellationToken);
    }

    private static async Task<IResult> PageAsync(
        string id, HttpContext http, IAntiforgery forms, IGrainFactory grains, ActionCatalog catalog, IAccountDirectory accounts, Shown shown, CancellationToken cancellationToken)
    {
        if (await grains.GetGrain<IConnectorProfileGrain>(id).DescribeAsync() is not ProfileResult.Described { Profile: var profile }) return Results.LocalRedirect("/ui/profiles");
        return UiPage.Of<ProfilePage>(http, new
        {
            Profile = profile,
            catalog.All,
            Chosen = shown.Chosen ?? profile.EnabledActions ?? [.. catalog.All.Select(action => action.Id)],
            Name = shown.Name ?? profile.Name,
            Accounts = await accounts.CountAsync(new AccountFilter { ProfileIds = [id] }, cancellationToken),
            shown.Preview,
            shown.Error,
            shown.Says,
            shown.Link,
            shown.LinkOwner,
            Caller = Caller.Of(http.User),
            Antiforgery = UiAccess.FormTokenOf(http, forms),
        }, shown.Error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    private static IResult New(HttpContext http, IAntiforgery forms, IReadOnlyList<string> chosen, IFormCollection? form, HubError? error) => UiPage.Of<NewProfilePage>(
        http,
        new
        {
            Chosen = chosen, Name = form?["name"].ToString() ?? "", ProfileId = form?["id"].ToString() ?? "", ClientId = form?["client_id"].ToString() ?? "", Error = error, Caller = Caller.Of(http.User), Antiforgery = UiAccess.FormTokenOf(http, forms),
        },
        error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);

    private static IReadOnlyList<string> Known(ActionCatalog catalog, IEnumerable<string> ids)
    {
        var wanted = ids.ToHashSet();
        return [.. catalog.All.Where(action => wanted.Contains(action.Id)).Select(action => action.Id)];
    }

    /// <summary>The form; null when it does not carry the page's own token.</summary>
    private static async Task<IFormCollection?> ReadAsync(HttpContext http, IAntiforgery forms, CancellationToken cancellationToken) =>
        http.Request.HasFormContentType && await forms.IsRequestValidAsync(http) ? await http.Request.ReadFormAsync(cancellationToken) : null;

    /// <summary>What a page shows beside the profile.</summary>
    private sealed record Shown
    {
        public string? Name { get; init; }

        public IReadOnlyList<string>? Chosen { get; init; }

        public ProfilePreview? Preview { get; init; }

        public HubError? Error { get; init; }

        public string? Says { get; init; }

        public string? Link { get; init; }

        public string? LinkOwner { get; init; }
    }
}
