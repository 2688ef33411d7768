using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;

namespace TenantHub.Storage.Encryption;

/// <summary>Writes a secret sealed and opens it again; used for grain state only. Everywhere else a secret is written as "[redacted]".</summary>
internal sealed class SealedSecretJsonConverter(IDataProtector protector) : JsonConverter<Secret>
{
    public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        try
        {
            return new Secret(protector.Unprotect(reader.GetString()!));
        }
        catch (CryptographicException)
        {
            // The inner exception is left out: it would carry nothing that helps, and this text must never hold what was read.
            throw new InvalidOperationException("A stored secret cannot be opened: the key that sealed it is not in the key ring. Restore the folder \"keys\" of the data directory from the same backup as the database, or link the account again.");
        }
    }

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(protector.Protect(value.Reveal()));
}
