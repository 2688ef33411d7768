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
        logs.MapGet("/", ListAsync)
            .WithName("list_request_logs")
            .WithSummary("Lists action calls, newest first; filters flat or as filter[...], steps with include=step_logs")
            .Takes(CallLogQuery.Parameters)
            .Produces<CallLogPage>();
        logs.MapGet("/steps", ListStepsAsync)
            .WithName("list_step_logs")
            .WithSummary("Lists the steps of action calls, newest call first: page_size counts calls")
            .Takes(CallLogQuery.Parameters)
            .Produces<StepLogPage>();
        logs.MapGet("/{id}", GetAsync)
            .WithName("get_request_log")
            .WithSummary("Describes one action call with its steps")
            .Produces<CallLogResult>();
        return logs;
    }

    private static async Task<IResult> ListAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        ICallLog log,
        CancellationToken cancellationToken
    )
    {
        var (query, error) = CallLogQuery.Read(request.Query);
        if (query is null)
            return new ErrorResult(error!);
        var (page, next) = await PageAsync(log, query, Caller.Of(user), cancellationToken);
        return Answer(request, log, new CallLogPage(next, [.. page.Select(record => CallLogItem.From(record, query.WithSteps))]));
    }

    private static async Task<IResult> ListStepsAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        ICallLog log,
        CancellationToken cancellationToken
    )
    {
        var (query, error) = CallLogQuery.Read(request.Query);
        if (query is null)
            return new ErrorResult(error!);
        var (page, next) = await PageAsync(log, query, Caller.Of(user), cancellationToken);
        return Answer(
            request,
            log,
            new StepLogPage(next, [.. page.SelectMany(record => CallLogItem.From(record, withSteps: true).StepRequests!)])
        );
    }

    /// <summary>The records of a page that the caller may see, and where the next page begins; null when there is none.</summary>
    public static async Task<(IReadOnlyList<CallRecord> Page, string? Next)> PageAsync(
        ICallLog log,
        CallLogQuery query,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (query.MatchesNothing || CallLogQuery.Within(query.Filter, caller) is not { } visible)
            return ([], null);

        // One more than asked for tells whether there is a next page.
        var records = await log.ListAsync(visible with { PageSize = query.Filter.PageSize + 1 }, cancellationToken);
        var page = records.Take(query.Filter.PageSize).ToList();
        return (page, records.Count > page.Count ? CallLogCursor.Write(CallLogPosition.Of(page[^1], query.Filter.OrderBy)) : null);
    }

    /// <summary>A record that the caller may see; null when there is none.</summary>
    public static async Task<CallRecord?> FindAsync(ICallLog log, string id, Caller caller, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var known)
        && CallLogQuery.Within(new CallLogFilter { Ids = [known.ToString()], PageSize = 1 }, caller) is { } visible
            ? (await log.ListAsync(visible, cancellationToken)).SingleOrDefault()
            : null;

    private static async Task<IResult> GetAsync(
        string id,
        HttpRequest request,
        ClaimsPrincipal user,
        ICallLog log,
        CancellationToken cancellationToken
    ) =>
        await FindAsync(log, id, Caller.Of(user), cancellationToken) is { } record
            ? Answer(request, log, new CallLogResult(CallLogItem.From(record, withSteps: true)))
            : new ErrorResult(RequestErrors.NoSuchCall(id));

    private static IResult Answer<T>(HttpRequest request, ICallLog log, T body)
    {
        request.HttpContext.Response.Headers[DroppedHeader] = log.Dropped.ToString(CultureInfo.InvariantCulture);
        return Results.Json(body, JsonBody.Options);
    }
}
