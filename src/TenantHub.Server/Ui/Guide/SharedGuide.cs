using TenantHub.Autodesk.Catalog;
using TenantHub.Server.Guide;
using TenantHub.Server.Linking;
using TenantHub.Server.Ui.Access;

namespace TenantHub.Server.Ui.Guide;

/// <summary>
/// The guide's address can be sent to somebody who has no API key. Who is not signed in and opens it gets the steps as a page that is only
/// read; the live page, with its WebSocket, stays for those who have signed in.
/// </summary>
internal static class SharedGuide
{
    public const string Live = "/ui/guide";
    public const string Steps = "/ui/guide/steps";

    public static void MapSharedGuide(this IEndpointRouteBuilder app) =>
        app.MapGet(
                Steps,
                async (HttpContext http, ActionCatalog catalog) =>
                {
                    var origin = ConnectSessionEndpoints.OriginOf(http.Request);
                    var chosen = ActionChoice.Known(http.Request.Query, catalog);
                    return UiPage.Of<GuideStepsPage>(
                        http,
                        new
                        {
                            Guide = ActionChoice.Guide(
                                origin,
                                [.. chosen.Select(id => catalog.Find(id)!)],
                                http.Request.Query["client_id"].ToString()
                            ),
                            Url = ActionChoice.ShareUrl(origin, chosen, catalog),
                            Query = http.Request.QueryString.ToString(),
                            IsSignedIn = await UiAccess.FindCallerAsync(http) is not null,
                        }
                    );
                }
            )
            .AllowAnonymous()
            .ExcludeFromDescription();
}
