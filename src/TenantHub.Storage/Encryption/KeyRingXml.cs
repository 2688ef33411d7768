using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace TenantHub.Storage.Encryption;

/// <summary>Seals the secret part of an entry of the key ring: AES-256-GCM with a one-time key, which the key-encryption key
/// wraps.</summary>
internal sealed class KeyRingXmlEncryptor(KeyEncryptionKey key) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(KeyRingXml.Seal(plaintextElement, key), typeof(KeyRingXmlDecryptor));
}

/// <summary>
/// Opens what <see cref="KeyRingXmlEncryptor"/> has sealed. Data Protection stores this type's name in the key ring and makes it by that
/// name: it must never be moved or renamed.
/// </summary>
internal sealed class KeyRingXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) =>
        KeyRingXml.Open(encryptedElement, services.GetRequiredService<KeyEncryptionKeys>());
}

/// <summary>The sealed form: <c>&lt;sealed key="..."&gt;&lt;wrapped/&gt;&lt;value/&gt;&lt;/sealed&gt;</c>.</summary>
internal static class KeyRingXml
{
    private const string Element = "sealed";
    private const string KeyAttribute = "key";

    public static XElement Seal(XElement plain, KeyEncryptionKey key)
    {
        var once = RandomNumberGenerator.GetBytes(AesGcmBox.KeyBytes);
        var value = AesGcmBox.Seal(
            once,
            Encoding.UTF8.GetBytes(plain.ToString(SaveOptions.DisableFormatting)),
            Encoding.UTF8.GetBytes(key.Id)
        );
        return new XElement(
            Element,
            new XAttribute(KeyAttribute, key.Id),
            new XElement("wrapped", Convert.ToBase64String(key.Wrap(once))),
            new XElement("value", Convert.ToBase64String(value))
        );
    }

    public static XElement Open(XElement box, KeyEncryptionKeys keys)
    {
        var key =
            keys.Find(KeyId(box) ?? "")
            ?? throw new StorageException(
                $"The key ring is protected by {KeyId(box)}, which is not configured. Add that key or certificate to TenantHub:KeyProtection (PreviousKeys or PreviousCertificates when it is an earlier one)."
            );
        try
        {
            var once = key.Unwrap(Convert.FromBase64String(box.Element("wrapped")!.Value));
            return XElement.Parse(
                Encoding.UTF8.GetString(
                    AesGcmBox.Open(once, Convert.FromBase64String(box.Element("value")!.Value), Encoding.UTF8.GetBytes(key.Id))
                )
            );
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or NullReferenceException)
        {
            throw new StorageException("An entry of the key ring was changed and does not open. Restore the key ring from a backup.");
        }
    }

    /// <summary>The id of the key-encryption key that protects a sealed element; null when it is sealed by something else.</summary>
    public static string? KeyId(XElement box) => box.Name == Element ? box.Attribute(KeyAttribute)?.Value : null;
}
