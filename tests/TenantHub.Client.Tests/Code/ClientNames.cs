using System.Globalization;
using System.Text;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Client.Code;

/// <summary>How the client's C# calls what the catalog names.</summary>
internal static class ClientNames
{
    private const string Vendor = "autodesk_";
    private static readonly string[] HeaderPrefixes = ["x-ads-", "x-"];

    /// <summary>ListHubs for autodesk_list_hubs.</summary>
    public static string Of(ActionDefinition action) =>
        Pascal(action.Id.StartsWith(Vendor, StringComparison.Ordinal) ? action.Id[Vendor.Length..] : action.Id);

    /// <summary>FilterId for filter[id], Region for x-ads-region, Filters for filter[*].</summary>
    public static string Of(ActionParameter parameter)
    {
        if (parameter.IsFilterPattern)
            return "Filters";
        if (parameter.Fill is AccountValue.ActingUser)
            return "ActAsUserId"; // Autodesk has several names for it, and user ids beside it.
        var prefix =
            parameter.In is ParameterPlace.Header
                ? HeaderPrefixes.FirstOrDefault(prefix => parameter.Name.StartsWith(prefix, StringComparison.Ordinal))
                : null;
        return Pascal(parameter.Name[(prefix?.Length ?? 0)..]);
    }

    public static string Pascal(string name)
    {
        var text = new StringBuilder();
        var begins = true;
        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter))
            {
                begins = true;
                continue;
            }

            text.Append(begins ? char.ToUpper(letter, CultureInfo.InvariantCulture) : letter);
            begins = false;
        }

        return text.ToString();
    }

    /// <summary>A text as it may stand in an XML comment: one line, escaped.</summary>
    public static string Doc(string text) =>
        text.ReplaceLineEndings(" ")
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .TrimEnd();
}
