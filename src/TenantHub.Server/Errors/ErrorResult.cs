using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Errors;
using TenantHub.Server.Actions;

namespace TenantHub.Server.Errors;

/// <summary>
/// An error as the wire wants it: the members of RFC 9457 and StackOne's <c>statusCode</c>, <c>message</c>, <c>timestamp</c>,
/// <c>provider_errors</c> in one object. It is <c>application/json</c>, which is all that StackOne's client understands, unless the
/// caller's <c>Accept</c> names <c>application/problem+json</c>.
/// </summary>
internal sealed class ErrorResult(ServiceError error, RateLimit? rateLimit = null) : IResult
{
    private const string ProblemJson = "application/problem+json";

    public ServiceError Error => error;

    /// <summary>Gets whether the log has it already under the trace id: it was an exception.</summary>
    public bool IsLogged { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var status = ErrorStatus.Of(error);
        var clock = httpContext.RequestServices.GetRequiredService<TimeProvider>();
        var response = httpContext.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff"; // The exception handler has cleared what the first middleware said.
        if (status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Basic realm=\"TenantHub\", charset=\"UTF-8\", Bearer";
        if (error.ApprovalId is { } approval)
            response.Headers.Location = "/approvals/" + approval;
        CallHeaders.Write(response, rateLimit);
        if (error.RetryAfter is { } wait)
            response.Headers.RetryAfter = ((int)Math.Max(1, Math.Ceiling(wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture);

        var problem = httpContext.Request.Headers.Accept.ToString().Contains(ProblemJson, StringComparison.OrdinalIgnoreCase);
        response.ContentType = problem ? ProblemJson : "application/json; charset=utf-8";
        var trace = Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier;
        if (error.Source is ErrorSource.Storage && !IsLogged)
            httpContext.RequestServices.GetRequiredService<FaultLog>().Tell(error, trace, FaultLog.AccountOf(httpContext));
        await using var writer = new Utf8JsonWriter(response.BodyWriter);
        Write(writer, status, clock.GetUtcNow(), trace);
    }

    private void Write(Utf8JsonWriter writer, int status, DateTimeOffset now, string traceId)
    {
        var code = WireName.Of(error.Code);
        var detail = error.Detail.Length <= ServiceError.MaxDetail ? error.Detail : error.Detail[..ServiceError.MaxDetail];
        writer.WriteStartObject();
        writer.WriteString("type", "/docs/errors#" + code);
        writer.WriteString("title", code.Replace('_', ' '));
        writer.WriteNumber("status", status);
        writer.WriteString("detail", detail);
        writer.WriteNumber("statusCode", status);
        writer.WriteString("message", error.NextStep is null ? detail : $"{detail} {error.NextStep}");
        writer.WriteString("timestamp", now);
        writer.WriteString("code", code);
        writer.WriteString("source", WireName.Of(error.Source));
        if (error.NextStep is not null)
            writer.WriteString("nextStep", error.NextStep);
        if (error.RetryAfter is { } wait)
            writer.WriteNumber("retryAfterSeconds", Math.Round(wait.TotalSeconds, 3));
        if (error.ApprovalId is { } approval)
            writer.WriteString("approval_id", approval);
        writer.WriteString("traceId", traceId);
        WriteFaults(writer);
        WriteProvider(writer);
        writer.WriteEndObject();
    }

    private void WriteFaults(Utf8JsonWriter writer)
    {
        if (error.Faults.Count == 0)
            return;
        writer.WriteStartArray("errors");
        foreach (var fault in error.Faults)
        {
            writer.WriteStartObject();
            writer.WriteString("field", fault.Field);
            writer.WriteString("message", fault.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteProvider(Utf8JsonWriter writer)
    {
        if (error.Provider is not { } provider)
            return;
        writer.WriteStartArray("provider_errors");
        writer.WriteStartObject();
        writer.WriteNumber("status", provider.Status);
        writer.WriteString("url", provider.Url);
        if (provider.Raw is { } raw)
        {
            writer.WritePropertyName("raw");
            writer.WriteRawValue(raw.Span);
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
