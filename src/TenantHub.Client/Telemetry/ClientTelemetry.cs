using System.Diagnostics;
using TenantHub.Client.Http;

namespace TenantHub.Client.Telemetry;

/// <summary>The spans of the client. Listen to the source <c>TenantHub.Client</c>.</summary>
public static class ClientTelemetry
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "TenantHub.Client";

    private static readonly ActivitySource Spans = new(SourceName);

    internal static Activity? Start(ClientRequest request)
    {
        var span = Spans.StartActivity(request.Name, ActivityKind.Client);
        span?.SetTag("tenanthub.action", request.Action);
        span?.SetTag("tenanthub.account.id", request.AccountId);
        return span;
    }

    internal static void Succeeded(Activity? span, HttpResponseMessage response) =>
        span?.SetTag("http.response.status_code", (int)response.StatusCode);

    internal static void Failed(Activity? span, Exception exception)
    {
        if (span is null)
            return;
        if (exception is TenantHubException { Status: { } status })
            span.SetTag("http.response.status_code", (int)status);
        span.SetTag("error.type", ErrorType(exception));
        span.SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    internal static string ErrorType(Exception exception) =>
        exception is TenantHubException { Code: var code } ? code : exception.GetType().FullName!;
}
