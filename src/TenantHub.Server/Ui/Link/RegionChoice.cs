namespace TenantHub.Server.Ui.Link;

/// <summary>The regions as customers' admins know them: by the address of their pages, where Autodesk gives each region one.</summary>
internal static class RegionChoice
{
    public static readonly IReadOnlyList<(string Value, string Text)> All =
    [
        ("US", "US: United States, acc.autodesk.com"),
        ("EMEA", "EMEA: Europe, acc.autodesk.eu"),
        ("AUS", "AUS: Australia"),
        ("CAN", "CAN: Canada, acc.can.autodesk.com"),
        ("DEU", "DEU: Germany"),
        ("IND", "IND: India"),
        ("JPN", "JPN: Japan"),
        ("GBR", "GBR: United Kingdom"),
    ];
}
