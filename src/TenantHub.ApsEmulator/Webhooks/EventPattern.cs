using System.Text.RegularExpressions;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>The events of the systems, and the names that hooks give for several: * stands for any characters.</summary>
internal static class EventPattern
{
    public static readonly IReadOnlyDictionary<string, string[]> Known = new Dictionary<string, string[]>
    {
        ["data"] =
        [
            "dm.version.added",
            "dm.version.modified",
            "dm.version.deleted",
            "dm.version.moved",
            "dm.version.moved.out",
            "dm.version.copied",
            "dm.version.copied.out",
            "dm.lineage.reserved",
            "dm.lineage.unreserved",
            "dm.lineage.updated",
            "dm.folder.added",
            "dm.folder.modified",
            "dm.folder.deleted",
            "dm.folder.purged",
            "dm.folder.moved",
            "dm.folder.moved.out",
            "dm.folder.copied",
            "dm.folder.copied.out",
            "dm.operation.started",
            "dm.operation.completed",
        ],
        ["derivative"] = ["extraction.finished", "extraction.updated"],
        ["adsk.c4r"] = ["model.sync", "model.publish"],
        ["adsk.flc.production"] =
        [
            "item.clone",
            "item.create",
            "item.lock",
            "item.release",
            "item.unlock",
            "item.update",
            "workflow.transition",
        ],
        ["autodesk.construction.cost"] = ["budget.created-1.0", "budget.updated-1.0", "budget.deleted-1.0", "project.initialized-1.0"],
        ["autodesk.construction.bc"] = ["bid.created", "opportunity.created", "opportunity.status.updated"],
        ["autodesk.construction.issues"] =
        [
            "issue.created-1.0",
            "issue.updated-1.0",
            "issue.deleted-1.0",
            "issue.restored-1.0",
            "issue.unlinked-1.0",
        ],
        ["adsk.tandem"] = ["dt.alert", "dt.mutation", "dt.applyTemplate", "dt.removeTemplate"],
    };

    public static bool Fits(string pattern, string eventName)
    {
        var expression = Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal);
        return pattern == eventName || Regex.IsMatch(eventName, $@"\A{expression}\z", RegexOptions.CultureInvariant);
    }
}
