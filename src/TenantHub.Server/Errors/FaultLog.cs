using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using TenantHub.Errors;
using TenantHub.Server.Actions;

namespace TenantHub.Server.Errors;

/// <summary>
/// Writes a fault into the log, once, on the side that tells somebody of it: the exception handler of the API, the gate of the console, the
/// door of Orleans clients. Its trace id is the one that the caller is told. What looks like a secret is taken out, because an exception's
/// text is not ours.
/// </summary>
internal sealed partial class FaultLog(ILogger<FaultLog> logger)
{
    private const int MaxText = 32 * 1024;

    /// <param name="exception">The fault.</param>
    /// <param name="code">The error as which it is told.</param>
    /// <param name="subject">The account, or whatever else it happened to.</param>
    /// <param name="otherwise">Under which id it is found when no trace goes on.</param>
    /// <returns>The id under which it is found.</returns>
    public string Tell(Exception exception, ErrorCode code, string subject, string? otherwise = null)
    {
        var trace = Activity.Current?.TraceId.ToHexString() ?? otherwise ?? ActivityTraceId.CreateRandom().ToHexString();
        LogFault(WireName.Of(code), trace, Scrub(subject), Scrub(exception.ToString()));
        return trace;
    }

    /// <summary>A fault that the grain itself has caught and logged, with its account: this is the trace id that leads there.</summary>
    public void Tell(ServiceError error, string trace, string account) =>
        LogTold(WireName.Of(error.Code), trace, Scrub(account), error.Detail);

    /// <summary>The account that a request is about, as far as it says so; else <c>-</c>.</summary>
    public static string AccountOf(HttpContext http)
    {
        var route = http.Features.Get<IExceptionHandlerFeature>()?.RouteValues ?? http.Request.RouteValues;
        return http.Request.Headers[CallHeaders.Account].ToString() is { Length: > 0 } header ? InputFault.Shorten(header)
            : route.TryGetValue("id", out var id) ? InputFault.Shorten($"{id}")
            : "-";
    }

    /// <summary>The text without API keys, link tokens, signing secrets, tokens of Autodesk's, and values that are named as
    /// secrets.</summary>
    public static string Scrub(string text) => SecretText.Without(text.Length <= MaxText ? text : text[..MaxText] + " ...");

    [LoggerMessage(7501, LogLevel.Error, "Fault {Code}, trace {TraceId}, account {Account}: {Exception}")]
    private partial void LogFault(string code, string traceId, string account, string exception);

    [LoggerMessage(7502, LogLevel.Warning, "Told {Code}, trace {TraceId}, account {Account}: {Detail}")]
    private partial void LogTold(string code, string traceId, string account, string detail);
}
