using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using TenantHub.Client.Errors;
using TenantHub.Client.Telemetry;

namespace TenantHub.Client.Http;

/// <summary>
/// Sends requests: the key, the span, the repeats, and the errors. One request of the caller's is one span; its repeats are events of it.
/// </summary>
internal sealed class ClientConnection
{
    public const string HttpClientName = "TenantHub";

    private static readonly ResiliencePropertyKey<Sending> SendingKey = new("sending");
    private readonly IHttpClientFactory _http;
    private readonly TimeProvider _clock;
    private readonly TenantHubClientOptions _options;
    private readonly ResiliencePipeline<HttpResponseMessage> _repeats;

    public ClientConnection(IHttpClientFactory http, IOptions<TenantHubClientOptions> options, TimeProvider clock)
    {
        (_http, _clock, _options) = (http, clock, options.Value);
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock };
        if (_options.MaxRepeats > 0)
            pipeline.AddRetry(
                new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = _options.MaxRepeats,
                    Delay = TimeSpan.FromMilliseconds(200),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    MaxDelay = TimeSpan.FromSeconds(10),
                    ShouldHandle = MayRepeat,
                    DelayGenerator = static wait => ValueTask.FromResult((wait.Outcome.Exception as TenantHubException)?.RetryAfter),
                    OnRetry = static repeat =>
                    {
                        repeat.Context.Properties.TryGetValue(SendingKey, out var sending);
                        sending!.Span?.AddEvent(
                            new ActivityEvent(
                                "repeat",
                                tags: new() { ["error.type"] = ClientTelemetry.ErrorType(repeat.Outcome.Exception!) }
                            )
                        );
                        return default;
                    },
                }
            );
        _repeats = pipeline.Build();
    }

    public int MaxRepeats => _options.MaxRepeats;

    public Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, _clock, cancellationToken);

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken, string? name = null) =>
        await ReadAsync(
            new ClientRequest(HttpMethod.Get, path) { Name = name ?? "GET " + path.Split('?')[0], IsRead = true },
            type,
            cancellationToken
        );

    public Task<T> ChangeAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        ReadAsync(new ClientRequest(method, path) { Name = $"{method} {path}" }, type, cancellationToken);

    public Task<T> ChangeAsync<TBody, T>(
        HttpMethod method,
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            new ClientRequest(method, path) { Name = $"{method} {path}", Json = JsonSerializer.SerializeToUtf8Bytes(body, bodyType) },
            type,
            cancellationToken
        );

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<T> ReadAsync<T>(ClientRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        return await ReadAsync(request, response, type, cancellationToken);
    }

    /// <summary>Reads the body of an answer that has come whole.</summary>
    public static async Task<T> ReadAsync<T>(
        ClientRequest request,
        HttpResponseMessage response,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), type)
                ?? throw NotOurs(request, response, null);
        }
        catch (JsonException exception)
        {
            throw NotOurs(request, response, exception);
        }
    }

    /// <summary>Sends a request, again where that is right, and gives the answer of success with its whole body, unless that is
    /// streamed.</summary>
    /// <exception cref="TenantHubException">Everything but success, and but the caller's own cancellation.</exception>
    public async Task<HttpResponseMessage> SendAsync(ClientRequest request, CancellationToken cancellationToken)
    {
        using var span = ClientTelemetry.Start(request);
        var sending = new Sending(
            request,
            _clock.GetTimestamp(),
            request.MaxWait ?? _options.MaxWait,
            request.File is { CanSeek: true } file ? file.Position : 0,
            span
        );
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(SendingKey, sending);
        try
        {
            var response = await _repeats.ExecuteAsync(static async (context, self) => await self.AttemptAsync(context), context, this);
            ClientTelemetry.Succeeded(span, response);
            return response;
        }
        catch (TenantHubException exception)
        {
            ClientTelemetry.Failed(span, exception);
            throw;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            ClientTelemetry.Failed(span, exception);
            throw Unreachable(request, exception);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(ResilienceContext context)
    {
        context.Properties.TryGetValue(SendingKey, out var sending);
        var (request, cancellationToken) = (sending!.Request, context.CancellationToken);
        using var limit = new CancellationTokenSource(request.File is null ? _options.RequestTimeout : Timeout.InfiniteTimeSpan, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var message = request.ToMessage(_options.Address!, _options.ApiKey!, Remaining(sending), sending.FilePosition);
        var response = await _http
            .CreateClient(HttpClientName)
            .SendAsync(
                message,
                request.IsStreamed ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead,
                either.Token
            );
        if (response.IsSuccessStatusCode && response.StatusCode is not HttpStatusCode.Accepted) // 202: a person has to approve it first.
            return response;
        using (response)
            throw ErrorBody.Read(request, response, await response.Content.ReadAsByteArrayAsync(cancellationToken), _clock.GetUtcNow());
    }

    /// <summary>A repeat whose wait would go past the caller's time is not made: the caller gets the answer, with the wait in it, at
    /// once.</summary>
    private ValueTask<bool> MayRepeat(RetryPredicateArguments<HttpResponseMessage> attempt)
    {
        if (attempt.Outcome.Exception is not { } fault || attempt.Context.CancellationToken.IsCancellationRequested)
            return new(false);
        attempt.Context.Properties.TryGetValue(SendingKey, out var sending);
        var wait = (fault as TenantHubException)?.RetryAfter ?? TimeSpan.Zero;
        return new(RepeatRules.Allow(sending!.Request, fault) && wait < Remaining(sending));
    }

    private TimeSpan Remaining(Sending sending) => sending.MaxWait - _clock.GetElapsedTime(sending.Since);

    private TenantHubException Unreachable(ClientRequest request, Exception why) =>
        new($"TenantHub at {_options.Address} could not be reached, or did not answer.", why)
        {
            IdempotencyKey = request.IdempotencyKey,
            NextStep = request.IsRead ? "Check the address and the network, and try again." : request.WhenUncertain.Trim(),
        };

    private static TenantHubException NotOurs(ClientRequest request, HttpResponseMessage response, Exception? why) =>
        new($"The address answered {(int)response.StatusCode} with something that TenantHub does not send.", why!)
        {
            Status = response.StatusCode,
            NextStep = "Check the address, and whether client and server have versions that fit." + request.WhenUncertain,
            IdempotencyKey = request.IdempotencyKey,
        };

    /// <summary>What one call of the caller's is about, over all its attempts.</summary>
    private sealed record Sending(ClientRequest Request, long Since, TimeSpan MaxWait, long FilePosition, Activity? Span);
}
