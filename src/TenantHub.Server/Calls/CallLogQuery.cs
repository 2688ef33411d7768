using System.Globalization;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Server.Errors;
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
        ("account_ids", "Calls of these accounts. Every filter may be repeated, or hold several values separated by commas, and may be written as filter[...]."),
        ("start_date", "Calls that came at or after this instant (2026-11-25T12:00:00Z)."),
        ("end_date", "Calls that came at or before this instant."),
        ("request_ids", "These records: the x-request-id of the answers."),
        ("source_types", "Who called: by a key or as a person, as the records say in source_type."),
        ("source_ids", "Who called: the id of a key or a person."),
        ("http_methods", "The method of the request to Autodesk."),
        ("providers", "autodesk, or nothing is found."),
        ("services", "Autodesk's products, as in the list of actions."),
        ("actions", "These actions, also as a step of another."),
        ("status_codes", "The status that the hub answered with."),
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

    /// <summary>What a call of ours never has.</summary>
    private static readonly string[] NeverMatched = ["source_values", "resources", "child_resources", "sub_resources"];

    /// <summary>Reads the query. Exactly one of query and error is set.</summary>
    public static (CallLogQuery? Query, HubError? Error) Read(IQueryCollection query)
    {
        var faults = new List<InputFault>();
        PageQuery.RefuseUnknown(query.Keys.Where(name => Filters.All(filter => filter.Name != Bare(name))), Parameters, faults);

        var statuses = Values(query, "status_codes").Select(text => PageQuery.Number(text, "status_codes", 100, 599, faults, min: 100)).ToList();
        var filter = new CallLogFilter
        {
            Ids = Values(query, "request_ids"),
            AccountIds = Values(query, "account_ids"),
            OriginOwnerIds = Values(query, "origin_owner_ids"),
            ProfileIds = Values(query, "profile_ids"),
            CallerIds = Values(query, "source_ids"),
            CallerKinds = [.. Values(query, "source_types").Select(type => type switch { CallLogItem.KeySource => "key:", CallLogItem.PersonSource => "oidc:", _ => "none:" })],
            TraceIds = Values(query, "trace_ids"),
            ActionIds = Values(query, "actions"),
            Products = Values(query, "services"),
            Methods = [.. Values(query, "http_methods").Select(method => method.ToUpperInvariant())],
            Outcomes = statuses.Count > 0 ? [.. CallStatus.OutcomesOf(statuses)] : [.. Values(query, "outcomes").Select(name => new CallOutcome(name))],
            Success = One(query, "success") switch { null => null, "true" => true, "false" => false, _ => Bad<bool?>("success", "must be true or false.") },
            From = Instant(query, "start_date", faults),
            To = Instant(query, "end_date", faults),
            OrderBy = One(query, "order_by") switch
            {
                null or "eventDatetime" or "event_datetime" or "provider" or "service" => CallLogOrder.Time,
                "duration" => CallLogOrder.Duration,
                "status" => CallLogOrder.Status,
                _ => Bad<CallLogOrder>("order_by", "must be eventDatetime, duration, status, provider or service."),
            },
            Descending = One(query, "order_direction") switch { null or "desc" => true, "asc" => false, _ => Bad<bool>("order_direction", "must be asc or desc.") },
            PageSize = PageQuery.Number(query["page_size"], "page_size", 25, MaxPageSize, faults),
            After = query["next"].ToString() is { Length: > 0 } next ? CallLogCursor.Read(next) ?? Bad<CallLogPosition>("next", "must be the value of \"next\" in the page before.") : null,
        };
        if (faults.Count > 0) return (null, RequestErrors.BadQuery(faults));

        var nothing = NeverMatched.Any(name => Values(query, name).Count > 0)
            || (Values(query, "providers") is { Count: > 0 } providers && !providers.Contains(Connector.Key))
            || (statuses.Count > 0 && filter.Outcomes.Count == 0);
        return (new CallLogQuery(filter, query["include"].Any(value => value?.Contains("step_logs", StringComparison.Ordinal) is true), nothing), null);

        T? Bad<T>(string name, string message)
        {
            faults.Add(new(name, message));
            return default;
        }
    }

    /// <summary>The same, of what a bound key may see: the calls of accounts whose owner and profile were its own at the time. Null when that is nothing.</summary>
    public static CallLogFilter? Within(CallLogFilter filter, Caller caller)
    {
        var (owners, profiles) = (Both(filter.OriginOwnerIds, caller.OriginOwnerIds), Both(filter.ProfileIds, caller.ProfileIds));
        return owners is null || profiles is null ? null : filter with { OriginOwnerIds = owners, ProfileIds = profiles };

        static IReadOnlyList<string>? Both(IReadOnlyList<string> asked, IReadOnlyList<string> allowed)
        {
            if (allowed.Count == 0) return asked;
            if (asked.Count == 0) return allowed;
            var both = asked.Intersect(allowed).ToList();
            return both.Count == 0 ? null : both;
        }
    }

    private static string Bare(string name) => name.StartsWith("filter[", StringComparison.Ordinal) && name.EndsWith(']') ? name["filter[".Length..^1] : name;

    private static List<string> Values(IQueryCollection query, string name) =>
        [.. query[name].Concat(query[$"filter[{name}]"]).OfType<string>().SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static string? One(IQueryCollection query, string name) => Values(query, name) is [.., var last] ? last : null;

    private static DateTimeOffset? Instant(IQueryCollection query, string name, List<InputFault> faults)
    {
        if (One(query, name) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) return instant;
        faults.Add(new(name, "must be a date and time such as 2026-11-24T12:00:00Z."));
        return null;
    }
}
