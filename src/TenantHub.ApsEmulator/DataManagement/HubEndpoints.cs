using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>/project/v1: hubs, projects, top folders. Source: datamanagement.yaml.</summary>
internal static class HubEndpoints
{
    public static void Map(ApsEndpoints aps)
    {
        aps.Map("GET", "/project/v1/hubs", ApiProducts.DataManagement, ["data:read"], "hubs", ListHubs);
        aps.Map(
            "GET",
            "/project/v1/hubs/{hub_id}",
            ApiProducts.DataManagement,
            ["data:read"],
            "hub",
            call => WithHub(call, account => Answers.JsonApi(200, JsonApiFaces.Document(call.Request.Path, JsonApiFaces.Hub(account))))
        );
        aps.Map(
            "GET",
            "/project/v1/hubs/{hub_id}/projects",
            ApiProducts.DataManagement,
            ["data:read"],
            "hub-projects",
            call => WithHub(call, account => ListProjects(call, account))
        );
        aps.Map(
            "GET",
            "/project/v1/hubs/{hub_id}/projects/{project_id}",
            ApiProducts.DataManagement,
            ["data:read"],
            "project",
            call =>
                WithProject(call, project => Answers.JsonApi(200, JsonApiFaces.Document(call.Request.Path, JsonApiFaces.Project(project))))
        );
        aps.Map(
            "GET",
            "/project/v1/hubs/{hub_id}/projects/{project_id}/hub",
            ApiProducts.DataManagement,
            ["data:read"],
            "hub",
            call =>
                WithProject(
                    call,
                    project => Answers.JsonApi(200, JsonApiFaces.Document(call.Request.Path, JsonApiFaces.Hub(project.Account)))
                )
        );
        aps.Map(
            "GET",
            "/project/v1/hubs/{hub_id}/projects/{project_id}/topFolders",
            ApiProducts.DataManagement,
            ["data:read"],
            "top-folders",
            call =>
                WithProject(
                    call,
                    project =>
                        Answers.JsonApi(
                            200,
                            JsonApiFaces.Document(
                                call.Request.Path,
                                new JsonArray([.. project.Root!.Folders.Where(folder => !folder.Hidden).Select(JsonApiFaces.Folder)])
                            )
                        )
                )
        );
    }

    /// <summary>An account that does not know the app is simply not in the list.</summary>
    private static IResult ListHubs(ApsCall call)
    {
        var ids = call.QueryList("filter[id]");
        var names = call.QueryList("filter[name]");
        var hubs = call
            .State.Accounts.Values.Where(account => account.ProvisionedClientIds.Contains(call.App.ClientId))
            .Where(account => !call.State.SilentRegions.Contains(account.Region))
            .Where(account => ids.Count == 0 || ids.Contains(account.HubId))
            .Where(account => names.Count == 0 || names.Contains(account.Name))
            .Select(JsonApiFaces.Hub);
        var document = JsonApiFaces.Document("/project/v1/hubs", new JsonArray([.. hubs]));
        if (HubWarnings.Of(call) is { Count: > 0 } warnings)
            document["meta"] = new JsonObject { ["warnings"] = warnings };
        return Answers.JsonApi(200, document);
    }

    private static IResult ListProjects(ApsCall call, EmulatedAccount account)
    {
        var ids = call.QueryList("filter[id]");
        return PagedJsonApi.Answer(
            call,
            [
                .. account
                    .Projects.Where(project => project.StatusAt(call.Now) == "active")
                    .Where(project => ids.Count == 0 || ids.Contains(project.HubProjectId)),
            ],
            JsonApiFaces.Project
        );
    }

    private static IResult WithHub(ApsCall call, Func<EmulatedAccount, IResult> handler)
    {
        var hub = call.Path("hub_id");
        if (!hub.StartsWith("b.", StringComparison.Ordinal) || !call.State.Accounts.ContainsKey(hub[2..]))
            return Answers.JsonApiError(404, "NOT_FOUND", "The hub was not found.");
        return call.Provisioned(hub[2..]) is { } account
            ? handler(account)
            : Answers.JsonApiError(403, "BIM360DM_ERROR", "You don't have permission to access this API");
    }

    private static IResult WithProject(ApsCall call, Func<EmulatedProject, IResult> handler) =>
        WithHub(
            call,
            account =>
                account.Projects.Find(project => project.HubProjectId == call.Path("project_id") && project.StatusAt(call.Now) == "active")
                    is { } project
                    ? handler(project)
                    : Answers.JsonApiError(404, "NOT_FOUND", "The project was not found.")
        );
}
