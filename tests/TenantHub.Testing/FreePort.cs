using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TenantHub.Testing;

/// <summary>
/// Ports on loopback that nobody listens on. They lie below those that Linux gives to outgoing connections (from 32768), so that no
/// connection takes a port before its server listens, or while that server restarts. A process gets none twice; where it begins is random,
/// because others look too.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 22_000;

    private static int _tried = RandomNumberGenerator.GetInt32(Count);

    public static int Find()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, First + (Interlocked.Increment(ref _tried) % Count));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }

    public static int[] Find(int count) => [.. Enumerable.Range(0, count).Select(_ => Find())];
}
