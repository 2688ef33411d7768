using System.Collections.Frozen;
using System.Text.Json;

namespace TenantHub;

/// <summary>The snake_case spelling of enum values on the wire, made once.</summary>
public static class WireName
{
    /// <summary>Gives an enum value's wire name, for example <c>custom_integration_missing</c>.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="value">A defined value.</param>
    public static string Of<T>(T value)
        where T : struct, Enum => Table<T>.ToName[value];

    /// <summary>Reads a wire name.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <param name="name">The name; case matters.</param>
    /// <param name="value">The value when there is one of this name.</param>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum => Table<T>.ToValue.TryGetValue(name, out value);

    private static class Table<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ToName = Enum.GetValues<T>()
            .ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly FrozenDictionary<string, T> ToValue = ToName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);
    }
}
