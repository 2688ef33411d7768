namespace TenantHub.Server.Ui.Link;

/// <summary>The regions as customers' admins know them: by the address of their pages, where Autodesk gives each region one.</summary>
internal static class RegionChoice
{
    public static readonly IReadOnlyList<(string Value, string Text)> All =
    [
        ("US", "United States: acc.autodesk.com"),
        ("EMEA", "Europe, Middle East, Africa: acc.autodesk.eu"),
        ("AUS", "Australia"),
        ("CAN", "Canada: acc.can.autodesk.com"),
        ("DEU", "Germany"),
        ("IND", "India"),
        ("JPN", "Japan"),
        ("GBR", "United Kingdom"),
    ];
}
