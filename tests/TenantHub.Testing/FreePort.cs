using System.Net;
using System.Net.Sockets;

namespace TenantHub.Testing;

/// <summary>Ports on loopback that nobody listens on.</summary>
public static class FreePort
{
    public static int Find() => Find(1)[0];

    public static int[] Find(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
