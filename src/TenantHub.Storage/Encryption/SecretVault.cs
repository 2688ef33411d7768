using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using TenantHub.Secrets;

namespace TenantHub.Storage.Encryption;

/// <summary>
/// Envelope encryption (docs/adr/0009). A value is sealed with the owner's data key: AES-256-GCM, a random nonce, owner and name as
/// associated data. The data key is wrapped by the key ring, under a purpose that holds the owner. So changing the key ring touches no
/// value.
/// </summary>
internal sealed class SecretVault(IDataProtectionProvider protection) : ISecretVault
{
    private const string Purpose = "TenantHub.DataKey.v1";

    public SealedSecrets Seal(string owner, IReadOnlyDictionary<string, Secret> secrets, SealedSecrets? before = null)
    {
        var key = before is null ? RandomNumberGenerator.GetBytes(AesGcmBox.KeyBytes) : Unwrap(owner, before.DataKey);
        try
        {
            var wrapped = before?.DataKey ?? Convert.ToBase64String(Wrapper(owner).Protect(key));
            return new SealedSecrets(
                wrapped,
                secrets.ToDictionary(secret => secret.Key, secret => Seal(key, owner, secret.Key, secret.Value))
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public IReadOnlyDictionary<string, Secret> Open(string owner, SealedSecrets stored)
    {
        var key = Unwrap(owner, stored.DataKey);
        try
        {
            return stored.Values.ToDictionary(value => value.Key, value => Open(key, owner, value.Key, value.Value));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private IDataProtector Wrapper(string owner) => protection.CreateProtector(Purpose, owner);

    private static string Seal(byte[] key, string owner, string name, Secret secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret.Reveal());
        try
        {
            return Convert.ToBase64String(AesGcmBox.Seal(key, plain, Associated(owner, name)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static Secret Open(byte[] key, string owner, string name, string value)
    {
        try
        {
            var plain = AesGcmBox.Open(key, Convert.FromBase64String(value), Associated(owner, name));
            var secret = new Secret(Encoding.UTF8.GetString(plain));
            CryptographicOperations.ZeroMemory(plain);
            return secret;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or ArgumentException)
        {
            // The cause is left out: it says nothing more, and a parser's message may quote the value.
            throw new StorageException(
                $"The stored secret \"{name}\" of {owner} was changed, or was sealed for another owner. Restore the database from a backup, or set the credentials again."
            )
            {
                IsDamage = true,
            };
        }
    }

    private byte[] Unwrap(string owner, string dataKey)
    {
        try
        {
            return Wrapper(owner).Unprotect(Convert.FromBase64String(dataKey));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            throw new StorageException(
                $"The data key of {owner} cannot be opened: the key that wrapped it is not in the key ring, or the value was changed. "
                    + "Restore the key ring from the same backup as the database (docs/key-management.md), or set the credentials again.",
                exception as CryptographicException
            ) // Data Protection's message names the missing key and never the data.
            {
                IsDamage = true,
            };
        }
    }

    private static byte[] Associated(string owner, string name) => Encoding.UTF8.GetBytes($"{owner}\n{name}");
}
