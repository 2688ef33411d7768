using System.Buffers;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Orleans.Storage;
using TenantHub.Configuration;
using TenantHub.Storage.Encryption;

namespace TenantHub.Storage;

/// <summary>
/// Grain state as <c>{"v":1,"type":"...","state":{...}}</c>. The type is the state's own stable name, never a .NET name, so that code can
/// be moved without touching data. Secrets are sealed on the way.
/// </summary>
internal sealed class GrainStateSerializer(IDataProtectionProvider protection) : IGrainStorageSerializer
{
    private const int Version = 1;
    private const string SecretPurpose = "TenantHub.Secret.v1";

    private readonly ConcurrentDictionary<Type, StateFormat> _formats = new();

    public BinaryData Serialize<T>(T? input)
    {
        var format = FormatOf(typeof(T));
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteNumber("v", Version);
        writer.WriteString("type", format.Name);
        writer.WritePropertyName("state");
        JsonSerializer.Serialize(writer, input, format.Options);
        writer.WriteEndObject();
        writer.Flush();
        return new BinaryData(buffer.WrittenMemory);
    }

    public T Deserialize<T>(BinaryData input)
    {
        try
        {
            return Read<T>(input);
        }
        catch (StorageException fault) when (fault.IsDamage && typeof(T).IsAssignableTo(typeof(IDamageTolerant)))
        {
            var anew = Activator.CreateInstance<T>();
            ((IDamageTolerant)anew!).Damage = fault.Message;
            return anew;
        }
    }

    private T Read<T>(BinaryData input)
    {
        var format = FormatOf(typeof(T));
        try
        {
            using var envelope = JsonDocument.Parse(input.ToMemory());
            var version = envelope.RootElement.GetProperty("v").GetInt32();
            if (version != Version)
                throw new StorageException(
                    $"A stored {format.Name} has format version {version}; this TenantHub reads {Version}. Start the newer TenantHub that wrote it."
                )
                {
                    IsDamage = true,
                };
            var name = envelope.RootElement.GetProperty("type").GetString();
            if (name != format.Name)
                throw new StorageException(
                    $"A stored state is a {name}, not a {format.Name}: two grains use one state name. Give each its own."
                )
                {
                    IsDamage = true,
                };
            return envelope.RootElement.GetProperty("state").Deserialize<T>(format.Options) ?? throw new JsonException();
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The cause is left out: a parser's message may quote what it could not read.
            throw new StorageException($"A stored {format.Name} is not readable ({exception.GetType().Name}). Restore it from a backup.")
            {
                IsDamage = true,
            };
        }
    }

    private StateFormat FormatOf(Type type) =>
        _formats.GetOrAdd(
            type,
            static (type, protection) =>
            {
                var name = type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? type.Name;
                var options = StorageJson.Create();

                // The state's name is part of the purpose: a sealed value that is copied into another kind of state does not open there.
                options.Converters.Insert(0, new SealedSecretJsonConverter(protection.CreateProtector(SecretPurpose, name), name));
                return new StateFormat(name, options);
            },
            protection
        );

    private sealed record StateFormat(string Name, JsonSerializerOptions Options);
}
