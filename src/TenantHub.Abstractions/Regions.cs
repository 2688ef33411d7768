using System.Collections.Frozen;

namespace TenantHub;

/// <summary>The data regions of Autodesk Construction Cloud, in Autodesk's own spelling.</summary>
/// <remarks>Source: Autodesk's OpenAPI files. "APAC" is the old name of AUS, "UK" is what user interfaces show for GBR.</remarks>
public static class Regions
{
    /// <summary>What Autodesk assumes when no region is named.</summary>
    public const string Default = "US";

    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["US"] = "US",
        ["EMEA"] = "EMEA",
        ["EU"] = "EMEA",
        ["AUS"] = "AUS",
        ["APAC"] = "AUS",
        ["CAN"] = "CAN",
        ["DEU"] = "DEU",
        ["IND"] = "IND",
        ["JPN"] = "JPN",
        ["GBR"] = "GBR",
        ["UK"] = "GBR",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets every region, in Autodesk's order.</summary>
    public static IReadOnlyList<string> All { get; } = ["US", "EMEA", "AUS", "CAN", "DEU", "IND", "JPN", "GBR"];

    /// <summary>Gives Autodesk's spelling of a region, or null when there is no such region.</summary>
    /// <param name="name">A region in any case, or one of the old names EU, APAC and UK.</param>
    public static string? Normalize(string name) => Names.GetValueOrDefault(name.Trim());
}
