using System.Globalization;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>Data Management's events, with the payloads of Autodesk's callback pages.</summary>
internal static class DataEvents
{
    private const string UserId = "BW9RM76WZBGL";

    public static void Raise(EmulatorState state, string eventName, EmulatedFolder folder, EmulatedFolder? scope = null)
    {
        var payload = Payload(
            folder.Project,
            folder.CreatedAt,
            folder.ModifiedAt,
            folder.Name,
            folder.Id,
            folder.Parent ?? folder,
            state.Clock.Now
        );
        payload["hidden"] = folder.Hidden;
        Raise(state, eventName, folder.Id, folder.Project, scope ?? folder, payload);
    }

    public static void Raise(EmulatorState state, string eventName, EmulatedVersion version, EmulatedFolder? scope = null)
    {
        var item = version.Item;
        var payload = Payload(
            item.Folder.Project,
            version.CreatedAt,
            item.ModifiedAt,
            version.Name,
            version.Id,
            item.Folder,
            state.Clock.Now
        );
        payload["ext"] = Path.GetExtension(version.Name).TrimStart('.');
        payload["lineageUrn"] = item.Id;
        payload["version"] = version.Number.ToString(CultureInfo.InvariantCulture);
        payload["sizeInBytes"] = version.Storage?.Size ?? 0;
        payload["hidden"] = version.Storage is null;
        payload["indexable"] = true;
        payload["state"] = "CONTENT_AVAILABLE";
        Raise(state, eventName, version.Id, item.Folder.Project, scope ?? item.Folder, payload);
    }

    /// <summary>A version that came by an upload, or by copying another one.</summary>
    public static void RaiseAdded(EmulatorState state, EmulatedVersion version, EmulatedVersion? copiedFrom)
    {
        Raise(state, copiedFrom is null ? "dm.version.added" : "dm.version.copied", version);
        if (copiedFrom is not null)
            Raise(state, "dm.version.copied.out", copiedFrom);
    }

    /// <summary>The folders that come with a project, from when on it is active.</summary>
    public static void RaiseNewProject(EmulatorState state, EmulatedProject project)
    {
        foreach (var folder in project.Root!.Tree().Skip(1))
        {
            var payload = Payload(project, project.ActiveAt, project.ActiveAt, folder.Name, folder.Id, folder.Parent!, project.ActiveAt);
            var folders = folder.Path().Select(above => above.Id);
            state.Callbacks.Raise("data", "dm.folder.added", folder.Id, project, folders, payload, project.ActiveAt);
        }
    }

    private static void Raise(
        EmulatorState state,
        string eventName,
        string urn,
        EmulatedProject project,
        EmulatedFolder scope,
        JsonObject payload
    ) => state.Callbacks.Raise("data", eventName, urn, project, scope.Path().Select(folder => folder.Id), payload, state.Clock.Now);

    private static JsonObject Payload(
        EmulatedProject project,
        DateTimeOffset createdAt,
        DateTimeOffset modifiedAt,
        string name,
        string source,
        EmulatedFolder parent,
        DateTimeOffset at
    ) =>
        new()
        {
            ["name"] = name,
            ["source"] = source,
            ["parentFolderUrn"] = parent.Id,
            ["project"] = project.Id,
            ["tenant"] = project.Account.Id,
            ["createdTime"] = SampleContent.Iso(createdAt),
            ["modifiedTime"] = SampleContent.Iso(modifiedAt),
            ["timestamp"] = SampleContent.Iso(at),
            ["creator"] = UserId,
            ["modifiedBy"] = UserId,
            ["user_info"] = new JsonObject { ["id"] = UserId },
            ["ancestors"] = new JsonArray([
                .. parent.Path().Select(folder => new JsonObject { ["urn"] = folder.Id, ["name"] = folder.Name }),
            ]),
        };
}
