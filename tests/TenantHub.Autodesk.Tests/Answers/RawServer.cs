using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TenantHub.Autodesk.Answers;

/// <summary>A server that answers every request with the same bytes, whatever they are, and then closes the connection; it counts what it
/// saw.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _seen = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _answer;
    private readonly Task _serving;

    public RawServer(byte[] answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Gets the head and body of each request, in their order.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    /// <summary>A whole answer with the body's length.</summary>
    public static byte[] Answer(int status, string headers, byte[] body) =>
        [
            .. Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status} X\r\n{(headers.Length == 0 ? "" : headers + "\r\n")}Content-Length: {body.Length}\r\n\r\n"
            ),
            .. body,
        ];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                _seen.Enqueue(await ReadRequestAsync(stream));
                await stream.WriteAsync(_answer, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or SocketException or IOException or InvalidOperationException)
        {
            // The test has ended.
        }
    }

    private async Task<string> ReadRequestAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
                return text.ToString();
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            var whole = text.ToString();
            if (whole.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var head and >= 0 && whole.Length - head - 4 >= LengthOf(whole))
                return whole;
        }
    }

    private static int LengthOf(string head)
    {
        const string Name = "Content-Length: ";
        var start = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return start < 0
            ? 0
            : int.Parse(
                head.AsSpan(start + Name.Length)[..head.AsSpan(start + Name.Length).IndexOf('\r')],
                System.Globalization.CultureInfo.InvariantCulture
            );
    }
}
