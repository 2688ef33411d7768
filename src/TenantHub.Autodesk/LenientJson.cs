using System.Text.Json;

namespace TenantHub.Autodesk;

/// <summary>
/// Reads strings out of JSON from outside. What is not there, is no string, or is one that .NET cannot hold (half of a surrogate pair), is
/// null and never an exception.
/// </summary>
internal static class LenientJson
{
    public static string? Text(this JsonElement element)
    {
        try
        {
            return element.ValueKind is JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The string at the path of members.</summary>
    public static string? Text(this JsonElement element, params ReadOnlySpan<string> path) => element.Member(path)?.Text();

    /// <summary>The value at the path of members.</summary>
    public static JsonElement? Member(this JsonElement element, params ReadOnlySpan<string> path)
    {
        try
        {
            foreach (var name in path)
            {
                if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
            }

            return element;
        }
        catch (InvalidOperationException)
        {
            return null; // A neighbour's name is such a string.
        }
    }
}
