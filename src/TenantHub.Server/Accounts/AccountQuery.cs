using Microsoft.AspNetCore.Http.Extensions;
using TenantHub.Accounts;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Accounts;

/// <summary>Reads the filters of GET /accounts and of the console's list: arrays as repeated names, page from 1.</summary>
internal static class AccountQuery
{
    private const int MaxPageSize = 100;
    private const int MaxSearch = 200;

    public static readonly DescribedParameter[] Parameters =
    [
        ("page", "The page, from 1; not together with next."),
        ("page_size", "Accounts per page: 25 by default, at most 100."),
        ("next", "Where the page begins: from the Link header of the page before. It stays right while accounts come and go."),
        ("query", "Words of the label, the owner's id or name, the account's id or Autodesk's account id, in any case."),
        ("provider", "autodesk, or nothing is found; may be repeated."),
        ("providers", "As provider."),
        ("origin_owner_id", "Accounts of this customer; may be repeated."),
        ("origin_owner_ids", "As origin_owner_id."),
        ("account_ids", "These accounts; may be repeated."),
        ("profile_id", "Accounts of this connector profile; may be repeated."),
        ("region", "US, EMEA, AUS ...; may be repeated."),
        ("status", "active, inactive, error, or the hub's own words (awaiting_provisioning, degraded, suspended ...); may be repeated."),
    ];

    /// <summary>Reads the query. Exactly one of filter and error is set.</summary>
    /// <param name="query">The query.</param>
    /// <param name="statusWords">In whose words it names statuses.</param>
    public static (AccountFilter? Filter, HubError? Error) Read(IQueryCollection query, StatusWords statusWords)
    {
        var faults = new List<InputFault>();
        PageQuery.RefuseUnknown(query.Keys, Parameters, faults);
        var page = PageQuery.Number(query["page"], "page", 1, int.MaxValue / MaxPageSize, faults);
        var pageSize = PageQuery.Number(query["page_size"], "page_size", 25, MaxPageSize, faults);
        var next = query["next"].ToString();
        var after = next.Length == 0 ? null : AccountCursor.Parse(next);
        if (next.Length > 0 && after is null) faults.Add(new("next", "is no cursor of this list; take it from the Link header of the page before."));
        if (after is not null && query.ContainsKey("page")) faults.Add(new("page", "cannot be given together with next: follow the cursor, or count pages."));
        var search = query["query"].ToString();
        if (search.Length > MaxSearch) faults.Add(new("query", $"must have at most {MaxSearch} characters."));
        var statuses = new List<AccountStatus>();
        foreach (var word in Values(query, "status"))
        {
            if (statusWords.Parse(word) is { } known) statuses.AddRange(known);
            else faults.Add(new("status", $"\"{InputFault.Shorten(word)}\" is no status; use {string.Join(", ", statusWords.All)}."));
        }

        if (faults.Count > 0) return (null, RequestErrors.BadQuery(faults));

        // Another provider than ours has no accounts here: a filter that nothing matches, not an error.
        var providers = Values(query, "provider").Concat(Values(query, "providers")).ToList();
        var none = providers.Count > 0 && !providers.Contains(Connector.Key);
        return (new AccountFilter
        {
            Page = page,
            PageSize = pageSize,
            After = after,
            Search = search,
            OriginOwnerIds = [.. Values(query, "origin_owner_id"), .. Values(query, "origin_owner_ids")],
            ProfileIds = [.. Values(query, "profile_id")],
            AccountIds = none ? [""] : [.. Values(query, "account_ids")],
            Regions = [.. Values(query, "region")],
            Statuses = statuses,
        }, null);
    }

    /// <summary>The address of the page after this one, with the same filters: it stays right while accounts are linked and unlinked. Null at the end.</summary>
    public static string? NextPage(HttpRequest request, AccountFilter filter, IReadOnlyList<AccountDescription> page)
    {
        if (page.Count < filter.PageSize) return null;
        var query = new QueryBuilder(request.Query.Where(given => given.Key is not ("next" or "page")).SelectMany(given => given.Value, (given, value) => KeyValuePair.Create(given.Key, value ?? "")))
        {
            { "next", AccountCursor.After(page[^1]).ToString() },
        };
        return request.Path + query.ToString();
    }

    /// <summary>The filter within what the caller may see; null when nothing can be in both.</summary>
    public static AccountFilter? Within(AccountFilter filter, Caller caller)
    {
        var owners = Both(filter.OriginOwnerIds, caller.OriginOwnerIds);
        var profiles = Both(filter.ProfileIds, caller.ProfileIds);
        return (caller.OriginOwnerIds.Count > 0 && owners.Count == 0) || (caller.ProfileIds.Count > 0 && profiles.Count == 0) ? null : filter with { OriginOwnerIds = owners, ProfileIds = profiles };
    }

    /// <summary>What is asked for within what may be seen; an empty list restricts nothing.</summary>
    private static IReadOnlyList<string> Both(IReadOnlyList<string> asked, IReadOnlyList<string> allowed) =>
        allowed.Count == 0 ? asked : asked.Count == 0 ? allowed : [.. asked.Intersect(allowed)];

    private static IEnumerable<string> Values(IQueryCollection query, string name) =>
        query[name].OfType<string>().SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
