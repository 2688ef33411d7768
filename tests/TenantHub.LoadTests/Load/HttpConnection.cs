using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TenantHub.LoadTests.Load;

/// <summary>
/// One keep-alive connection that sends ready-made bytes and reads the answer without looking into it. HttpClient would cost as much CPU as
/// what is measured, on the cores that they share.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    public static async Task<HttpConnection> OpenAsync(Uri address)
    {
        var connection = new HttpConnection();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port));
        return connection;
    }

    /// <summary>Sends a request and reads its answer to the end; gives the status and the size of the body.</summary>
    /// <exception cref="IOException">The connection was cut, or the answer is no HTTP.</exception>
    public async ValueTask<(int Status, int BodyBytes)> SendAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request);
        (_start, _end) = (0, 0);
        int headerEnd;
        while ((headerEnd = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
            await FillAsync();
        var (status, length) = ReadHead(_buffer.AsSpan(_start, headerEnd + 2));
        _start += headerEnd + 4;
        if (length >= 0)
        {
            await SkipAsync(length);
            return (status, length);
        }

        var total = 0;
        while (true)
        {
            int lineEnd;
            while ((lineEnd = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
                await FillAsync();
            if (!Utf8Parser.TryParse(_buffer.AsSpan(_start, lineEnd), out int size, out _, 'x'))
                throw new IOException("A chunk without a size.");
            _start += lineEnd + 2;
            await SkipAsync(size + 2);
            if (size == 0)
                return (status, total);
            total += size;
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The status, and the length of the body; -1 for one in chunks.</summary>
    private static (int Status, int Length) ReadHead(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || !Utf8Parser.TryParse(head[9..12], out int status, out _))
            throw new IOException("No HTTP answer.");
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (line.Length < 16 || (line[0] | 0x20) != 'c')
                continue;
            if (
                Ascii.EqualsIgnoreCase(line[..15], "content-length:"u8)
                && Utf8Parser.TryParse(line[15..].TrimStart((byte)' '), out int length, out _)
            )
                return (status, length);
        }

        return (status, status is 204 or 304 ? 0 : -1);
    }

    private async ValueTask SkipAsync(int bytes)
    {
        while (true)
        {
            var here = Math.Min(bytes, _end - _start);
            (_start, bytes) = (_start + here, bytes - here);
            if (bytes == 0)
                return;
            await FillAsync();
        }
    }

    private async ValueTask FillAsync()
    {
        if (_start == _end)
            (_start, _end) = (0, 0);
        if (_end == _buffer.Length)
        {
            if (_start == 0)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            else
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
        if (read == 0)
            throw new IOException("The connection was closed.");
        _end += read;
    }
}
