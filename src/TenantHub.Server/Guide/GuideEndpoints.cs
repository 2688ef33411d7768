using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Linking;

namespace TenantHub.Server.Guide;

/// <summary>The setup guide as JSON; /ui/guide shows the same to people. It holds nothing that is not public.</summary>
internal static class GuideEndpoints
{
    public static RouteGroupBuilder MapGuide(this IEndpointRouteBuilder app)
    {
        var guide = app.MapGroup("/guide").WithTags("Profiles");
        guide
            .MapGet("/", Get)
            .WithName("get_guide")
            .WithSummary("What an Autodesk app needs for a choice of actions, step by step")
            .Takes(ActionChoice.Parameters)
            .Produces<GuideResponse>();
        return guide;
    }

    private static IResult Get(HttpRequest request, ActionCatalog catalog)
    {
        var (chosen, error) = ActionChoice.Read(request.Query, catalog);
        if (chosen is null)
            return new ErrorResult(error!);
        var origin = ConnectSessionEndpoints.OriginOf(request);
        return Results.Json(
            GuideResponse.From(
                ActionChoice.Guide(origin, chosen, request.Query["client_id"].ToString()),
                ActionChoice.ShareUrl(origin, [.. chosen.Select(action => action.Id)], catalog)
            ),
            JsonBody.Options
        );
    }
}

/// <summary>A choice of actions, as it stands in a query.</summary>
internal static class ActionChoice
{
    public static readonly DescribedParameter[] Parameters =
    [
        ("actions", "The chosen actions, separated by commas; all when left out."),
        ("client_id", "The app's client id, to put it into the texts."),
    ];

    /// <summary>Reads the choice; without one, all actions are chosen.</summary>
    public static (IReadOnlyList<ActionDefinition>? Chosen, ServiceError? Error) Read(IQueryCollection query, ActionCatalog catalog)
    {
        var read = new QueryReader(query, Parameters);
        var ids = read.Values("actions").Distinct().ToList();
        foreach (var id in ids.Where(id => catalog.Find(id) is null).Take(10))
            read.Refuse("actions", $"\"{(id.Length <= 60 ? id : id[..60])}\" is no action; see GET /actions.");
        if (read.Error is { } error)
            return (null, error);
        return (
            ids.Count == 0 && !query.ContainsKey("actions") ? catalog.All : [.. catalog.All.Where(action => ids.Contains(action.Id))],
            null
        );
    }

    /// <summary>The ids that a page's address chooses, as far as they are known; without a choice, all actions are chosen.</summary>
    public static IReadOnlyList<string> Known(IQueryCollection query, ActionCatalog catalog)
    {
        var wanted = query.ContainsKey("actions") ? query["actions"].ToString().Split(',').ToHashSet() : null;
        return [.. catalog.All.Select(action => action.Id).Where(id => wanted is null || wanted.Contains(id))];
    }

    /// <summary>The guide for the choice.</summary>
    /// <param name="origin">The address of the server.</param>
    /// <param name="chosen">The choice.</param>
    /// <param name="clientId">The app's client id, when it is known; empty when not.</param>
    public static SetupGuide Guide(string origin, IReadOnlyList<ActionDefinition> chosen, string clientId) =>
        SetupGuide.For(chosen, $"{origin}/callback", clientId is { Length: > 0 and <= 255 } ? clientId : null);

    /// <summary>The page's address with the choice in it.</summary>
    public static string ShareUrl(string origin, IReadOnlyList<string> chosen, ActionCatalog catalog) =>
        $"{origin}/ui/guide{(chosen.Count == catalog.All.Count ? "" : $"?actions={string.Join(',', chosen)}")}";
}

/// <summary>The setup guide on the wire.</summary>
internal sealed record GuideResponse(
    IReadOnlyList<string> Actions,
    IReadOnlyList<GuideGroup> Scopes,
    IReadOnlyList<GuideGroup> ApiProducts,
    GuideNeed CustomIntegration,
    GuideNeed ActingUser,
    IReadOnlyList<GuideStep> Steps,
    string Url
)
{
    public static GuideResponse From(SetupGuide guide, string url) =>
        new(
            guide.Needs.Actions,
            [.. guide.Needs.Scopes.Select(scope => new GuideGroup(scope.Key, AutodeskScopes.Describe(scope.Key), scope.Value))],
            [.. guide.Needs.ApiProducts.Select(product => new GuideGroup(product.Key, null, product.Value))],
            new(guide.Needs.CustomIntegration.Count > 0, guide.Needs.CustomIntegration),
            new(guide.Needs.ActingUser.Count > 0, guide.Needs.ActingUser),
            guide.Steps,
            url
        );
}

/// <summary>A scope or an API product with the actions that need it.</summary>
internal sealed record GuideGroup(string Name, string? Description, IReadOnlyList<string> Actions);

/// <summary>Something that is needed, and for which actions.</summary>
internal sealed record GuideNeed(bool Needed, IReadOnlyList<string> Actions);
