using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using TenantHub.Autodesk.Http;

namespace TenantHub.Autodesk.Auth;

/// <summary>The two-legged token call. Source: Autodesk's authentication.yaml, fetch-token; Basic as its SDK sends it.</summary>
public sealed class ApsTokenClient : IDisposable
{
    /// <summary>The endpoint's path.</summary>
    public const string Path = "/authentication/v2/token";

    private const int MaxAnswerBytes = 64 * 1024;

    private readonly HttpClient _http;
    private readonly ApsOptions _options;
    private readonly Uri _endpoint;
    private readonly TimeProvider _clock;

    public ApsTokenClient(IOptions<ApsOptions> options, TimeProvider clock)
        : this(options, clock, ApsClient.NewHandler()) { }

    internal ApsTokenClient(IOptions<ApsOptions> options, TimeProvider clock, HttpMessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _endpoint = new Uri(_options.BaseUrl, Path);
        _clock = clock;
    }

    /// <summary>Asks for a token with exactly these scopes.</summary>
    public async Task<TokenResult> RequestAsync(
        string clientId,
        Secret clientSecret,
        IReadOnlyList<string> scopes,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(clientSecret);
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint)
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", string.Join(' ', scopes))]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{clientSecret.Reveal()}"))
        );
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await AnswerBody.ReadAsync(response.Content, MaxAnswerBytes, either.Token);
            if (response.IsSuccessStatusCode)
                return (TokenResult?)TokenAnswer.Read(body) ?? new TokenResult.Refused(TokenFailure.Unreadable((int)response.StatusCode));
            return new TokenResult.Refused(
                TokenFailure.Classify(
                    (int)response.StatusCode,
                    body.Fault is null ? body.Bytes : [],
                    clientId,
                    scopes,
                    RetryAfter.Read(response.Headers, _clock)
                )
            );
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException
                || (exception is OperationCanceledException && limit.IsCancellationRequested)
            )
        {
            // The exception is not passed on: it adds nothing for the caller, and its text is not ours to vouch for.
            return new TokenResult.Refused(TokenFailure.Unreachable(_endpoint.Host));
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
