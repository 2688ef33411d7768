using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;

namespace TenantHub.Autodesk.Http;

/// <summary>Sends one request to Autodesk and reads the whole answer. It does not retry: whether a request may be repeated is the grain's to know.</summary>
public sealed class ApsClient : IDisposable
{
    private readonly HttpMessageInvoker _http; // HttpClient adds a time-out, a buffer and a base address, none of which is wanted here.
    private readonly int _maxResponseBytes;
    private readonly TimeProvider _clock;

    public ApsClient(IOptions<ApsOptions> options, TimeProvider clock)
        : this(options, clock, NewHandler())
    {
    }

    internal ApsClient(IOptions<ApsOptions> options, TimeProvider clock, HttpMessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        _http = new HttpMessageInvoker(handler);
        _maxResponseBytes = options.Value.MaxResponseBytes;
        _clock = clock;
    }

    /// <summary>Sends the request with a bearer token.</summary>
    /// <param name="request">The request; disposed by the caller.</param>
    /// <param name="accessToken">The token.</param>
    /// <param name="timeout">How long the whole exchange may take.</param>
    /// <param name="cancellationToken">The caller's wish to stop; it ends in <see cref="OperationCanceledException"/>.</param>
    public async Task<ApsResponse> SendAsync(HttpRequestMessage request, string accessToken, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var limit = new CancellationTokenSource(timeout, _clock);
        using var stop = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false); // Not back to the grain for every piece: once, at the end.
            var body = await BodyReader.ReadAsync(response.Content, _maxResponseBytes, limit.Token).ConfigureAwait(false);
            if (body is null) return new ApsResponse.Lost(false, $"Autodesk's answer is larger than {_maxResponseBytes:N0} bytes.");
            return new ApsResponse.Answered((int)response.StatusCode, request.RequestUri!.AbsolutePath, body.Length == 0 ? null : new JsonBytes(body))
            {
                MediaType = response.Content.Headers.ContentType?.MediaType,
                Location = response.Headers.Location?.ToString(),
                RetryAfter = RetryAfter.Read(response.Headers.RetryAfter, _clock),
            };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new ApsResponse.Lost(true, $"Autodesk did not answer within {timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return new ApsResponse.NotSent($"No connection to {request.RequestUri!.Host} could be made.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new ApsResponse.Lost(false, "The connection to Autodesk was cut before its answer was complete.");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    /// <summary>
    /// No redirects (a token must not follow one), no cookies (accounts share the client), connections that follow DNS. No trace headers and
    /// no spans of its own: Autodesk is no part of our traces, and .NET's span would carry the whole URL.
    /// </summary>
    internal static SocketsHttpHandler NewHandler() => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Brotli,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,
    };
}
