using TenantHub.Server.Ui.Access;
using TenantHub.Server.Ui.Files;
using TenantHub.Server.Ui.Guide;
using TenantHub.Server.Ui.Link;

namespace TenantHub.Server.Ui;

/// <summary>Everything for people: the Link page, signing in, the shared guide, and the console.</summary>
internal static class Pages
{
    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapUiAssets();
        app.MapLinkPages().AllowAnonymous();
        app.MapUiAccess().AllowAnonymous();
        app.MapSharedGuide();
        app.MapFilePasses();
        app.MapConsole();
    }
}
