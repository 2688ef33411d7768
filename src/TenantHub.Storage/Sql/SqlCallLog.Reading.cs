using System.Data.Common;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// How the log is read: 1. The rows of before version 20 that are left. 2. The batches whose times, and whose filter, say that they may
/// hold something. They are opened in the order in which their best record could come onto the page, until none that is left can. All of it
/// is read at one moment: meanwhile batches are put together and deleted.
/// </summary>
internal sealed partial class SqlCallLog
{
    private const int HeadersAtOnce = 512;

    private static readonly RowFormat<CallRecord> Rows = new(
        "call_log",
        row => StorageJson.Read<CallRecord>(row.GetFieldValue<byte[]>(1)),
        "The call is missing from the call log. Delete the row."
    );

    public async Task<IReadOnlyList<CallRecord>> ListAsync(CallLogFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.PageSize, 1);
        return await database.ReadAtOneMomentAsync(
            async (connection, cancellation) =>
            {
                var page = new CallLogPage(filter);
                await AddRowsAsync(connection, filter, page, cancellation); // 1
                await AddBatchesAsync(connection, filter, page, cancellation); // 2
                return page.Records;
            },
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<CallCount>> CountAsync(DateTimeOffset from, CancellationToken cancellationToken = default)
    {
        var span = (long)CallCount.Span.TotalMilliseconds;
        var first = CallLogQuery.FirstIdAt(from.ToUnixTimeMilliseconds() / span * span);
        var counts = await database.ReadAsync(
            async (connection, cancellation) =>
            {
                var counts = new SortedDictionary<string, (long Succeeded, long Failed)>(StringComparer.Ordinal);
                foreach (
                    var spans in await connection.QueryAsync(CallLogQuery.Spans, row => row.GetString(0), cancellation, ("@from", first))
                )
                    CallBatch.AddCounts(spans, first[..CallBatch.SpanDigits], counts);
                foreach (
                    var spans in await connection.QueryAsync(
                        CallLogQuery.Count,
                        row => $"{row.GetString(0)}:{row.GetInt64(1)}:{row.GetInt64(2)}",
                        cancellation,
                        ("@from", first)
                    )
                )
                    CallBatch.AddCounts(spans, "", counts);
                return counts;
            },
            cancellationToken
        );
        return
        [
            .. counts.Select(count => new CallCount(
                DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(count.Key, 16) * span),
                count.Value.Succeeded,
                count.Value.Failed
            )),
        ];
    }

    private async Task AddRowsAsync(DbConnection connection, CallLogFilter filter, CallLogPage page, CancellationToken cancellationToken)
    {
        var (sql, parameters) = CallLogQuery.Create(filter);
        var records = await connection.QueryAsync(sql, Rows, database.Damaged, filter.PageSize, cancellationToken, parameters);
        records.ForEach(page.Add);
    }

    private async Task AddBatchesAsync(DbConnection connection, CallLogFilter filter, CallLogPage page, CancellationToken cancellationToken)
    {
        var isNewestFirst = filter is { OrderBy: CallLogOrder.Time, Descending: true };
        var limit = isNewestFirst ? HeadersAtOnce : int.MaxValue; // In any other order the best may lie anywhere.
        var before = CallLogQuery.AfterAllIds;
        while (true)
        {
            var headers = await connection.QueryAsync(
                CallLogQuery.Headers,
                row => new CallBatchHeader(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetInt64(2),
                    row.GetInt64(3),
                    row.GetInt64(4),
                    row.GetInt64(5),
                    row.GetInt64(6),
                    row.GetString(7),
                    row.GetFieldValue<byte[]>(8),
                    row.GetInt64(9)
                ),
                cancellationToken,
                ("@low", page.LowestId),
                ("@high", page.HighestId),
                ("@before", before),
                ("@most", (long)limit)
            );
            if (!isNewestFirst)
                headers.Sort(page.Compare);
            foreach (var header in headers)
            {
                if (!page.HasRoomFor(page.BestOf(header)))
                    return;
                if (!page.MayBeIn(header))
                    continue;
                var body = await connection.FirstAsync(CallLogQuery.Body, row => row.GetBytes(0), cancellationToken, ("@id", header.Id));
                foreach (var record in OpenOrLeaveOut(header.Id, body!, filter))
                    page.Add(record);
            }

            if (headers.Count < limit)
                return;
            before = headers[^1].Id;
        }
    }

    private List<CallRecord> OpenOrLeaveOut(string id, byte[] body, CallLogFilter? filter = null) =>
        database.Damaged.ReadOrTell(stored => CallBatch.Open(id, stored, filter), body) ?? [];
}
