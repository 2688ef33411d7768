using System.Globalization;
using System.Text;
using System.Text.Json;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The statements of the call log, put together from constant pieces; every value is a parameter. Ids begin with the time at which the call
/// came, so the primary key serves the usual order, every span of time, and the deletion of what is old.
/// </summary>
internal static class CallLogQuery
{
    public const string Surplus = "SELECT id FROM call_log ORDER BY id DESC LIMIT 1 OFFSET @kept";

    public const string Prune = "DELETE FROM call_log WHERE id IN (SELECT id FROM call_log WHERE id <= @bound ORDER BY id LIMIT @most)";

    /// <summary>The first eight digits of an id are its time without the last 16 bits of the milliseconds.</summary>
    public const string Count = """
        SELECT SUBSTR(id, 1, 8), SUM(CASE WHEN outcome = 'succeeded' THEN 1 ELSE 0 END), SUM(CASE WHEN outcome NOT IN ('succeeded', 'canceled') THEN 1 ELSE 0 END)
        FROM call_log WHERE id >= @from GROUP BY 1 ORDER BY 1
        """;

    private static readonly string[] Columns =
        ["id", "account_id", "origin_owner_id", "profile_id", "caller_id", "trace_id", "action_id", "part_of", "product", "method", "outcome", "provider_status", "duration_us", "record"];

    /// <summary>One statement for many records; one that is there already (a commit whose answer was lost) stays as it is.</summary>
    public static (string Sql, (string Name, object? Value)[] Parameters) Insert(List<CallRecord> records)
    {
        var sql = new StringBuilder("INSERT INTO call_log(").AppendJoin(',', Columns).Append(") VALUES");
        var parameters = new List<(string Name, object? Value)>(records.Count * Columns.Length);
        for (var i = 0; i < records.Count; i++)
        {
            sql.Append(i == 0 ? "(" : ",(");
            object?[] values = Values(records[i]);
            for (var column = 0; column < values.Length; column++)
            {
                if (column > 0) sql.Append(',');
                sql.Append(Add(values[column], parameters));
            }

            sql.Append(')');
        }

        return (sql.Append(" ON CONFLICT(id) DO NOTHING").ToString(), [.. parameters]);
    }

    public static (string Sql, (string Name, object? Value)[] Parameters) Create(CallLogFilter filter)
    {
        var parameters = new List<(string Name, object? Value)>();
        var where = new StringBuilder(" WHERE TRUE");
        Match("id", filter.Ids);
        Match("account_id", filter.AccountIds);
        Match("origin_owner_id", filter.OriginOwnerIds);
        Match("profile_id", filter.ProfileIds);
        Match("caller_id", filter.CallerIds);
        Match("trace_id", filter.TraceIds);
        Match("product", filter.Products);
        Match("method", filter.Methods);
        if (filter.Outcomes.Count > 0)
        {
            where.Append(" AND (").AppendJoin(" OR ", filter.Outcomes.Select(outcome => outcome.ProviderStatus is { } status
                ? $"outcome = {Add(outcome.Name, parameters)} AND provider_status = {Add((long)status, parameters)}"
                : $"outcome = {Add(outcome.Name, parameters)}")).Append(')');
        }

        if (filter.ActionIds.Count > 0)
        {
            var names = Names(filter.ActionIds);
            where.Append(CultureInfo.InvariantCulture, $" AND (action_id IN ({names}) OR part_of IN ({names}))");
        }

        if (filter.CallerKinds.Count > 0)
            where.Append(" AND (").AppendJoin(" OR ", filter.CallerKinds.Select(kind => $"caller_id LIKE {Add(kind + '%', parameters)}")).Append(')');
        if (filter.Success is { } success)
            where.Append(CultureInfo.InvariantCulture, $" AND outcome {(success ? "=" : "<>")} {Add(CallRecord.Succeeded, parameters)}");
        if (filter.From is { } from) where.Append(CultureInfo.InvariantCulture, $" AND id >= {Add(FirstIdAt(from.ToUnixTimeMilliseconds()), parameters)}");
        if (filter.To is { } to) where.Append(CultureInfo.InvariantCulture, $" AND id < {Add(FirstIdAt(to.ToUnixTimeMilliseconds() + 1), parameters)}");

        var value = filter.OrderBy switch { CallLogOrder.Duration => "duration_us", CallLogOrder.Status => "COALESCE(provider_status, 0)", _ => null };
        var direction = filter.Descending ? " DESC" : "";
        if (filter.After is { } after)
        {
            var beyond = filter.Descending ? '<' : '>';
            where.Append(value is null
                ? string.Create(CultureInfo.InvariantCulture, $" AND id {beyond} {Add(after.Id, parameters)}")
                : string.Create(CultureInfo.InvariantCulture, $" AND ({value}, id) {beyond} ({Add(after.Value, parameters)}, {Add(after.Id, parameters)})"));
        }

        var order = value is null ? $"id{direction}" : $"{value}{direction}, id{direction}";
        return ($"SELECT id, record FROM call_log{where} ORDER BY {order} LIMIT {Add((long)filter.PageSize, parameters)}", [.. parameters]);

        string Names(IReadOnlyList<string> values) => string.Join(',', values.Select(one => Add(one, parameters)));

        void Match(string column, IReadOnlyList<string> values)
        {
            if (values.Count == 1) where.Append(CultureInfo.InvariantCulture, $" AND {column} = {Add(values[0], parameters)}"); // Read in order from an index.
            else if (values.Count > 1) where.Append(CultureInfo.InvariantCulture, $" AND {column} IN ({Names(values)})");
        }
    }

    /// <summary>No id of a call that came at this time or later is smaller, none of an earlier one is greater.</summary>
    public static string FirstIdAt(long unixMilliseconds)
    {
        var time = Math.Max(0, unixMilliseconds).ToString("x12", CultureInfo.InvariantCulture);
        return $"{time[..8]}-{time[8..]}";
    }

    private static object?[] Values(CallRecord record) =>
    [
        record.Id, record.AccountId, record.OriginOwnerId, record.ProfileId, record.CallerId, record.TraceId, record.ActionId, record.PartOf, record.Product, record.Method,
        record.Outcome, (long?)record.ProviderStatus, record.Duration.Ticks / TimeSpan.TicksPerMicrosecond, JsonSerializer.SerializeToUtf8Bytes(record, StorageJson.Plain),
    ];

    private static string Add(object? value, List<(string Name, object? Value)> parameters)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@v{parameters.Count}");
        parameters.Add((name, value));
        return name;
    }
}
