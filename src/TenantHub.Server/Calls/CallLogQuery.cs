using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Calls;

/// <summary>What GET /requests/logs asks for.</summary>
/// <param name="Filter">The filter.</param>
/// <param name="WithSteps">Whether the steps are wanted.</param>
/// <param name="MatchesNothing">Whether a filter names something that no call of ours has.</param>
internal sealed record CallLogQuery(CallLogFilter Filter, bool WithSteps, bool MatchesNothing)
{
    private const int MaxPageSize = 100;

    /// <summary>StackOne's filters and some of ours; its client sends them flat, its specification says <c>filter[...]</c>.</summary>
    private static readonly DescribedParameter[] Filters =
    [
        (
            "account_ids",
            "Calls of these accounts. Every filter may be repeated, or hold several values separated by commas, and may be written as filter[...]."
        ),
        ("start_date", "Calls that came at or after this instant (2026-11-25T12:00:00Z)."),
        ("end_date", "Calls that came at or before this instant."),
        ("request_ids", "These records: the x-request-id of the answers."),
        ("source_types", "Who called: by a key or as a person, as the records say in source_type."),
        ("source_ids", "Who called: the id of a key or a person."),
        ("http_methods", "The method of the request to Autodesk."),
        ("providers", "autodesk, or nothing is found."),
        ("services", "Autodesk's products, as in the list of actions."),
        ("actions", "These actions, also as a step of another."),
        ("status_codes", "The status that TenantHub answered with."),
        ("success", "true or false."),
        ("order_by", "eventDatetime (default), duration, status, provider or service."),
        ("order_direction", "desc (default) or asc."),
        ("source_values", "StackOne's; no call has any, so nothing is found."),
        ("resources", "As source_values."),
        ("child_resources", "As source_values."),
        ("sub_resources", "As source_values."),
        ("origin_owner_ids", "Calls for these customers."),
        ("profile_ids", "Calls with these connector profiles."),
        ("trace_ids", "Calls of these traces."),
        ("outcomes", "succeeded, canceled, or an error code."),
    ];

    public static readonly DescribedParameter[] Parameters =
    [
        .. Filters,
        ("page_size", "Records per page: 25 by default, at most 100."),
        ("next", "From the page before."),
        ("include", "step_logs: with the steps of each call."),
    ];

    /// <summary>The words of order_by; StackOne's clients write camel case.</summary>
    private static readonly (string Word, CallLogOrder Order)[] Orders =
    [
        ("eventDatetime", CallLogOrder.Time),
        ("event_datetime", CallLogOrder.Time),
        ("duration", CallLogOrder.Duration),
        ("status", CallLogOrder.Status),
        ("provider", CallLogOrder.Time),
        ("service", CallLogOrder.Time),
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "get", "post", "put", "patch", "delete"];
    private static readonly string[] Outcomes =
    [
        CallRecord.Succeeded,
        CallRecord.Canceled,
        .. Enum.GetValues<ErrorCode>().Select(code => WireName.Of(code)),
    ];

    /// <summary>What a call of ours never has.</summary>
    private static readonly string[] NeverMatched = ["source_values", "resources", "child_resources", "sub_resources"];

    /// <summary>Reads the query. Exactly one of query and error is set.</summary>
    public static (CallLogQuery? Query, ServiceError? Error) Read(IQueryCollection query)
    {
        var read = new QueryReader(query, Parameters);
        var statuses = read.Numbers("status_codes", 100, 599);
        var filter = new CallLogFilter
        {
            Ids = read.Values("request_ids"),
            AccountIds = read.Values("account_ids"),
            OriginOwnerIds = read.Values("origin_owner_ids"),
            ProfileIds = read.Values("profile_ids"),
            CallerIds = read.Values("source_ids"),
            CallerKinds =
            [
                .. read.Values("source_types")
                    .Select(type =>
                        type switch
                        {
                            CallLogItem.KeySource => "key:",
                            CallLogItem.PersonSource => "oidc:",
                            _ => "none:",
                        }
                    ),
            ],
            TraceIds = read.Values("trace_ids"),
            ActionIds = read.Values("actions"),
            Products = read.Values("services"),
            Methods = [.. read.Values("http_methods", Methods).Select(method => method.ToUpperInvariant())],
            Outcomes =
                statuses.Count > 0
                    ? [.. CallStatus.OutcomesOf(statuses)]
                    : [.. read.Values("outcomes", Outcomes).Select(name => new CallOutcome(name))],
            Success = read.Word<bool?>("success", null, ("true", true), ("false", false)),
            From = read.Instant("start_date"),
            To = read.Instant("end_date"),
            OrderBy = read.Word("order_by", CallLogOrder.Time, Orders),
            Descending = read.Word("order_direction", true, ("desc", true), ("asc", false)),
            PageSize = read.Number("page_size", 25, MaxPageSize),
            After = After(read),
        };
        var withSteps = read.Values("include", ["step_logs"]).Count > 0;
        if (read.Error is { } error)
            return (null, error);

        var nothing =
            NeverMatched.Any(name => read.Values(name).Count > 0)
            || (read.Values("providers") is { Count: > 0 } providers && !providers.Contains(Connector.Key))
            || (statuses.Count > 0 && filter.Outcomes.Count == 0);
        return (new CallLogQuery(filter, withSteps, nothing), null);
    }

    private static CallLogPosition? After(QueryReader read)
    {
        if (read.Text("next") is not { } next)
            return null;
        if (CallLogCursor.Read(next) is { } position)
            return position;
        read.Refuse("next", "must be the value of \"next\" in the page before.");
        return null;
    }

    /// <summary>The same, of what a bound key may see: the calls of accounts whose owner and profile were its own at the time. Null when
    /// that is nothing.</summary>
    public static CallLogFilter? Within(CallLogFilter filter, Caller caller)
    {
        var (owners, profiles) = (Both(filter.OriginOwnerIds, caller.OriginOwnerIds), Both(filter.ProfileIds, caller.ProfileIds));
        return owners is null || profiles is null ? null : filter with { OriginOwnerIds = owners, ProfileIds = profiles };

        static IReadOnlyList<string>? Both(IReadOnlyList<string> asked, IReadOnlyList<string> allowed)
        {
            if (allowed.Count == 0)
                return asked;
            if (asked.Count == 0)
                return allowed;
            var both = asked.Intersect(allowed).ToList();
            return both.Count == 0 ? null : both;
        }
    }
}
