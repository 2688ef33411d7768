using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using Orleans.Storage;
using TenantHub.Storage.Encryption;

namespace TenantHub.Storage;

/// <summary>
/// Grain state as <c>{"v":1,"type":"...","state":{...}}</c>. The type is the state's own stable name, never a .NET name, so that code can be
/// renamed without touching data. Secrets are sealed on the way.
/// </summary>
internal sealed class GrainStateSerializer(IDataProtectionProvider protection) : IGrainStorageSerializer
{
    private const int Version = 1;

    private readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new SealedSecretJsonConverter(protection.CreateProtector("TenantHub.Secret.v1")),
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
        },
    };

    public BinaryData Serialize<T>(T? input) =>
        BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(new Envelope<T?>(Version, NameOf(typeof(T)), input), _options));

    public T Deserialize<T>(BinaryData input)
    {
        var envelope = JsonNode.Parse(input.ToMemory().Span)!;
        var (version, name) = ((int?)envelope["v"], (string?)envelope["type"]);
        if (version != Version)
            throw new InvalidOperationException($"A stored state has format version {version}, this TenantHub reads {Version}. Start the version that wrote it.");
        if (name != NameOf(typeof(T)))
            throw new InvalidOperationException($"A stored state is a {name}, not a {NameOf(typeof(T))}: two grains use one state name.");
        return envelope["state"].Deserialize<T>(_options)!;
    }

    private static string NameOf(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias ?? type.Name;

    private sealed record Envelope<T>([property: JsonPropertyName("v")] int V, [property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("state")] T State);
}
