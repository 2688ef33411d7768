using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace TenantHub.Events;

/// <summary>
/// Sends one event to one endpoint. The address is looked up and judged for every connection, which goes to the address that was
/// judged: a name that points elsewhere a moment later leads nowhere. No redirects, no proxy; a connection is used for a minute at most.
/// </summary>
internal sealed class EventSender : IDisposable
{
    private const string Private = "must not lead into a private network.";
    private static readonly HashSet<string> PrivateDomains =
    [
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "test",
        "invalid",
        "onion",
        "arpa",
        "svc",
    ];

    private readonly HttpClient _http;
    private readonly EventOptions _options;
    private readonly TimeProvider _clock;

    public EventSender(IOptions<EventOptions> options, TimeProvider clock)
    {
        (_options, _clock) = (options.Value, clock);
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
                ConnectTimeout = TimeSpan.FromSeconds(10),
                MaxResponseHeadersLength = 16,
                ConnectCallback = ConnectAsync,
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>What is wrong with an address; null when events may be sent to it. Names are judged when they are looked up.</summary>
    public string? Refuse(string url)
    {
        if (url.Length > 2000 || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
            return "must be an absolute address.";
        if (!url.All(letter => letter is > ' ' and < (char)127))
            return "must be ASCII; a name in another script is written with xn--.";
        if (url.Contains('\\', StringComparison.Ordinal) || uri.Port == 0)
            return "must not hold a backslash, or port 0.";
        if (uri.HostNameType is UriHostNameType.IPv4 && !url.Contains(uri.Host, StringComparison.Ordinal))
            return $"names the machine {uri.Host} in another way: write it so.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "must not hold a user name, a password or a fragment.";
        if (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && _options.AllowLoopback && uri.IsLoopback))
            return "must begin with https://.";
        if (IPAddress.TryParse(uri.IdnHost, out var address))
            return MayReach(address) ? null : Private;
        if (uri.IsLoopback)
            return MayReach(IPAddress.Loopback) ? null : Private;
        return IsPublicName(uri.IdnHost) ? null : Private;
    }

    /// <summary>A name with a domain that the internet's DNS has. A dot at the end makes no other name of it.</summary>
    private static bool IsPublicName(string host)
    {
        var labels = (host.EndsWith('.') ? host[..^1] : host).Split('.');
        return labels.Length > 1
            && labels.All(IsLabel)
            && !PrivateDomains.Contains(labels[^1].ToLowerInvariant())
            && !char.IsAsciiDigit(labels[^1][0]) // A resolver may read it as an address.
            && !host.Contains('%', StringComparison.Ordinal);
    }

    /// <summary>As DNS has the names of hosts (RFC 1123).</summary>
    private static bool IsLabel(string label) =>
        label is { Length: > 0 and <= 63 } && label[0] is not '-' && label[^1] is not '-' && !label.Contains('_', StringComparison.Ordinal);

    /// <summary>Null when the endpoint took the event; else why not, in words that may be shown.</summary>
    public async Task<string?> SendAsync(string url, LifecycleEvent happened, IReadOnlyList<Secret> secrets)
    {
        if (Refuse(url) is { } fault)
            return $"The address {fault}";
        var now = _clock.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(happened.Body.Span.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", happened.Id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", EventSignature.Of(happened.Id, now, happened.Body.Span, secrets));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("TenantHub", "1.0"));
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _clock);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return response.IsSuccessStatusCode ? null : $"The endpoint answered {(int)response.StatusCode}.";
        }
        catch (OperationCanceledException)
        {
            return $"The endpoint did not answer within {_options.AttemptTimeout.TotalSeconds:0.#} s.";
        }
        catch (HttpRequestException exception)
        {
            return exception.InnerException is PrivateAddressException
                ? "The name leads into a private network."
                : "No connection to the endpoint could be made.";
        }
    }

    public void Dispose() => _http.Dispose();

    private bool MayReach(IPAddress address) => PublicAddress.Is(address) || (_options.AllowLoopback && IPAddress.IsLoopback(address));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        if (addresses.Length == 0 || !addresses.All(MayReach))
            throw new PrivateAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

#pragma warning disable CA1032, CA1064 // It never leaves this class.
    private sealed class PrivateAddressException : Exception;
#pragma warning restore CA1032, CA1064
}
