using System.Text.RegularExpressions;
using Npgsql;
using TenantHub.Storage.Sql;

namespace TenantHub.Storage.Postgres;

/// <summary>
/// Takes the steps of <see cref="Schema"/> that a database lacks; the table schema_version says how many it has. All are taken in one
/// transaction under an advisory lock: any number of silos may start at once, and a failure leaves everything as it was.
/// </summary>
internal static partial class PostgresSchema
{
    /// <summary>"TenantHu"; any number that nobody else uses.</summary>
    public const long LockKey = 0x54_65_6E_61_6E_74_48_75;

    private static readonly string[] AlreadyThere =
    [
        PostgresErrorCodes.DuplicateTable,
        PostgresErrorCodes.DuplicateColumn,
        PostgresErrorCodes.DuplicateObject,
        PostgresErrorCodes.DuplicateFunction,
        PostgresErrorCodes.UniqueViolation,
    ];

    /// <summary>Brings the database up to date and gives the version that it had before.</summary>
    public static Task<int> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ApplyAsync(connection, [.. Schema.Steps.Select(step => step.Postgres)], cancellationToken);

    /// <summary>The same with given steps: tests play a later version with it.</summary>
    internal static async Task<int> ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<string> steps,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({LockKey})");

        // Looked for first: a user who may not create tables may still run a silo on tables that are up to date.
        var version = 0;
        if (await connection.FirstAsync("SELECT to_regclass('schema_version') IS NOT NULL", row => row.GetBoolean(0), cancellationToken))
            version =
                await connection.FirstAsync<int?>("SELECT version FROM schema_version", row => row.GetInt32(0), cancellationToken)
                ?? throw new StorageException(
                    $"The database {connection.Database} is damaged: its table schema_version is empty. Restore it from a backup (deploy/runbook.md, Restore)."
                );
        else
            await ExecuteAsync("CREATE TABLE schema_version(version INTEGER NOT NULL); INSERT INTO schema_version VALUES(0)");

        if (version > steps.Count)
        {
            throw new StorageException(
                $"The database {connection.Database} has schema version {version}; this TenantHub knows {steps.Count}. Start the newer TenantHub that wrote it, or restore a backup."
            );
        }

        Schema.CheckTables(
            connection.Database,
            steps.Take(version),
            await connection.QueryAsync(
                "SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false))",
                row => row.GetString(0),
                cancellationToken
            )
        );
        if (version == steps.Count)
            return version;
        try
        {
            foreach (var step in steps.Skip(version).Where(step => step.Length > 0))
                await ExecuteAsync(step);
        }
        catch (PostgresException exception) when (AlreadyThere.Contains(exception.SqlState))
        {
            throw Schema.AlreadyThere(connection.Database, version, exception.MessageText, exception);
        }

        await ExecuteAsync($"UPDATE schema_version SET version = {steps.Count}");
        await transaction.CommitAsync(cancellationToken);
        return version;

        async Task ExecuteAsync(string sql)
        {
#pragma warning disable CA2100 // The steps of this product, and numbers.
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 }; // Another silo's step, or ours, may take long.
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Orleans finds its statements in a table that the steps have filled, and somebody may have emptied it. It holds nothing else,
    /// so what is missing is put back. Gives the names of those.</summary>
    public static async Task<IReadOnlyList<string>> PutBackQueriesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var there = await connection.QueryAsync("SELECT QueryKey FROM OrleansQuery", row => row.GetString(0), cancellationToken);
        var statements = Schema.Steps.SelectMany(step => Queries().Matches(step.Postgres)).Select(match => match.Value).ToList();
        var missing = statements
            .SelectMany(statement => QueryKey().Matches(statement))
            .Select(match => match.Groups["key"].Value)
            .Except(there)
            .ToList();
        if (missing.Count > 0)
        {
            foreach (var statement in statements)
                await connection.ExecuteAsync($"{statement} ON CONFLICT DO NOTHING", cancellationToken);
        }

        return missing;
    }

    [GeneratedRegex(@"INSERT INTO OrleansQuery(?:[^;']|'(?:[^']|'')*')*")]
    private static partial Regex Queries();

    [GeneratedRegex(@"\(\s*'(?<key>\w+)'\s*,")]
    private static partial Regex QueryKey();
}
