using TenantHub.Accounts;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Accounts;

/// <summary>Reads the filters of GET /accounts: arrays as repeated names, page from 1.</summary>
internal static class AccountQuery
{
    private const int MaxPageSize = 100;

    private static readonly string[] Names =
        ["page", "page_size", "provider", "providers", "origin_owner_id", "origin_owner_ids", "account_ids", "profile_id", "status"];

    public static (AccountFilter? Filter, HubError? Error) Read(IQueryCollection query)
    {
        var faults = new List<InputFault>();
        foreach (var name in query.Keys.Where(name => !Names.Contains(name)))
            faults.Add(new(name, $"is not a filter; known are {string.Join(", ", Names)}."));

        var page = QueryNumber.Read(query, "page", 1, int.MaxValue / MaxPageSize, 1, faults);
        var pageSize = QueryNumber.Read(query, "page_size", 1, MaxPageSize, 25, faults);
        var statuses = new List<AccountStatus>();
        foreach (var word in Values(query, "status"))
        {
            if (StackOneStatus.Parse(word) is { } known) statuses.AddRange(known);
            else faults.Add(new("status", $"\"{word}\" is no status; use {string.Join(", ", StackOneStatus.Words)}."));
        }

        if (faults.Count > 0) return (null, RequestErrors.BadQuery(faults));

        // Another provider than ours has no accounts here: a filter that nothing matches, not an error.
        var providers = Values(query, "provider").Concat(Values(query, "providers")).ToList();
        var none = providers.Count > 0 && !providers.Contains(Connector.Key);
        return (new AccountFilter
        {
            Page = page,
            PageSize = pageSize,
            OriginOwnerIds = [.. Values(query, "origin_owner_id"), .. Values(query, "origin_owner_ids")],
            ProfileIds = [.. Values(query, "profile_id")],
            AccountIds = none ? [""] : [.. Values(query, "account_ids")],
            Statuses = statuses,
        }, null);
    }

    private static IEnumerable<string> Values(IQueryCollection query, string name) =>
        query[name].OfType<string>().SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
