using System.Globalization;
using TenantHub.Accounts;
using TenantHub.Errors;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Makes the statement of a filter from constant pieces; every value is a parameter. One owner or one status is compared with "=", so that
/// the page is read in order from an index instead of by sorting all matches.
/// </summary>
internal static class AccountQuery
{
    /// <summary>At most 1,800 bytes of UTF-8; PostgreSQL's limit is 2,704 for a whole entry.</summary>
    private const int MaxSearchText = 600;

    public static (string Sql, (string Name, object? Value)[] Parameters) Create(AccountFilter filter)
    {
        var (where, parameters) = Where(filter);
        var after = filter.After is { } cursor
            ? $" AND (created_at, id) > ({Add(cursor.CreatedAt.Text(), parameters)}, {Add(cursor.Id, parameters)})"
            : "";
        parameters.Add(("@offset", (filter.Page - 1L) * filter.PageSize));

        // The page is found in an index alone; only its own rows are fetched. Far pages skip thousands of entries, and a search may look at
        // all.
        var order = filter.LatestChangesFirst ? "status_since DESC, id DESC" : "created_at, id";
        return (
            $"""
            SELECT {SqlAccountDirectory.Columns} FROM accounts WHERE id IN (
                SELECT id FROM accounts WHERE {where}{after} ORDER BY {order} LIMIT @limit OFFSET @offset)
            ORDER BY {order}
            """,
            [.. parameters]
        );
    }

    public static (string Sql, (string Name, object? Value)[] Parameters) Count(AccountFilter filter)
    {
        var (where, parameters) = Where(filter);
        return ($"SELECT COUNT(*) FROM accounts WHERE {where}", [.. parameters]);
    }

    private static (string Where, List<(string Name, object? Value)> Parameters) Where(AccountFilter filter)
    {
        var parameters = new List<(string Name, object? Value)>();
        var ids = Match("id", filter.AccountIds, parameters);
        var owners = Match("origin_owner_id", filter.OriginOwnerIds, parameters);
        var profiles = Match("profile_id", filter.ProfileIds, parameters);
        var targets = Match("acc_account_id", filter.AccAccountIds, parameters);

        // Beside owners, profiles or ids a status is only looked at (the concatenation keeps SQLite off its index): nearly all accounts
        // share one, so that index would read nearly all of them. Measured with 100,000 accounts: 6 ms by status, 0.1 ms by owner.
        var status = parameters.Count > 0 ? "status || ''" : "status";
        var statuses = Match(status, [.. filter.Statuses.Select(value => WireName.Of(value))], parameters);

        // The literal must be the one in the index accounts_linked, or the index is not used.
        if (statuses.Length == 0)
            statuses = " AND status <> 'unlinked'";

        // Nearly all accounts may share a region too: its index serves only where nothing else restricts.
        var regions = Match(parameters.Count > 0 || filter.Search.Length > 0 ? "region || ''" : "region", filter.Regions, parameters);
        var words = Contain(filter.Search, parameters);
        return ($"TRUE{ids}{owners}{profiles}{targets}{statuses}{regions}{words}", parameters);
    }

    /// <summary>The text that <see cref="AccountFilter.Search"/> looks at. Its parts are kept apart by what no word contains, and begin
    /// with a space as all words do. It stands in an index, whose entries have a limit.</summary>
    public static string SearchText(AccountDescription account)
    {
        var text =
            " "
            + string.Join("\n ", account.Id, account.AccAccountId, account.OriginOwnerId, account.Label, account.OriginOwnerName)
                .ToLowerInvariant();
        return InputFault.Cut(text, MaxSearchText); // Never in the middle of a letter: PostgreSQL refuses half of one.
    }

    /// <summary>
    /// Every word must be contained. Only one is looked up in the index: reading out of it all that contain a common word costs more than
    /// looking at the few that the rare one leaves. Words with digits are rarest (ids, numbers), then long ones. Words of one or two
    /// letters have to begin a word: an index of three letters finds them with the space before them, and would not find them otherwise.
    /// </summary>
    private static string Contain(string search, List<(string Name, object? Value)> parameters) =>
        string.Concat(
            search
                .ToLowerInvariant()
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Distinct()
                .OrderByDescending(word => word.Length > 2)
                .ThenByDescending(word => word.Any(char.IsDigit))
                .ThenByDescending(word => word.Length)
                .Select(
                    (word, rank) =>
                    {
                        var escaped = word.Replace("\\", "\\\\", StringComparison.Ordinal)
                            .Replace("%", "\\%", StringComparison.Ordinal)
                            .Replace("_", "\\_", StringComparison.Ordinal);
                        return $" AND {(rank == 0 ? "search" : "search || ''")} LIKE {Add($"%{(word.Length > 2 ? "" : " ")}{escaped}%", parameters)} ESCAPE '\\'";
                    }
                )
        );

    private static string Match(string expression, IReadOnlyList<string> values, List<(string Name, object? Value)> parameters)
    {
        if (values.Count == 0)
            return "";
        var names = values.Select(value => Add(value, parameters)).ToList();
        return names.Count == 1 ? $" AND {expression} = {names[0]}" : $" AND {expression} IN ({string.Join(',', names)})";
    }

    private static string Add(string value, List<(string Name, object? Value)> parameters)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@v{parameters.Count}");
        parameters.Add((name, value));
        return name;
    }
}
