using TenantHub.Autodesk.Catalog;

namespace TenantHub.Server.Ui.Quotas;

/// <summary>Names that people know for Autodesk's limits: the product, and the actions that count against the limit.</summary>
internal static class QuotaNames
{
    private const int MaxNamed = 2;

    /// <summary>For example "Data Management: list projects"; the group's own name when no action counts against it.</summary>
    public static string NameOfQuota(this ActionCatalog catalog, string group)
    {
        var actions = catalog.All.Where(action => action.QuotaGroupName == group).ToList();
        if (actions.Count == 0)
            return group;
        var labels = actions.Take(MaxNamed).Select(action => InSentence(action.Label));
        var more = actions.Count > MaxNamed ? $" and {actions.Count - MaxNamed} more" : "";
        return $"{actions[0].Product}: {string.Join(actions.Count == MaxNamed ? " and " : ", ", labels)}{more}";
    }

    /// <summary>Labels are written as titles: "List Projects". Words that are all capitals stay.</summary>
    private static string InSentence(string title) =>
        string.Join(
            ' ',
            title.Split(' ').Select(word => word.Length > 1 && word.Skip(1).All(char.IsUpper) ? word : word.ToLowerInvariant())
        );
}
