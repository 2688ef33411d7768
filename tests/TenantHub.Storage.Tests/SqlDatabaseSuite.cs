using System.Data.Common;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

/// <summary>What both databases must do for those who use them.</summary>
public abstract class SqlDatabaseSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    [Fact]
    public async Task ReadAtOneMoment_DoesNotSeeWhatIsWrittenMeanwhile()
    {
        var database = Open();

        var seen = await database.ReadAtOneMomentAsync(
            async (connection, cancellation) =>
            {
                var before = await CountAsync(connection, cancellation);
                await database.WriteAsync(
                    (writer, cancellation) => writer.ExecuteAsync("INSERT INTO grain_state VALUES('a', 'b', 7, NULL, '')", cancellation),
                    cancellation
                );
                return (before, await CountAsync(connection, cancellation));
            },
            Cancel
        );

        Assert.Equal((0, 0), seen);
        Assert.Equal(1, await database.ReadAsync(CountAsync, Cancel));
    }

    private static Task<long> CountAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.FirstAsync("SELECT count(*) FROM grain_state", row => row.GetInt64(0), cancellationToken);
}
