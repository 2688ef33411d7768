using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub.Storage;

/// <summary>
/// How stored JSON is spelled: snake_case, enum values by name, so that moving an enum member changes nothing that is stored. Unknown
/// members are skipped, so a version before the last still reads what the last one wrote.
/// </summary>
internal static class StorageJson
{
    public static readonly JsonSerializerOptions Plain = Create();

    /// <summary>Reads what is stored in the plain form, which is never JSON's null.</summary>
    public static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Plain) ?? throw new JsonException();

    /// <inheritdoc cref="Read{T}(ReadOnlySpan{byte})"/>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Plain) ?? throw new JsonException();

    public static JsonSerializerOptions Create() =>
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        };
}
