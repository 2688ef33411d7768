using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TenantHub.Server.Hosting;

/// <summary>A private authority of a test's own, and the files that a hub reads.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    /// <summary>Every authority has the same name: whoever trusts a name instead of a key fails its test.</summary>
    private readonly X509Certificate2 _root = MakeRoot();

    public string Pem => _root.ExportCertificatePem() + "\n";

    public X509Certificate2 ForHub(TimeSpan? validFor = null) => Issue("CN=hub", [ServerAuth, ClientAuth], validFor);

    public X509Certificate2 ForClient() => Issue("CN=client", [ClientAuth], null);

    /// <summary>A certificate that names no purpose.</summary>
    public X509Certificate2 ForAnything() => Issue("CN=anything", [], null);

    /// <summary>Writes what a hub needs into a directory, and gives the settings that lead there.</summary>
    public Dictionary<string, string> Write(string directory, X509Certificate2? hub = null, string? authorities = null)
    {
        using var own = hub ?? ForHub();
        Directory.CreateDirectory(directory);
        var (certificate, key, authority) = (
            Path.Combine(directory, "tls.crt"),
            Path.Combine(directory, "tls.key"),
            Path.Combine(directory, "ca.crt")
        );
        File.WriteAllText(authority, authorities ?? Pem);
        File.WriteAllText(certificate, own.ExportCertificatePem());
        File.WriteAllText(key, own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return new()
        {
            ["TenantHub__Orleans__Gateway"] = "true",
            ["TenantHub__Orleans__Tls__CertificateFile"] = certificate,
            ["TenantHub__Orleans__Tls__KeyFile"] = key,
            ["TenantHub__Orleans__Tls__AuthorityFile"] = authority,
        };
    }

    public void Dispose() => _root.Dispose();

    private X509Certificate2 Issue(string name, string[] purposes, TimeSpan? validFor)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var usages = new OidCollection();
        foreach (var purpose in purposes)
            usages.Add(new Oid(purpose));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, includeKeyIdentifier: true, includeIssuerAndSerial: false)
        );
        if (purposes.Length > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        var end = TimeProvider.System.GetUtcNow() + (validFor ?? TimeSpan.FromHours(1));
        using var issued = request.Create(_root, _root.NotBefore, end, RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 MakeRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=TenantHub test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false)); // Two of one name are told apart by their keys.
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now - TimeSpan.FromDays(2), now + TimeSpan.FromDays(2));
    }
}
