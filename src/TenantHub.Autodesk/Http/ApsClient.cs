using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using TenantHub.Actions;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Http;

/// <summary>Sends one request to Autodesk and reads the whole answer. It does not retry: whether a request may be repeated is the grain's
/// to know.</summary>
public sealed class ApsClient : IDisposable
{
    private readonly HttpMessageInvoker _http; // HttpClient adds a time-out, a buffer and a base address, none of which is wanted here.
    private readonly int _maxResponseBytes;
    private readonly TimeProvider _clock;

    public ApsClient(IOptions<ApsOptions> options, TimeProvider clock)
        : this(options, clock, NewHandler()) { }

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
    /// <param name="room">Where a large answer is counted; null when it is not.</param>
    /// <param name="lease">The buffer that the answer may stand in; null when it has to last.</param>
    /// <param name="cancellationToken">The caller's wish to stop; it ends in <see cref="OperationCanceledException"/>.</param>
    internal async Task<ApsResponse> SendAsync(
        HttpRequestMessage request,
        string accessToken,
        TimeSpan timeout,
        BodyRoom? room,
        BodyLease? lease,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", AnswerBody.AcceptEncoding);

        // .NET sends a request without content again, up to three times, when the connection ends before an answer. With content, be it
        // empty, it does not: whether to repeat is not its to know.
        request.Content ??= new ByteArrayContent([]);
        using var limit = new CancellationTokenSource(timeout, _clock);
        using var stop = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false); // Not back to the grain for every piece: once, at the end.
            return await ReadAsync(request, response, room, lease, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new ApsResponse.Lost(true, $"Autodesk did not answer within {timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException exception)
            when (exception.HttpRequestError
                    is HttpRequestError.ConnectionError
                        or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError
            )
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

    /// <summary>A failure's status counts whatever its body is. A success is one only when its body can be read.</summary>
    private async ValueTask<ApsResponse> ReadAsync(
        HttpRequestMessage request,
        HttpResponseMessage response,
        BodyRoom? room,
        BodyLease? lease,
        CancellationToken cancellationToken
    )
    {
        var (status, path) = ((int)response.StatusCode, request.RequestUri!.AbsolutePath);
        if (status is 204 or 205 or 304)
            return Answer(default);
        if (status >= 400)
            return Answer(await ReadFailureAsync(response.Content, cancellationToken).ConfigureAwait(false));

        var body = await AnswerBody.ReadAsync(response.Content, _maxResponseBytes, cancellationToken, room, lease).ConfigureAwait(false);
        var answer = Answer(body.Bytes);
        var fault = status >= 300 ? "it is a redirect, which is not followed" : body.Fault ?? WhyUnreadable(request.Method, answer);
        return fault is null
            ? answer
            : new ApsResponse.Lost(false, $"Autodesk answered {status}, and its answer cannot be read: {fault}.")
            {
                Received = new ProviderError(status, path, AnswerBody.Excerpt(body.Bytes) is { } excerpt ? JsonBytes.From(excerpt) : null),
                IsTooLarge = body.IsTooLarge,
                HadNoRoom = body.HadNoRoom,
            };

        ApsResponse.Answered Answer(ArraySegment<byte> bytes) =>
            new(status, path, bytes.Count == 0 ? null : new JsonBytes(bytes.Array!, bytes.Count))
            {
                MediaType = response.Content.Headers.ContentType?.MediaType,
                Location = response.Headers.Location?.OriginalString,
                RetryAfter = RetryAfter.Read(response.Headers, _clock),
                ActingUserId = status is 403 ? ApsRequestFactory.ActingUserOf(request) : null,
            };
    }

    private async ValueTask<ArraySegment<byte>> ReadFailureAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            var body = await AnswerBody.ReadAsync(content, _maxResponseBytes, cancellationToken).ConfigureAwait(false);
            return body.Fault is null ? body.Bytes : default;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return default;
        }
    }

    private static string? WhyUnreadable(HttpMethod method, ApsResponse.Answered answer)
    {
        if (answer.Body is not { } body)
            return method == HttpMethod.Get && answer.Status == 200 ? "it is empty" : null;
        return answer.IsMarkup ? $"it is {answer.MediaType}" : AnswerBody.WhyNoJson(body.Span);
    }

    /// <summary>
    /// No redirects (a token must not follow one), no decompression (<see cref="AnswerBody"/> does it, and knows when it failed), no
    /// cookies (accounts share the client), connections that follow DNS. No trace headers and no spans of its own: Autodesk is no part of
    /// our traces, and .NET's span would carry the whole URL.
    /// </summary>
    internal static SocketsHttpHandler NewHandler() =>
        new()
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
        };
}
