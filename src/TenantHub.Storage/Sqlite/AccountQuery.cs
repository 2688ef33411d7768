using System.Text.Json;
using Microsoft.Data.Sqlite;
using TenantHub.Accounts;

namespace TenantHub.Storage.Sqlite;

/// <summary>
/// Makes the statement of a filter from constant pieces; every value is a parameter, and a list is one parameter. One owner or one status
/// is compared with "=", so that SQLite reads the page in order from an index instead of sorting all matches.
/// </summary>
internal static class AccountQuery
{
    public static SqliteCommand Create(SqliteConnection connection, AccountFilter filter)
    {
        var command = new SqliteCommand { Connection = connection };
        var ids = Match(command, filter.AccountIds, "$ids", " AND id = $ids", " AND id IN (SELECT value FROM json_each($ids))");
        var owners = Match(
            command, filter.OriginOwnerIds, "$owners", " AND origin_owner_id = $owners", " AND origin_owner_id IN (SELECT value FROM json_each($owners))");

        // Beside owners or ids a status is only looked at ("+" keeps SQLite off its index): nearly all accounts share one, so that index would
        // read nearly all of them. Measured with 100,000 accounts: 6 ms by status, 0.1 ms by owner.
        var narrowed = ids.Length + owners.Length > 0;
        var statuses = Match(
            command,
            [.. filter.Statuses.Select(status => WireName.Of(status))],
            "$statuses",
            narrowed ? " AND +status = $statuses" : " AND status = $statuses",
            narrowed ? " AND +status IN (SELECT value FROM json_each($statuses))" : " AND status IN (SELECT value FROM json_each($statuses))");

        // The literal must be the one in the index accounts_linked, or SQLite does not use it.
        if (statuses.Length == 0) statuses = " AND status <> 'unlinked'";
        command.Parameters.AddWithValue("$limit", filter.PageSize);
        command.Parameters.AddWithValue("$offset", (filter.Page - 1L) * filter.PageSize);
#pragma warning disable CA2100 // Only the constants above are put together.
        command.CommandText = $"SELECT id, description FROM accounts WHERE TRUE{ids}{owners}{statuses} ORDER BY created_at, id LIMIT $limit OFFSET $offset";
#pragma warning restore CA2100
        return command;
    }

    private static string Match(SqliteCommand command, IReadOnlyList<string> values, string parameter, string one, string many)
    {
        if (values.Count == 0) return "";
        command.Parameters.AddWithValue(parameter, values.Count == 1 ? values[0] : JsonSerializer.Serialize(values));
        return values.Count == 1 ? one : many;
    }
}
