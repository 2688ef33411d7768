using System.Data.Common;
using System.Globalization;
using System.Text;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// The statements of the call log, put together from constant pieces; every value is a parameter. Ids begin with the time at which the call
/// came, so they are order, span of time and age at once. Table call_batches is written; call_log has the rows of before version 20, until
/// they are too old.
/// </summary>
internal static class CallLogQuery
{
    /// <summary>No id is greater: the digits of ids end with f.</summary>
    public const string AfterAllIds = "~";

    public const string Headers = """
        SELECT id, first_id, records, min_duration, max_duration, min_status, max_status, spans, filter, named FROM call_batches
        WHERE id >= @low AND id < @before AND first_id <= @high ORDER BY id DESC LIMIT @most
        """;

    public const string Body = "SELECT body FROM call_batches WHERE id = @id";

    public const string Spans = "SELECT spans FROM call_batches WHERE id >= @from";

    public const string Sizes = "SELECT id, records FROM call_batches ORDER BY id DESC";

    public const string Straddling = "SELECT id FROM call_batches WHERE first_id <= @bound AND id > @bound";

    public const string TakeBatch = "DELETE FROM call_batches WHERE id = @id RETURNING body";

    // The literal must be the one in the index call_batches_small, or the index is not used.
    public const string Small = "SELECT id FROM call_batches WHERE records < 64 AND id < @before ORDER BY id LIMIT @most";

    public const string TakeSmall = $"DELETE FROM call_batches WHERE id IN ({Small}) RETURNING id, body";

    public const string PruneBatches =
        "DELETE FROM call_batches WHERE id IN (SELECT id FROM call_batches WHERE id <= @bound ORDER BY id LIMIT @most)";

    public const string SurplusRow = "SELECT id FROM call_log ORDER BY id DESC LIMIT 1 OFFSET @kept";

    public const string PruneRows = "DELETE FROM call_log WHERE id IN (SELECT id FROM call_log WHERE id <= @bound ORDER BY id LIMIT @most)";

    /// <summary>A batch that is there already (a commit whose answer was lost) stays as it is.</summary>
    private const string Insert = """
        INSERT INTO call_batches(id, first_id, records, min_duration, max_duration, min_status, max_status, spans, filter, named, body)
        VALUES(@id, @first, @records, @minDuration, @maxDuration, @minStatus, @maxStatus, @spans, @filter, @named, @body)
        ON CONFLICT(id) DO NOTHING
        """;

    /// <summary>The first eight digits of an id are its time without the last 16 bits of the milliseconds.</summary>
    public const string Count = """
        SELECT SUBSTR(id, 1, 8), SUM(CASE WHEN outcome = 'succeeded' THEN 1 ELSE 0 END), SUM(CASE WHEN outcome NOT IN ('succeeded', 'canceled') THEN 1 ELSE 0 END)
        FROM call_log WHERE id >= @from GROUP BY 1 ORDER BY 1
        """;

    public static Task<int> InsertAsync(
        DbConnection connection,
        IReadOnlyCollection<CallBatch> batches,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteForEachAsync(
            Insert,
            batches.Select(batch =>
                new (string, object?)[]
                {
                    ("@id", batch.Id),
                    ("@first", batch.FirstId),
                    ("@records", batch.Records),
                    ("@minDuration", batch.MinDuration),
                    ("@maxDuration", batch.MaxDuration),
                    ("@minStatus", batch.MinStatus),
                    ("@maxStatus", batch.MaxStatus),
                    ("@spans", batch.Spans),
                    ("@filter", batch.Filter),
                    ("@named", CallBatchFilter.Named),
                    ("@body", batch.Body),
                }
            ),
            cancellationToken
        );

    /// <summary>The rows of before version 20.</summary>
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
            where
                .Append(" AND (")
                .AppendJoin(
                    " OR ",
                    filter.Outcomes.Select(outcome =>
                        outcome.ProviderStatus is { } status
                            ? $"outcome = {Add(outcome.Name, parameters)} AND provider_status = {Add((long)status, parameters)}"
                            : $"outcome = {Add(outcome.Name, parameters)}"
                    )
                )
                .Append(')');
        }

        if (filter.ActionIds.Count > 0)
        {
            var names = Names(filter.ActionIds);
            where.Append(CultureInfo.InvariantCulture, $" AND (action_id IN ({names}) OR part_of IN ({names}))");
        }

        if (filter.CallerKinds.Count > 0)
            where
                .Append(" AND (")
                .AppendJoin(" OR ", filter.CallerKinds.Select(kind => $"caller_id LIKE {Add(kind + '%', parameters)}"))
                .Append(')');
        if (filter.Success is { } success)
            where.Append(CultureInfo.InvariantCulture, $" AND outcome {(success ? "=" : "<>")} {Add(CallRecord.Succeeded, parameters)}");
        if (filter.From is { } from)
            where.Append(CultureInfo.InvariantCulture, $" AND id >= {Add(FirstIdAt(from.ToUnixTimeMilliseconds()), parameters)}");
        if (filter.To is { } to)
            where.Append(CultureInfo.InvariantCulture, $" AND id < {Add(FirstIdAt(to.ToUnixTimeMilliseconds() + 1), parameters)}");

        var value = filter.OrderBy switch
        {
            CallLogOrder.Duration => "duration_us",
            CallLogOrder.Status => "COALESCE(provider_status, 0)",
            _ => null,
        };
        var direction = filter.Descending ? " DESC" : "";
        if (filter.After is { } after)
        {
            var beyond = filter.Descending ? '<' : '>';
            where.Append(
                value is null
                    ? string.Create(CultureInfo.InvariantCulture, $" AND id {beyond} {Add(after.Id, parameters)}")
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $" AND ({value}, id) {beyond} ({Add(after.Value, parameters)}, {Add(after.Id, parameters)})"
                    )
            );
        }

        var order = value is null ? $"id{direction}" : $"{value}{direction}, id{direction}";
        return ($"SELECT id, record FROM call_log{where} ORDER BY {order} LIMIT @limit", [.. parameters]);

        string Names(IReadOnlyList<string> values) => string.Join(',', values.Select(one => Add(one, parameters)));

        void Match(string column, IReadOnlyList<string> values)
        {
            if (values.Count == 1)
                where.Append(CultureInfo.InvariantCulture, $" AND {column} = {Add(values[0], parameters)}"); // Read in order from an index.
            else if (values.Count > 1)
                where.Append(CultureInfo.InvariantCulture, $" AND {column} IN ({Names(values)})");
        }
    }

    /// <summary>No id of a call that came at this time or later is smaller, none of an earlier one is greater.</summary>
    public static string FirstIdAt(long unixMilliseconds)
    {
        var time = Math.Max(0, unixMilliseconds).ToString("x12", CultureInfo.InvariantCulture);
        return $"{time[..8]}-{time[8..]}";
    }

    private static string Add(object? value, List<(string Name, object? Value)> parameters)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@v{parameters.Count}");
        parameters.Add((name, value));
        return name;
    }
}
