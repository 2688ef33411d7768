using Microsoft.AspNetCore.Http.Extensions;
using TenantHub.Accounts;
using TenantHub.Errors;
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
        ("status", "active, inactive, error, or TenantHub's own words (awaiting_provisioning, degraded, suspended ...); may be repeated."),
    ];

    /// <summary>Reads the query. Exactly one of filter and error is set.</summary>
    /// <param name="query">The query.</param>
    /// <param name="statusWords">In whose words it names statuses.</param>
    public static (AccountFilter? Filter, ServiceError? Error) Read(IQueryCollection query, StatusWords statusWords)
    {
        var read = new QueryReader(query, Parameters);
        var filter = new AccountFilter
        {
            Page = read.Number("page", 1, int.MaxValue / MaxPageSize),
            PageSize = read.Number("page_size", 25, MaxPageSize),
            After = After(read),
            Search = read.Text("query", MaxSearch) ?? "",
            OriginOwnerIds = [.. read.Values("origin_owner_id"), .. read.Values("origin_owner_ids")],
            ProfileIds = read.Values("profile_id"),
            AccountIds = read.Values("account_ids"),
            Regions = read.Values("region", Regions.All),
            Statuses = Statuses(read, statusWords),
        };
        if (filter.After is not null && read.Text("page") is not null)
            read.Refuse("page", "cannot be given together with next: follow the cursor, or count pages.");
        if (read.Error is { } error)
            return (null, error);

        // Another provider than ours has no accounts here: a filter that nothing matches, not an error.
        List<string> providers = [.. read.Values("provider"), .. read.Values("providers")];
        return (providers.Count > 0 && !providers.Contains(Connector.Key) ? filter with { AccountIds = [""] } : filter, null);
    }

    private static AccountCursor? After(QueryReader read)
    {
        if (read.Text("next") is not { } next)
            return null;
        if (AccountCursor.Parse(next) is { } after)
            return after;
        read.Refuse("next", "is no cursor of this list; take it from the Link header of the page before.");
        return null;
    }

    private static List<AccountStatus> Statuses(QueryReader read, StatusWords statusWords)
    {
        var statuses = new List<AccountStatus>();
        foreach (var word in read.Values("status"))
        {
            if (statusWords.Parse(word) is { } known)
                statuses.AddRange(known);
            else
                read.Refuse("status", $"\"{InputFault.Shorten(word)}\" is no status; use {string.Join(", ", statusWords.All)}.");
        }

        return statuses;
    }

    /// <summary>The address of the page after this one, with the same filters: it stays right while accounts are linked and unlinked. Null
    /// at the end.</summary>
    public static string? NextPage(HttpRequest request, AccountFilter filter, IReadOnlyList<AccountDescription> page)
    {
        if (page.Count < filter.PageSize)
            return null;
        var query = new QueryBuilder(
            request
                .Query.Where(given => given.Key is not ("next" or "page"))
                .SelectMany(given => given.Value, (given, value) => KeyValuePair.Create(given.Key, value ?? ""))
        )
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
        return (caller.OriginOwnerIds.Count > 0 && owners.Count == 0) || (caller.ProfileIds.Count > 0 && profiles.Count == 0)
            ? null
            : filter with
            {
                OriginOwnerIds = owners,
                ProfileIds = profiles,
            };
    }

    /// <summary>What is asked for within what may be seen; an empty list restricts nothing.</summary>
    private static IReadOnlyList<string> Both(IReadOnlyList<string> asked, IReadOnlyList<string> allowed) =>
        allowed.Count == 0 ? asked
        : asked.Count == 0 ? allowed
        : [.. asked.Intersect(allowed)];
}
