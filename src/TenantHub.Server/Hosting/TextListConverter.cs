using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantHub.Server.Hosting;

/// <summary>Reads lists of texts. .NET would let a null into them, which no reader of such a list expects.</summary>
internal sealed class TextListConverter : JsonConverter<IReadOnlyList<string>>
{
    public const string Refusal = "A list of texts must hold nothing else.";

    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
            throw new JsonException();
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is not JsonTokenType.String)
                throw new JsonException(Refusal);
            texts.Add(reader.GetString()!);
        }

        return texts;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var text in value)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
