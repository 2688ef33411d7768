namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>Renames, moves and removes folders and items, however it was asked for, and raises what Autodesk raises.</summary>
internal static class FolderChanges
{
    public static void Apply(EmulatorState state, EmulatedFolder folder, string? name, EmulatedFolder? parent, bool? hidden)
    {
        var (from, renamed) = (folder.Parent, name is not null && name != folder.Name);
        folder.Name = name ?? folder.Name;
        folder.ModifiedAt = state.Clock.Now;
        if (renamed)
            DataEvents.Raise(state, "dm.folder.modified", folder);
        if (parent is not null && parent != from)
        {
            from?.Folders.Remove(folder);
            parent.Folders.Add(folder);
            folder.Parent = parent;
            DataEvents.Raise(state, "dm.folder.moved", folder);
            if (from is not null)
                DataEvents.Raise(state, "dm.folder.moved.out", folder, from);
        }

        if (hidden is null || hidden == folder.Hidden)
            return;
        folder.Hidden = hidden.Value;
        DataEvents.Raise(state, folder.Hidden ? "dm.folder.deleted" : "dm.folder.added", folder);
    }

    /// <summary>What people do to a file in Docs; the API for apps has no way to rename or move one.</summary>
    public static void Apply(EmulatorState state, EmulatedItem item, string? name, EmulatedFolder? folder, bool deleted)
    {
        var from = item.Folder;
        item.ModifiedAt = state.Clock.Now;
        if (name is not null && name != item.Name)
        {
            item.Name = name;
            item.Versions[^1] = item.Tip with { Name = name };
            DataEvents.Raise(state, "dm.version.modified", item.Tip);
        }

        if (folder is not null && folder != from)
        {
            from.Items.Remove(item);
            folder.Items.Add(item);
            item.Folder = folder;
            DataEvents.Raise(state, "dm.version.moved", item.Tip);
            DataEvents.Raise(state, "dm.version.moved.out", item.Tip, from);
        }

        if (!deleted || item.Tip.Storage is null)
            return;
        item.AddVersion(item.Name, null, state.Clock.Now);
        DataEvents.Raise(state, "dm.version.deleted", item.Tip);
    }
}
