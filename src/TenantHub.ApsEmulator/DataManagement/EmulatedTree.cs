using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Oss;

namespace TenantHub.ApsEmulator.DataManagement;

/// <summary>A folder of a project.</summary>
internal sealed class EmulatedFolder(EmulatedProject project, EmulatedFolder? parent, string name, string key, DateTimeOffset createdAt)
{
    public EmulatedProject Project { get; } = project;

    public EmulatedFolder? Parent { get; set; } = parent;

    public string Id { get; } = $"urn:adsk.{project.Account.Wip}:fs.folder:co.{key}";

    public string Name { get; set; } = name;

    public bool Hidden { get; set; }

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset ModifiedAt { get; set; } = createdAt;

    public List<EmulatedFolder> Folders { get; } = [];

    public List<EmulatedItem> Items { get; } = [];

    public int Depth => Parent is null ? 0 : Parent.Depth + 1;

    public EmulatedFolder Add(string name, DateTimeOffset now)
    {
        var folder = new EmulatedFolder(Project, this, name, Ids.Short(Id, name, Folders.Count), now);
        Folders.Add(folder);
        return folder;
    }

    /// <summary>This folder and everything below it.</summary>
    public IEnumerable<EmulatedFolder> Tree() => Folders.SelectMany(folder => folder.Tree()).Prepend(this);

    /// <summary>This folder and every one above it.</summary>
    public IEnumerable<EmulatedFolder> Path() => (Parent?.Path() ?? []).Append(this);

    public bool Holds(string name) =>
        Folders.Any(folder => Same(folder.Name, name) && !folder.Hidden) || Items.Any(item => Same(item.Name, name));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>An item: a file with its versions.</summary>
internal sealed class EmulatedItem(EmulatedFolder folder, string name, string key, DateTimeOffset createdAt)
{
    public EmulatedFolder Folder { get; set; } = folder;

    public string Id { get; } = $"urn:adsk.{folder.Project.Account.Wip}:dm.lineage:{key}";

    public string VersionPrefix { get; } = $"urn:adsk.{folder.Project.Account.Wip}:fs.file:vf.{key}";

    public string Name { get; set; } = name;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset ModifiedAt { get; set; } = createdAt;

    public List<EmulatedVersion> Versions { get; } = [];

    public EmulatedVersion Tip => Versions[^1];

    public EmulatedVersion AddVersion(string name, StoredObject? storage, DateTimeOffset now)
    {
        var version = new EmulatedVersion(this, Versions.Count + 1, name, storage, now);
        Versions.Add(version);
        (Name, ModifiedAt) = (name, now);
        return version;
    }
}

/// <summary>One version of an item; without storage it marks the item as deleted.</summary>
internal sealed record EmulatedVersion(EmulatedItem Item, int Number, string Name, StoredObject? Storage, DateTimeOffset CreatedAt)
{
    public string Id => $"{Item.VersionPrefix}?version={Number}";
}
