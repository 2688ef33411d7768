using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace TenantHub.Server.Hosting;

/// <summary>
/// Looks whether the silo's ports are free before the silo does anything. Orleans shares a port with whoever listens there; and a server
/// that is started twice by mistake would first declare the one that runs at its address dead, and only then find out.
/// </summary>
internal sealed class PortCheck(IOptions<EndpointOptions> options) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(PortCheck), ServiceLifecycleStage.First, CheckAsync);

    private Task CheckAsync(CancellationToken cancellationToken)
    {
        var endpoints = options.Value;
        Check(endpoints.SiloListeningEndpoint ?? new IPEndPoint(endpoints.AdvertisedIPAddress, endpoints.SiloPort));
        if (endpoints.GatewayPort != 0)
            Check(endpoints.GatewayListeningEndpoint ?? new IPEndPoint(endpoints.AdvertisedIPAddress, endpoints.GatewayPort));
        return Task.CompletedTask;
    }

    private static void Check(IPEndPoint endpoint)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endpoint); // Which fails while somebody listens there, even if they would share.
    }
}
