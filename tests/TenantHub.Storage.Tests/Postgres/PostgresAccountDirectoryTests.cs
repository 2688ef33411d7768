using Npgsql;
using NpgsqlTypes;
using TenantHub.Accounts;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Postgres;

public sealed class PostgresAccountDirectoryTests : AccountDirectorySuite<PostgresTestDatabase>
{
    /// <summary>The states are copied in, and the directory is rebuilt from them.</summary>
    protected override async Task FillAsync(IAccountDirectory directory, IReadOnlyList<AccountDescription> accounts)
    {
        var cancel = TestContext.Current.CancellationToken;
        await directory.ListAsync(new AccountFilter(), cancel); // Makes the tables.
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(cancel);
        await using (
            var copy = await connection.BeginBinaryImportAsync(
                "COPY grain_state(state_name, grain_id, version, payload, modified_at) FROM STDIN (FORMAT BINARY)",
                cancel
            )
        )
        {
            foreach (var account in accounts)
            {
                await copy.StartRowAsync(cancel);
                await copy.WriteAsync("account", cancel);
                await copy.WriteAsync("linkedaccount/" + account.Id, cancel);
                await copy.WriteAsync(1L, cancel);
                await copy.WriteAsync(StateOf(account), NpgsqlDbType.Bytea, cancel);
                await copy.WriteAsync("", cancel);
            }

            await copy.CompleteAsync(cancel);
        }

        await directory.RebuildAsync(cancel);
        await connection.ExecuteAsync("VACUUM ANALYZE accounts", cancel); // As autovacuum does soon after.
    }
}
