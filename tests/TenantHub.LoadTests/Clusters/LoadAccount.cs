using TenantHub.Accounts;
using TenantHub.Actions;

namespace TenantHub.LoadTests.Clusters;

/// <summary>A linked account that calls are made for.</summary>
/// <param name="Number">Its number in the scenario, from 0.</param>
/// <param name="Id">Its id.</param>
/// <param name="Emulated">Autodesk's side of it.</param>
/// <param name="Grain">Its grain, called as the hub's endpoints do.</param>
internal sealed record LoadAccount(int Number, string Id, AutodeskAccount Emulated, ILinkedAccountGrain Grain)
{
    /// <summary>The read that all scenarios use: one request to Autodesk, 1 KB or as much as the scenario wants.</summary>
    public Task<ActionResult> ReadAsync(TimeSpan? maxWait = null) =>
        Grain.RunActionAsync(new ActionRequest("autodesk_get_hub") { MaxWait = maxWait });

    /// <summary>The write that all scenarios use. Autodesk takes a name only once, and keeps the folders in the order in which they were
    /// made.</summary>
    public Task<ActionResult> CreateFolderAsync(string name, string? key = null) =>
        Grain.RunActionAsync(
            new ActionRequest("autodesk_create_folder")
            {
                Path = new Dictionary<string, string> { ["project_id"] = Emulated.Project! },
                Body = JsonBytes.From(NewFolder(name, Emulated.Folder!)),
                IdempotencyKey = key,
            }
        );

    public static object NewFolder(string name, string parent) =>
        new
        {
            jsonapi = new { version = "1.0" },
            data = new
            {
                type = "folders",
                attributes = new { name, extension = new { type = "folders:autodesk.bim360:Folder", version = "1.0" } },
                relationships = new { parent = new { data = new { type = "folders", id = parent } } },
            },
        };
}

/// <summary>An account at Autodesk.</summary>
/// <param name="Id">Autodesk's id.</param>
/// <param name="Project">A project in it, where there are projects.</param>
/// <param name="Folder">A folder in the project.</param>
internal sealed record AutodeskAccount(string Id, string? Project = null, string? Folder = null);
