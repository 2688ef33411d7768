using System.Text.Json;

namespace TenantHub.Autodesk;

/// <summary>
/// Reads strings out of JSON from outside. What is not there, is no string, or is one that .NET cannot hold (half of a surrogate pair), is
/// null and never an exception.
/// </summary>
public static class LenientJson
{
    /// <summary>The string.</summary>
    /// <param name="element">What may be a string.</param>
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
    /// <param name="element">Where the path begins.</param>
    /// <param name="path">The members' names.</param>
    public static string? Text(this JsonElement element, params ReadOnlySpan<string> path) => element.Member(path)?.Text();

    /// <summary>The value at the path of members.</summary>
    /// <param name="element">Where the path begins.</param>
    /// <param name="path">The members' names.</param>
    public static JsonElement? Member(this JsonElement element, params ReadOnlySpan<string> path)
    {
        try
        {
            foreach (var name in path)
            {
                if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
                    return null;
            }

            return element;
        }
        catch (InvalidOperationException)
        {
            return null; // A neighbour's name is such a string.
        }
    }
}
