using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub.Server.Hosting;

/// <summary>Enums as words in snake case. A word that is none of them is answered with those that are, in a sentence that begins with
/// <see cref="Refusal"/>.</summary>
internal sealed class EnumWordsConverter : JsonConverterFactory
{
    public const string Refusal = "must be one of";

    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Words<>).MakeGenericType(typeToConvert))!;

    private sealed class Words<T> : JsonConverter<T>
        where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType is JsonTokenType.String && WireName.TryParse<T>(reader.GetString()!.ToLowerInvariant(), out var value)
                ? value
                : throw new JsonException($"{Refusal} {string.Join(", ", Enum.GetValues<T>().Select(WireName.Of))}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(WireName.Of(value));
    }
}
