using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// What is done behind the writing: 1. Find the id up to which records are too old or too many. 2. Delete them; a batch that lies on both
/// sides is written anew. 3. Put the small batches of quiet times together, so that there are not many more rows than the records need.
/// Every step is one transaction that takes rows away and puts their successors in, so several silos may do it at once.
/// </summary>
internal sealed partial class SqlCallLog
{
    private const int DeletedAtOnce = 1000;
    private const int JoinedAtOnce = 512;
    private const int WorthJoining = 16;
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    internal async Task TidyAsync()
    {
        try
        {
            var bound = await FindBoundAsync(); // 1
            await DeleteAsync(CallLogQuery.PruneRows, bound); // 2
            await DeleteAsync(CallLogQuery.PruneBatches, bound);
            foreach (var id in await ReadAsync(CallLogQuery.Straddling, ("@bound", bound)))
                await RewriteAsync(id, bound);
            while (await JoinAsync() == JoinedAtOnce)
            {
                // 3
            }
        }
        catch (Exception exception)
        {
            LogNotPruned(exception); // The next time will do.
        }
    }

    private async Task TidyLoopAsync()
    {
        using var timer = new PeriodicTimer(TidyEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await TidyAsync(); // 4
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task<string> FindBoundAsync()
    {
        var bound = CallLogQuery.FirstIdAt((clock.GetUtcNow() - options.Value.MaxAge).ToUnixTimeMilliseconds());
        var sizes = await database.ReadAsync(
            (connection, cancellation) =>
                connection.QueryAsync(CallLogQuery.Sizes, row => (Id: row.GetString(0), Records: row.GetInt64(1)), cancellation)
        );
        var left = (long)options.Value.MaxRecords;
        var full = sizes.FindIndex(batch => (left -= batch.Records) < 0);
        string? surplus;
        if (full < 0)
        {
            surplus = (await ReadAsync(CallLogQuery.SurplusRow, ("@kept", left))).FirstOrDefault();
        }
        else
        {
            var kept = (int)(left + sizes[full].Records);
            var ids = (await OpenAsync(sizes[full].Id)).Select(record => record.Id);
            surplus = ids.OrderDescending(StringComparer.Ordinal).ElementAtOrDefault(kept);
        }

        return string.CompareOrdinal(surplus, bound) > 0 ? surplus! : bound;
    }

    private async Task DeleteAsync(string sql, string bound)
    {
        while (
            await database.WriteInBackgroundAsync(
                (connection, cancellation) => connection.ExecuteAsync(sql, cancellation, ("@bound", bound), ("@most", (long)DeletedAtOnce))
            ) == DeletedAtOnce
        )
        {
            // In pieces, so that no other write waits for long.
        }
    }

    private Task<int> RewriteAsync(string id, string bound) =>
        database.WriteInBackgroundAsync(
            async (connection, cancellation) =>
            {
                var body = await connection.FirstAsync(CallLogQuery.TakeBatch, row => row.GetBytes(0), cancellation, ("@id", id));
                if (body is null)
                    return 0;
                List<CallRecord> rest = [.. OpenOrLeaveOut(id, body).Where(record => string.CompareOrdinal(record.Id, bound) > 0)];
                return rest.Count == 0 ? 0 : await CallLogQuery.InsertAsync(connection, [CallBatch.Of(rest)], cancellation);
            }
        );

    /// <summary>Gives how many batches were put together.</summary>
    private async Task<int> JoinAsync()
    {
        var before = CallLogQuery.FirstIdAt((clock.GetUtcNow() - Settled).ToUnixTimeMilliseconds());
        var small = await ReadAsync(CallLogQuery.Small, ("@before", before), ("@most", (long)JoinedAtOnce));
        if (small.Count < WorthJoining)
            return 0;
        return await database.WriteInBackgroundAsync(
            async (connection, cancellation) =>
            {
                var taken = await connection.QueryAsync(
                    CallLogQuery.TakeSmall,
                    row => OpenOrLeaveOut(row.GetString(0), row.GetFieldValue<byte[]>(1)),
                    cancellation,
                    ("@before", before),
                    ("@most", (long)JoinedAtOnce)
                );
                var inOrder = taken.SelectMany(records => records).OrderBy(record => record.Id, StringComparer.Ordinal);
                await CallLogQuery.InsertAsync(connection, [.. inOrder.Chunk(CallBatch.MaxRecords).Select(CallBatch.Of)], cancellation);
                return taken.Count;
            }
        );
    }

    private async Task<List<CallRecord>> OpenAsync(string id)
    {
        var body = await database.ReadAsync(
            (connection, cancellation) => connection.FirstAsync(CallLogQuery.Body, row => row.GetBytes(0), cancellation, ("@id", id))
        );
        return body is null ? [] : OpenOrLeaveOut(id, body);
    }

    private Task<List<string>> ReadAsync(string sql, params (string Name, object? Value)[] parameters) =>
        database.ReadAsync((connection, cancellation) => connection.QueryAsync(sql, row => row.GetString(0), cancellation, parameters));
}
