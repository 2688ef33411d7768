using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>Finds what a /data path names, and refuses what the app may not see.</summary>
internal static class ProjectData
{
    public static IResult With(ApsCall call, Func<EmulatedProject, IResult> handler)
    {
        var id = call.Path("project_id");
        var project = call
            .State.Accounts.Values.SelectMany(account => account.Projects)
            .FirstOrDefault(project => project.HubProjectId == id && project.StatusAt(call.Now) == "active");
        if (project is null)
            return Answers.JsonApiError(404, "NOT_FOUND", "The project was not found.");
        if (!project.Account.ProvisionedClientIds.Contains(call.App.ClientId))
            return Answers.JsonApiError(403, "FORBIDDEN", "You don't have permission to access this API");
        return handler(project);
    }

    public static IResult WithFolder(ApsCall call, Func<EmulatedFolder, IResult> handler) =>
        With(call, project => FindFolder(project, call.Path("folder_id")) is { } folder ? handler(folder) : NotFound("folder"));

    public static IResult WithItem(ApsCall call, Func<EmulatedItem, IResult> handler) =>
        With(call, project => FindItem(project, call.Path("item_id")) is { } item ? handler(item) : NotFound("item"));

    public static IResult WithVersion(ApsCall call, Func<EmulatedVersion, IResult> handler) =>
        With(
            call,
            project =>
                Items(project).SelectMany(item => item.Versions).FirstOrDefault(version => version.Id == call.Path("version_id"))
                    is { } version
                    ? handler(version)
                    : NotFound("version")
        );

    public static EmulatedFolder? FindFolder(EmulatedProject project, string? id) =>
        project.Root!.Tree().FirstOrDefault(folder => folder.Id == id);

    public static EmulatedItem? FindItem(EmulatedProject project, string? id) => Items(project).FirstOrDefault(item => item.Id == id);

    /// <summary>Refuses a body that is not JSON:API, or not of the type that the endpoint takes.</summary>
    public static IResult? Refuse(ApsCall call, string type)
    {
        if (call.Request.ContentType is not { } media || !media.StartsWith("application/vnd.api+json", StringComparison.OrdinalIgnoreCase))
            return Answers.JsonApiError(415, "UNSUPPORTED_MEDIA_TYPE", "The content type must be application/vnd.api+json.");
        if (call.Text("jsonapi", "version") != "1.0")
            return Answers.JsonApiError(400, "BAD_INPUT", "jsonapi.version must be 1.0.");
        return call.Text("data", "type") == type ? null : Answers.JsonApiError(400, "BAD_INPUT", $"data.type must be {type}.");
    }

    public static IResult NotFound(string what) => Answers.JsonApiError(404, "NOT_FOUND", $"The {what} was not found.");

    public static IEnumerable<EmulatedItem> Items(EmulatedProject project) => project.Root!.Tree().SelectMany(folder => folder.Items);
}
