using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;

namespace TenantHub.Storage.Encryption;

/// <summary>
/// Writes the secrets of one state type sealed, and opens them again. It stands in the serializer's options, where it comes before the
/// redacting converter that <see cref="Secret"/> names itself; everywhere else a secret is written as "[redacted]".
/// </summary>
internal sealed class SealedSecretJsonConverter(IDataProtector protector, string stateType) : JsonConverter<Secret>
{
    /// <summary>Says what the string is, and leaves room for another way of sealing beside this one.</summary>
    private const string Prefix = "sealed.v1.";

    public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var value = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        if (!value.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new StorageException(
                $"A secret in a stored {stateType} is not sealed the way this version seals it. Start the version that wrote it, or set the credentials again."
            )
            {
                IsDamage = true,
            };
        }

        try
        {
            return new Secret(protector.Unprotect(value[Prefix.Length..]));
        }
        catch (CryptographicException exception)
        {
            // Data Protection's own message names the missing key and never the data.
            throw new StorageException(
                $"A secret in a stored {stateType} cannot be opened: the key that sealed it is not in the key ring, or the value was changed. "
                    + "Restore the key ring from the same backup as the database (docs/key-management.md), or set the credentials again.",
                exception
            )
            {
                IsDamage = true,
            };
        }
    }

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Prefix + protector.Protect(value.Reveal()));
}
