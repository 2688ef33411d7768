using System.Net;
using System.Net.Sockets;

namespace TenantHub.Server.Client;

/// <summary>
/// Stands between a client and the hub and loses the first answers: the request reaches the hub, which carries it out, and the connection
/// breaks when the
/// answer begins to come. It can also cut one connection in the middle, whichever way the bytes go.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _hub;
    private readonly Task _work;
    private int _answersToLose;
    private int _connections;
    private long _cutAfter = long.MaxValue;

    public CuttingProxy(Uri hub, int answersToLose = 0, int port = 0)
    {
        (_hub, _answersToLose, _listener) = (hub, answersToLose, new(IPAddress.Loopback, port));
        _listener.Start();
        _work = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Gets how many connections were opened to the hub.</summary>
    public int Connections => _connections;

    /// <summary>Cuts the next connection that carries so many bytes one way.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _cutAfter, bytes);

    /// <summary>Gets whether the cut is still to come.</summary>
    public bool WillCut => Interlocked.Read(ref _cutAfter) != long.MaxValue;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _work;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var hub = new TcpClient();
        using (client)
        {
            try
            {
                await hub.ConnectAsync(_hub.Host, _hub.Port, _stop.Token);
                Interlocked.Increment(ref _connections);
                var (near, far) = (client.GetStream(), hub.GetStream());
#pragma warning disable CA2025 // It ends with the connections.
                var up = PumpAsync(near, far, client);
#pragma warning restore CA2025
                await PumpAsync(far, near, client, Interlocked.Decrement(ref _answersToLose) >= 0);
                hub.Close();
                await up;
            }
            catch (Exception exception)
                when (exception is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // A side has gone.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream into, TcpClient client, bool isLost = false)
    {
        var (buffer, carried) = (new byte[64 * 1024], 0L);
        while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            carried += read;
            if (
                isLost || (carried > Interlocked.Read(ref _cutAfter) && Interlocked.Exchange(ref _cutAfter, long.MaxValue) != long.MaxValue)
            )
            {
                client.Client.Close(timeout: 0); // A reset, as when a process dies.
                from.Close();
                into.Close();
                return;
            }

            await into.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
