using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresCallLogTests : CallLogSuite<PostgresTestDatabase>
{
    /// <summary>A flush of the disk costs more than all the rest of a record's way.</summary>
    [Fact]
    public async Task WhatWaits_IsWrittenInOneTransaction()
    {
        var database = Database.Open();
        var log = New(database: database);
        foreach (var i in Enumerable.Range(0, 1000))
            log.Append(Record(i));

        await log.StartAsync(Cancel);
        await log.StopAsync(Cancel);

        var written = await database.ReadAsync(
            (connection, cancellation) =>
                connection.FirstAsync(
                    "SELECT count(*), count(DISTINCT xmin::text) FROM call_batches",
                    row => (Rows: row.GetInt64(0), Transactions: row.GetInt64(1)),
                    cancellation
                ),
            Cancel
        );
        Assert.Equal((16, 1), written);
        Assert.Equal(1000, (await log.ListAsync(new() { PageSize = 5000 }, Cancel)).Count);
    }
}
