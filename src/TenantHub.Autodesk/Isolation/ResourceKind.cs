namespace TenantHub.Autodesk.Isolation;

/// <summary>What an id in an action's input or answer names. Every id is declared to be one of these, and each has its rule
/// (docs/adr/0013).</summary>
public enum ResourceKind
{
    /// <summary>Nothing that exists: a word of the caller's own, such as the key of a new bucket.</summary>
    None,

    /// <summary>A row to keep in a list that shows the account's own things anyway.</summary>
    Filter,

    /// <summary>A folder beside the project that holds it; Autodesk looks for it there only. So are the next six.</summary>
    Folder,

    /// <summary>An item of the project.</summary>
    Item,

    /// <summary>A version of an item of the project.</summary>
    Version,

    /// <summary>A member of the account or project.</summary>
    User,

    /// <summary>A company of the account.</summary>
    Company,

    /// <summary>A role of the project.</summary>
    Role,

    /// <summary>A business unit of the account.</summary>
    BusinessUnit,

    /// <summary>An upload that was begun; Autodesk looks for it under its object only.</summary>
    Upload,

    /// <summary>The account's hub: its own or none.</summary>
    Hub,

    /// <summary>A project: Autodesk must have shown that it is the account's.</summary>
    Project,

    /// <summary>A folder to watch, which no project in the path holds: seen in the account's projects, or found in the project that the
    /// body names.</summary>
    WatchedFolder,

    /// <summary>A version to copy from, which may lie in another project: seen in the account's projects, or found in the project of the
    /// path.</summary>
    CopiedVersion,

    /// <summary>A bucket: created through TenantHub for this account, unless the profile shares buckets.</summary>
    Bucket,

    /// <summary>An object: in such a bucket; or in Autodesk's own, when the account reserved it or has seen it in a version of its
    /// own.</summary>
    Object,

    /// <summary>A webhook: created through TenantHub for this account.</summary>
    Webhook,

    /// <summary>A signed URL: given to this account.</summary>
    SignedUrl,
}
