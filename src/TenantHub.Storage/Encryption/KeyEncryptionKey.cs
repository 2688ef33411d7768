using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TenantHub.Storage.Encryption;

/// <summary>A key that protects the key ring. It wraps the one-time key with which an entry of the ring is sealed.</summary>
internal abstract class KeyEncryptionKey(string id)
{
    /// <summary>Gets a name that gives nothing away; it stands beside what the key has protected.</summary>
    public string Id => id;

    public abstract byte[] Wrap(byte[] key);

    /// <exception cref="CryptographicException">It was not wrapped by this key, or was changed.</exception>
    public abstract byte[] Unwrap(byte[] wrapped);

    public static KeyEncryptionKey From(byte[] key) => new Symmetric(key);

    /// <exception cref="CryptographicException">The certificate has no RSA private key.</exception>
    public static KeyEncryptionKey From(X509Certificate2 certificate) =>
        new Certificate(
            certificate.Thumbprint,
            certificate.GetRSAPrivateKey() ?? throw new CryptographicException("The certificate has no RSA private key.")
        );

    private sealed class Symmetric(byte[] key)
        : KeyEncryptionKey("key-" + Convert.ToHexStringLower(HMACSHA256.HashData(key, "TenantHub.KeyProtection.id"u8))[..16])
    {
        public override byte[] Wrap(byte[] plain) => AesGcmBox.Seal(key, plain, Encoding.UTF8.GetBytes(Id));

        public override byte[] Unwrap(byte[] wrapped) => AesGcmBox.Open(key, wrapped, Encoding.UTF8.GetBytes(Id));
    }

    private sealed class Certificate(string thumbprint, RSA rsa) : KeyEncryptionKey("certificate-" + thumbprint.ToLowerInvariant())
    {
        public override byte[] Wrap(byte[] plain) => rsa.Encrypt(plain, RSAEncryptionPadding.OaepSHA256);

        public override byte[] Unwrap(byte[] wrapped) => rsa.Decrypt(wrapped, RSAEncryptionPadding.OaepSHA256);
    }
}
