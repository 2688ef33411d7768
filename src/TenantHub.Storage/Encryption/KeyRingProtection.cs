using System.Xml.Linq;
using Microsoft.Extensions.Logging;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Encryption;

/// <summary>
/// At every start: what in the key ring is protected by an earlier key, or not at all, is protected by the present one. So changing the
/// key-encryption key is: configure the new one beside the old one, restart, remove the old one. What no configured key opens stops the
/// start.
/// </summary>
internal sealed partial class KeyRingProtection(
    KeyEncryptionKeys keys,
    SqlKeyRepository ring,
    ILogger<KeyRingProtection> logger,
    DataDirectory? directory = null
)
{
    private static readonly XNamespace DataProtection = "http://schemas.asp.net/2015/03/dataProtection";
    private static readonly XName EncryptedSecret = DataProtection + "encryptedSecret";
    private static readonly XName RequiresEncryption = DataProtection + "requiresEncryption";

    /// <summary>Called before anything seals or opens: a ring that cannot be read must not get a new entry in place of the old
    /// ones.</summary>
    public async Task ProtectAllAsync(CancellationToken cancellationToken)
    {
        if (directory is not null)
            await TakeOverFilesAsync(directory.KeysPath, cancellationToken);
        var changed = 0;
        foreach (var (name, xml) in await ring.ReadAsync(cancellationToken))
        {
            if (!Protect(xml))
                continue;
            await ring.StoreAsync(name, xml, cancellationToken);
            changed++;
        }

        if (changed > 0)
            LogProtected(changed, keys.Current.Id);
    }

    /// <summary>Earlier versions kept the ring as files in the data directory. A file goes once the database has its content.</summary>
    private async Task TakeOverFilesAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.GetFiles(folder, "*.xml"))
        {
            var xml = XElement.Parse(await File.ReadAllTextAsync(file, cancellationToken));
            Protect(xml);
            await ring.StoreAsync(Path.GetFileNameWithoutExtension(file), xml, cancellationToken);
            File.Delete(file);
            LogTakenOver(file);
        }
    }

    /// <summary>Changes the entry; false when it is as it should be.</summary>
    private bool Protect(XElement entry)
    {
        var sealedByOther = entry
            .Descendants(EncryptedSecret)
            .Where(secret => KeyRingXml.KeyId(secret.Elements().Single()) != keys.Current.Id)
            .ToList();
        foreach (var secret in sealedByOther)
            secret.ReplaceWith(Sealed(KeyRingXml.Open(secret.Elements().Single(), keys)));
        var plain = entry.Descendants().Where(element => (bool?)element.Attribute(RequiresEncryption) is true).ToList();
        foreach (var secret in plain)
            secret.ReplaceWith(Sealed(secret));
        return sealedByOther.Count + plain.Count > 0;
    }

    /// <summary>The element that Data Protection itself would have written.</summary>
    private XElement Sealed(XElement plain)
    {
        var info = new KeyRingXmlEncryptor(keys.Current).Encrypt(plain);
        return new XElement(
            EncryptedSecret,
            new XAttribute("decryptorType", info.DecryptorType.AssemblyQualifiedName!),
            info.EncryptedElement
        );
    }

    [LoggerMessage(5101, LogLevel.Information, "Key ring: {Count} entries are now protected by {KeyId}")]
    private partial void LogProtected(int count, string keyId);

    [LoggerMessage(5102, LogLevel.Information, "Key ring: {File} was taken over into the database and deleted")]
    private partial void LogTakenOver(string file);
}
