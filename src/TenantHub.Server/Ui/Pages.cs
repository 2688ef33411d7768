using TenantHub.Server.Ui.Access;
using TenantHub.Server.Ui.Link;
using TenantHub.Server.Ui.Profiles;

namespace TenantHub.Server.Ui;

/// <summary>Everything for people: the Link page, which needs no key but its token, and what belongs to it.</summary>
internal static class Pages
{
    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapUiAssets();
        app.MapLinkPages().AllowAnonymous();
        app.MapUiAccess().AllowAnonymous();
        app.MapProfilePages();
        app.MapConsole();
    }
}
