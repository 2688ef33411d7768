using System.Net;
using System.Net.Sockets;

namespace TenantHub.Testing;

/// <summary>
/// A line to a port of this machine that can fall silent, as a network does that is cut: connections stay open, new ones can be made, and
/// nothing comes through. It can also be slow.
/// </summary>
public sealed class SilentLine : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _silence = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    public SilentLine(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Gets or sets how long everything takes that goes to the port from now on.</summary>
    public TimeSpan Delay { get; set; }

    public void FallSilent() => _silence.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _silence.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var lines = new List<Task>();
        try
        {
            while (true)
                lines.Add(ConnectAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(lines);
        }
    }

    private async Task ConnectAsync(TcpClient near)
    {
        using (near)
        using (var far = new TcpClient())
        {
            try
            {
                if (!_silence.IsCancellationRequested)
                {
                    await far.ConnectAsync(IPAddress.Loopback, _target, _silence.Token);
                    await Task.WhenAny(
                        CopySlowlyAsync(near.GetStream(), far.GetStream()),
                        far.GetStream().CopyToAsync(near.GetStream(), _silence.Token)
                    );
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // Cut, or closed by one of the two.
            }

            if (_silence.IsCancellationRequested)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CopySlowlyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _silence.Token) is > 0 and var read)
        {
            if (Delay > TimeSpan.Zero)
                await Task.Delay(Delay, TimeProvider.System, _silence.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), _silence.Token);
        }
    }
}
