using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using TenantHub.Storage;

namespace TenantHub.Server.Hosting;

/// <summary>How servers find and reach each other. An embedded server is alone, on localhost; servers that share a database meet in
/// it.</summary>
internal static class ServerNetwork
{
    private const string SectionName = "TenantHub:Orleans";

    public static ISiloBuilder UseServerNetwork(this ISiloBuilder silo, IHostEnvironment environment)
    {
        silo.AddIncomingGrainCallFilter<ClientCallFilter>().AddOutgoingGrainCallFilter<UndeliveredCallFilter>().UseClusterTls(environment);
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, PortCheck>();
        var settings = silo.Configuration.GetSection(SectionName).Get<NetworkOptions>() ?? new NetworkOptions();
        var faults = new List<ValidationResult>();
        if (!Validator.TryValidateObject(settings, new ValidationContext(settings), faults, validateAllProperties: true))
            throw new OptionsValidationException(
                SectionName,
                typeof(NetworkOptions),
                faults.Select(fault => $"{SectionName}: {fault.ErrorMessage}")
            );
        var isAlone = DatabaseSetting.Read(silo.Configuration) is null;
        var gatewayPort = settings.Gateway ?? !isAlone ? settings.GatewayPort : 0; // Zero opens none.
        if (isAlone)
            return silo.UseLocalhostClustering(
                settings.SiloPort,
                gatewayPort,
                serviceId: settings.ServiceId,
                clusterId: settings.ClusterId
            );

        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.ClusterId, settings.ServiceId));
        if (settings.AdvertisedAddress is { } address)
            silo.ConfigureEndpoints(Resolve(address), settings.SiloPort, gatewayPort, settings.ListenOnAnyAddress);
        else
            silo.ConfigureEndpoints(settings.SiloPort, gatewayPort, listenOnAnyHostAddress: settings.ListenOnAnyAddress); // The first address of this host that is not loopback.
        if (gatewayPort == 0)
            silo.Configure<EndpointOptions>(endpoints => endpoints.GatewayListeningEndpoint = null); // Else it would listen on a free port.
        return silo;
    }

    private static IPAddress Resolve(string address)
    {
        try
        {
            return IPAddress.TryParse(address, out var known) ? known
                : Dns.GetHostAddresses(address) is [var first, ..] ? first
                : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException exception)
        {
            throw new OptionsValidationException(
                SectionName,
                typeof(NetworkOptions),
                [
                    $"{SectionName}:AdvertisedAddress \"{address}\" is neither an IP address nor a name that can be resolved ({exception.SocketErrorCode}).",
                ]
            );
        }
    }
}

/// <summary>The settings of Orleans' network.</summary>
internal sealed class NetworkOptions
{
    /// <summary>Gets or sets the port on which servers talk to each other. It belongs on a private network.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Gets or sets whether Orleans clients may connect.</summary>
    /// <value>The default is yes in a cluster and no for an embedded server.</value>
    public bool? Gateway { get; set; }

    /// <summary>Gets or sets the port for Orleans clients. It belongs on a private network.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Gets or sets the address, or a name for it, under which the other servers reach this one.</summary>
    public string? AdvertisedAddress
    {
        get;
        set => field = string.IsNullOrWhiteSpace(value) ? null : value; // An environment variable that is set to nothing is not set.
    }

    /// <summary>Gets or sets whether to listen on every address, where the advertised one is not one of this host's own (behind a port
    /// mapping).</summary>
    public bool ListenOnAnyAddress { get; set; }

    /// <summary>Gets or sets the name of the cluster: servers with one name and one database work together.</summary>
    [Required(AllowEmptyStrings = false)]
    [MaxLength(150)]
    public string ClusterId { get; set; } = "tenanthub";

    /// <summary>Gets or sets the name of the service, which stays when a cluster is replaced by another.</summary>
    [Required(AllowEmptyStrings = false)]
    [MaxLength(150)]
    public string ServiceId { get; set; } = "tenanthub";
}
