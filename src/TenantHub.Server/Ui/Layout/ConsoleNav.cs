using TenantHub.Server.Docs;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Layout;

/// <summary>One entry of the console's menu.</summary>
/// <param name="Name">The word.</param>
/// <param name="Href">Where it leads.</param>
/// <param name="Policy">What its page needs.</param>
internal sealed record ConsoleNav(string Name, string Href, string Policy)
{
    private static readonly ConsoleNav[] All =
    [
        new("Overview", "/ui", Policies.Read),
        new("Accounts", "/ui/accounts", Policies.Read),
        new("Conflicts", "/ui/conflicts", Policies.ReadShared),
        new("Agents", "/ui/agents", Policies.Read),
        new("Approvals", "/ui/approvals", Policies.OperateShared),
        new("Quotas", "/ui/quotas", Policies.ReadShared),
        new("Calls", "/ui/calls", Policies.Read),
        new("Audit", "/ui/audit", Policies.OperateShared),
        new("Keys", "/ui/keys", Policies.Administer),
        new("Profiles", "/ui/profiles", Policies.OperateShared),
        new("Setup guide", "/ui/guide", Policies.Read),
        new("Cluster", "/ui/cluster", Policies.OperateShared),
        new("Docs", DocContents.Home, Policies.Read),
    ];

    /// <summary>What the caller may see.</summary>
    public static IEnumerable<ConsoleNav> For(Caller? caller) =>
        All.Where(entry => caller is not null && Policies.Allows(caller, entry.Policy));

    /// <summary>Whether the page at the path is this one, or belongs to it.</summary>
    public bool IsAt(string path) => path == Href || (Href != "/ui" && path.StartsWith(Href + "/", StringComparison.Ordinal));
}
