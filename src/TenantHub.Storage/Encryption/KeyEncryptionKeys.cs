using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;

namespace TenantHub.Storage.Encryption;

/// <summary>The keys that protect the key ring: one that protects, and all that open.</summary>
internal sealed class KeyEncryptionKeys
{
    private readonly Dictionary<string, KeyEncryptionKey> _known = [];

    /// <summary>
    /// Takes the configured keys. An embedded silo in Development without one makes a key once and keeps it in a file: one path for all,
    /// and nothing to set up.
    /// </summary>
    public KeyEncryptionKeys(IOptions<KeyProtectionOptions> options, DataDirectory? directory = null)
    {
        var faults = new List<string>();
        var configured = Read(options.Value, _known, faults);
        if (faults.Count > 0)
            throw new OptionsValidationException(KeyProtectionOptions.SectionName, typeof(KeyProtectionOptions), faults);

        // The one that was made still opens what it protected when one is configured later.
        var path = directory is null ? null : Path.Combine(directory.KeysPath, "protection-key");
        var made = path is not null && (configured is null || File.Exists(path)) ? KeyEncryptionKey.From(ReadOrMake(path)) : null;
        if (made is not null)
            _known[made.Id] = made;
        Current = configured ?? made ?? throw new InvalidOperationException("The validator lets no silo without a key come so far.");
    }

    /// <summary>Gets the key that protects from now on.</summary>
    public KeyEncryptionKey Current { get; }

    public KeyEncryptionKey? Find(string id) => _known.GetValueOrDefault(id);

    /// <summary>Reads the options and says everything that is wrong with them.</summary>
    internal static KeyEncryptionKey? Read(KeyProtectionOptions options, Dictionary<string, KeyEncryptionKey> known, List<string> faults)
    {
        const string section = KeyProtectionOptions.SectionName;
        var hasKey = !string.IsNullOrEmpty(options.Key);
        var hasCertificate = !string.IsNullOrEmpty(options.CertificatePath);
        if (hasKey && hasCertificate)
            faults.Add(
                $"{section}:Key and {section}:CertificatePath are both set. Set the one that protects from now on; the other goes to PreviousKeys or PreviousCertificates."
            );

        var current =
            hasKey ? Add(ReadKey($"{section}:Key", options.Key!, faults))
            : hasCertificate
                ? Add(
                    ReadCertificate(
                        $"{section}:CertificatePath",
                        new()
                        {
                            Path = options.CertificatePath!,
                            KeyPath = options.CertificateKeyPath,
                            Password = options.CertificatePassword,
                        },
                        faults
                    )
                )
            : null;
        for (var i = 0; i < options.PreviousKeys.Count; i++)
            Add(ReadKey($"{section}:PreviousKeys:{i}", options.PreviousKeys[i], faults));
        for (var i = 0; i < options.PreviousCertificates.Count; i++)
            Add(ReadCertificate($"{section}:PreviousCertificates:{i}", options.PreviousCertificates[i], faults));
        return current;

        KeyEncryptionKey? Add(KeyEncryptionKey? key)
        {
            if (key is not null)
                known[key.Id] = key;
            return key;
        }
    }

    /// <summary>The folder is for its owner only.</summary>
    private static byte[] ReadOrMake(string path)
    {
        if (File.Exists(path))
            return Convert.FromBase64String(File.ReadAllText(path).Trim());
        var key = RandomNumberGenerator.GetBytes(AesGcmBox.KeyBytes);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(key)));
        file.Flush(flushToDisk: true); // The database, which it will open, is flushed too.
        return key;
    }

    private static KeyEncryptionKey? ReadKey(string name, string text, List<string> faults)
    {
        var bytes = new byte[64];
        if (Convert.TryFromBase64String(text.Trim(), bytes, out var length) && length == AesGcmBox.KeyBytes)
            return KeyEncryptionKey.From(bytes[..length]);
        faults.Add($"{name} is not 32 bytes in base64. Make one with: openssl rand -base64 32");
        return null;
    }

    private static KeyEncryptionKey? ReadCertificate(string name, CertificateFile file, List<string> faults)
    {
        try
        {
            return KeyEncryptionKey.From(Load(file));
        }
        catch (Exception exception)
            when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add(
                $"{name}: the certificate {file.Path} cannot be used ({exception.Message.TrimEnd('.')}). It must be RSA, with its private key: PKCS#12, or PEM with the key in it or beside it (the key path); check the password too."
            );
            return null;
        }
    }

    private static X509Certificate2 Load(CertificateFile file)
    {
        var pem = file.KeyPath is not null || File.ReadAllText(file.Path).Contains("-----BEGIN", StringComparison.Ordinal);
        if (!pem)
            return X509CertificateLoader.LoadPkcs12FromFile(file.Path, file.Password, X509KeyStorageFlags.EphemeralKeySet);
        return string.IsNullOrEmpty(file.Password)
            ? X509Certificate2.CreateFromPemFile(file.Path, file.KeyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(file.Path, file.Password, file.KeyPath);
    }
}
