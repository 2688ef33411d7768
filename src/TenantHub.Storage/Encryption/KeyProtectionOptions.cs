namespace TenantHub.Storage.Encryption;

/// <summary>
/// What protects the key ring: a 256-bit key or an X.509 certificate. Earlier ones only open what they have protected; at the next start
/// that is protected anew with the present one (docs/key-management.md).
/// </summary>
public sealed class KeyProtectionOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:KeyProtection";

    /// <summary>Gets or sets the key: 32 random bytes as base64.</summary>
    /// <value>The default is none; outside Development this or a certificate is needed.</value>
    public string? Key { get; set; }

    /// <summary>Gets earlier keys, and during a rolling change the next one.</summary>
    public IList<string> PreviousKeys { get; } = [];

    /// <summary>Gets or sets the file of an RSA certificate with its private key: PKCS#12, or PEM.</summary>
    /// <value>The default is none.</value>
    public string? CertificatePath { get; set; }

    /// <summary>Gets or sets the file of the private key, when the certificate is PEM and does not hold it.</summary>
    /// <value>The default is none.</value>
    public string? CertificateKeyPath { get; set; }

    /// <summary>Gets or sets the password of the PKCS#12 file or of the PEM key.</summary>
    /// <value>The default is none.</value>
    public string? CertificatePassword { get; set; }

    /// <summary>Gets earlier certificates, and during a rolling change the next one.</summary>
    public IList<CertificateFile> PreviousCertificates { get; } = [];
}

/// <summary>A certificate with its private key in files.</summary>
public sealed class CertificateFile
{
    /// <summary>Gets or sets the certificate's file: PKCS#12, or PEM.</summary>
    public string Path { get; set; } = "";

    /// <summary>Gets or sets the file of the private key, when the certificate is PEM and does not hold it.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Gets or sets the password.</summary>
    public string? Password { get; set; }
}
