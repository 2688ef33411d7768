using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantHub.Client.Http;

namespace TenantHub.Client.Errors;

/// <summary>The body of an error as the wire has it.</summary>
internal sealed record ErrorBody
{
    private const string RequestIdHeader = "x-request-id";

    public string? Code { get; init; }

    public string? Source { get; init; }

    public string? Detail { get; init; }

    [JsonPropertyName("nextStep")]
    public string? NextStep { get; init; }

    [JsonPropertyName("retryAfterSeconds")]
    public double? RetryAfterSeconds { get; init; }

    [JsonPropertyName("traceId")]
    public string? TraceId { get; init; }

    public IReadOnlyList<FieldFault>? Errors { get; init; }

    public IReadOnlyList<ProviderError>? ProviderErrors { get; init; }

    public string? ApprovalId { get; init; }

    /// <summary>Reads an answer that is no success. What is not TenantHub's (a proxy's page) becomes an error of the network.</summary>
    public static TenantHubException Read(ClientRequest request, HttpResponseMessage response, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var error = TryParse(body);
        var wait = Wait(response.Headers.RetryAfter, error, now);
        if (error is not { Code: { } code, Detail: { } detail })
            return new TenantHubException($"The address answered {(int)response.StatusCode}, and not as TenantHub does.")
            {
                Status = response.StatusCode,
                RetryAfter = wait,
                NextStep =
                    "Check the address, and what stands between: a proxy or load balancer may have answered."
                    + (response.StatusCode >= HttpStatusCode.InternalServerError ? request.WhenUncertain : ""),
                IdempotencyKey = request.IdempotencyKey,
            };
        return new TenantHubException(error.NextStep is null ? detail : $"{detail} {error.NextStep}")
        {
            Status = response.StatusCode,
            Code = code,
            Source = error.Source ?? ErrorSources.Hub,
            Detail = detail,
            NextStep = error.NextStep,
            RetryAfter = wait,
            Errors = error.Errors ?? [],
            ProviderErrors = error.ProviderErrors ?? [],
            ApprovalId = error.ApprovalId,
            TraceId = error.TraceId,
            RequestId = response.Headers.TryGetValues(RequestIdHeader, out var ids) ? ids.FirstOrDefault() : null,
            IdempotencyKey = request.IdempotencyKey,
        };
    }

    private static ErrorBody? TryParse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ClientJson.Default.ErrorBody);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The body's seconds have fractions; the header is what a proxy may have set.</summary>
    private static TimeSpan? Wait(RetryConditionHeaderValue? header, ErrorBody? error, DateTimeOffset now) =>
        error?.RetryAfterSeconds is >= 0 and < 1e6 and var seconds ? TimeSpan.FromSeconds(seconds)
        : header?.Date is { } at ? (at > now ? at - now : TimeSpan.Zero)
        : header?.Delta;
}
