using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TenantHub.Server.Hosting;

/// <summary>
/// A server's certificate and the authority that everybody else's must come from, read from PEM files. The files are read again at every
/// handshake, which are few, so that a renewal takes effect without a restart. What cannot be used (half written, a key that does not fit
/// yet) is passed over, and the pair that was read before goes on being used.
/// </summary>
internal sealed partial class ClusterCertificate(ClusterTlsOptions options, ILogger<ClusterCertificate> logger) : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly Lock _reading = new();
    private Read? _current;

    /// <summary>Reads the files for the first time; says what is wrong with them, null when nothing is.</summary>
    public string? Fault()
    {
        try
        {
            lock (_reading)
                _current = ReadFiles();
            return Allows(_current.Own, ServerAuth) && Allows(_current.Own, ClientAuth)
                ? null
                : $"{options.CertificateFile} must be allowed for serverAuth and clientAuth (extended key usage): a server is both to other servers.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"the files of {ClusterTlsOptions.SectionName} cannot be used: {exception.Message}";
        }
    }

    /// <summary>The server's own certificate as the files have it now.</summary>
    public X509Certificate2 Own => Current().Own;

    /// <summary>Whether the other side is a server: only servers' certificates are allowed for serverAuth.</summary>
    public bool IsServer(X509Certificate2 other) => IsTrusted(other, ServerAuth);

    /// <summary>Whether the other side may be a client.</summary>
    public bool IsClient(X509Certificate2 other) => IsTrusted(other, ClientAuth);

    public void Dispose() => _current?.Own.Dispose();

    /// <summary>The chain must end at this authority, now. What the machine trusts otherwise does not count; neither do names, because the
    /// authority is for servers alone.</summary>
    private bool IsTrusted(X509Certificate2 other, string purpose)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Current().Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // Certificates of a private authority are short-lived instead.
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return Allows(other, purpose) && chain.Build(other);
    }

    /// <summary>A certificate that names no purpose has none here, or a client's could pass for a server's.</summary>
    private static bool Allows(X509Certificate2 certificate, string purpose) =>
        certificate
            .Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == purpose));

    private Read Current()
    {
        lock (_reading)
        {
            try
            {
                return _current = ReadFiles();
            }
            catch (Exception exception)
                when (_current is not null && exception is IOException or UnauthorizedAccessException or CryptographicException)
            {
                LogNotRead(exception, options.CertificateFile!);
                return _current!;
            }
        }
    }

    private Read ReadFiles()
    {
        var (certificate, key, authority) = (
            File.ReadAllText(options.CertificateFile!),
            File.ReadAllText(options.KeyFile!),
            File.ReadAllText(options.AuthorityFile!)
        );
        if (_current is { } known && known.Certificate == certificate && known.Key == key && known.AuthorityText == authority)
            return known;
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPem(authority);
        if (trusted.Count == 0)
            throw new CryptographicException($"{options.AuthorityFile} holds no certificate.");
        var own = X509Certificate2.CreateFromPem(certificate, key);
        if (_current is not null)
            LogRenewed(own.Subject, own.NotAfter.ToUniversalTime());
        return new Read(certificate, key, authority, own, trusted); // The one before is not disposed: a handshake may be using it.
    }

    [LoggerMessage(
        7301,
        LogLevel.Error,
        "The cluster's certificate files could not be read again; the certificate read before from {File} goes on being used"
    )]
    private partial void LogNotRead(Exception exception, string file);

    [LoggerMessage(7302, LogLevel.Information, "The cluster's certificate was renewed: {Subject}, valid until {NotAfter}")]
    private partial void LogRenewed(string subject, DateTime notAfter);

    private sealed record Read(
        string Certificate,
        string Key,
        string AuthorityText,
        X509Certificate2 Own,
        X509Certificate2Collection Authority
    );
}
