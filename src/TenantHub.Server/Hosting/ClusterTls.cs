using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Connections.Security;
using TenantHub.Storage;

namespace TenantHub.Server.Hosting;

/// <summary>
/// Mutual TLS on Orleans' ports. A server takes another for one when its certificate comes from the cluster's own authority and is allowed
/// for
/// serverAuth; a client's is allowed for clientAuth only, so it opens the gateway and never the silo port.
/// </summary>
internal static class ClusterTls
{
    /// <summary>Adds it when certificates are set. A cluster in Production does not start without, unless its operator answers for the
    /// network.</summary>
    public static ISiloBuilder UseClusterTls(this ISiloBuilder silo, IHostEnvironment environment)
    {
        var options = silo.Configuration.GetSection(ClusterTlsOptions.SectionName).Get<ClusterTlsOptions>() ?? new();
        if (options.Fault() is { } incomplete)
            throw Invalid(incomplete);
        if (!options.IsSet)
        {
            return environment.IsDevelopment() || options.NetworkIsPrivate || DatabaseSetting.Read(silo.Configuration) is null
                ? silo
                : throw Invalid(
                    $"{ClusterTlsOptions.SectionName} is not set, so secrets would go between servers in clear text and whoever reaches the ports could join. Set CertificateFile, KeyFile and AuthorityFile; "
                        + $"or set {ClusterTlsOptions.SectionName}:NetworkIsPrivate to true when nothing but the servers reaches the ports. See docs/security.md."
                );
        }

        silo.Services.AddSingleton(provider => new ClusterCertificate(options, provider.GetRequiredService<ILogger<ClusterCertificate>>()));
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<ClusterCertificate>(Configure);
        return silo;
    }

    private static void Configure(SiloConnectionOptions connections, ClusterCertificate certificate)
    {
        if (certificate.Fault() is { } unusable)
            throw Invalid(unusable);
        var servers = Options(certificate);
        servers.RemoteCertificateValidation = (other, _, _) => certificate.IsServer(other);
        var clients = Options(certificate);
        clients.RemoteCertificateValidation = (other, _, _) => certificate.IsClient(other);
        connections.ConfigureSiloInboundConnection(connection => connection.UseServerTls(servers));
        connections.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(servers));
        connections.ConfigureGatewayInboundConnection(connection => connection.UseServerTls(clients));
    }

    private static TlsOptions Options(ClusterCertificate certificate) =>
        new()
        {
            LocalServerCertificateSelector = (_, _) => certificate.Own,
            LocalClientCertificateSelector = (_, _, _, _, _) => certificate.Own,
            RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        };

    private static OptionsValidationException Invalid(string fault) =>
        new(ClusterTlsOptions.SectionName, typeof(ClusterTlsOptions), [fault]);
}

/// <summary>The certificates of Orleans' ports, as PEM files. They may be replaced while the server runs.</summary>
internal sealed class ClusterTlsOptions
{
    public const string SectionName = "TenantHub:Orleans:Tls";

    /// <summary>Gets or sets the server's certificate, allowed for serverAuth and clientAuth.</summary>
    /// <value>The default is none: the ports are not protected.</value>
    public string? CertificateFile { get; set; }

    /// <summary>Gets or sets the certificate's private key, not encrypted.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Gets or sets the certificates of the cluster's own authority; two while one takes over from the other.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>Gets or sets whether the operator answers for it that nothing but the servers reaches Orleans' ports. Then a cluster in
    /// Production starts without certificates.</summary>
    /// <value>The default is no.</value>
    public bool NetworkIsPrivate { get; set; }

    public bool IsSet => !string.IsNullOrWhiteSpace(CertificateFile);

    /// <summary>Half a set-up must not look like a whole one.</summary>
    public string? Fault() =>
        new[] { CertificateFile, KeyFile, AuthorityFile }.Count(file => !string.IsNullOrWhiteSpace(file)) is 0 or 3
            ? null
            : $"{SectionName} needs CertificateFile, KeyFile and AuthorityFile together.";
}
