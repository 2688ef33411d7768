using System.Globalization;
using System.Security.Claims;
using TenantHub.Calls;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Calls;

/// <summary>The call log in StackOne's shape.</summary>
internal static class CallLogEndpoints
{
    /// <summary>How many records this process has dropped since it started: when it is not 0, the log has gaps.</summary>
    private const string DroppedHeader = "x-call-log-dropped";

    public static RouteGroupBuilder MapCallLog(this IEndpointRouteBuilder app)
    {
        var logs = app.MapGroup("/requests/logs").WithTags("Request Logs").RequireAuthorization(Policies.Read);
        logs.MapGet("/", ListAsync).WithName("list_request_logs").WithSummary("Lists action calls, newest first; filters flat or as filter[...], steps with include=step_logs")
            .Produces<CallLogPage>();
        logs.MapGet("/{id}", GetAsync).WithName("get_request_log").WithSummary("Describes one action call with its steps").Produces<CallLogResult>();
        return logs;
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ClaimsPrincipal user, ICallLog log, CancellationToken cancellationToken)
    {
        var (query, error) = CallLogQuery.Read(request.Query);
        if (query is null) return new HubErrorResult(error!);
        if (query.MatchesNothing || CallLogQuery.Within(query.Filter, Caller.Of(user)) is not { } visible) return Answer(request, log, new CallLogPage(null, []));

        // One more than asked for tells whether there is a next page.
        var records = await log.ListAsync(visible with { PageSize = query.Filter.PageSize + 1 }, cancellationToken);
        var page = records.Take(query.Filter.PageSize).ToList();
        var next = records.Count > page.Count ? CallLogCursor.Write(CallLogPosition.Of(page[^1], query.Filter.OrderBy)) : null;
        return Answer(request, log, new CallLogPage(next, [.. page.Select(record => CallLogItem.From(record, query.WithSteps))]));
    }

    private static async Task<IResult> GetAsync(string id, HttpRequest request, ClaimsPrincipal user, ICallLog log, CancellationToken cancellationToken)
    {
        var found = Guid.TryParseExact(id, "D", out var known) && CallLogQuery.Within(new CallLogFilter { Ids = [known.ToString()], PageSize = 1 }, Caller.Of(user)) is { } visible
            ? await log.ListAsync(visible, cancellationToken)
            : [];
        return found is [var record] ? Answer(request, log, new CallLogResult(CallLogItem.From(record, withSteps: true))) : new HubErrorResult(RequestErrors.NoSuchCall(id));
    }

    private static IResult Answer<T>(HttpRequest request, ICallLog log, T body)
    {
        request.HttpContext.Response.Headers[DroppedHeader] = log.Dropped.ToString(CultureInfo.InvariantCulture);
        return Results.Json(body, JsonBody.Options);
    }
}
