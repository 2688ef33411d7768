using System.Data.Common;
using System.Globalization;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Statements in one line. Parameters are <c>("@name", value)</c> with a string, a long, a byte[] or null: what both databases store alike.
/// </summary>
internal static class SqlCommands
{
    /// <summary>Runs a statement and gives the number of rows that it changed.</summary>
    public static async Task<int> ExecuteAsync(
        this DbConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters
    )
    {
        await using var command = Create(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a statement once for each of the parameters, in one round trip where the database takes several statements at once. Gives
    /// the number of rows that were changed.</summary>
    public static async Task<int> ExecuteForEachAsync(
        this DbConnection connection,
        string sql,
        IEnumerable<(string Name, object? Value)[]> each,
        CancellationToken cancellationToken
    )
    {
        if (!connection.CanCreateBatch)
        {
            var changed = 0;
            foreach (var parameters in each)
                changed += await connection.ExecuteAsync(sql, cancellationToken, parameters);
            return changed;
        }

        await using var batch = connection.CreateBatch();
        foreach (var parameters in each)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            foreach (var (name, value) in parameters)
                Add(command.Parameters, command.CreateParameter(), name, value);
            batch.BatchCommands.Add(command);
        }

        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives all rows.</summary>
    public static async Task<List<T>> QueryAsync<T>(
        this DbConnection connection,
        string sql,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters
    )
    {
        await using var command = Create(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Gives the first rows that can be read, up to <paramref name="limit"/>, which is the statement's <c>@limit</c>; those that
    /// cannot are left out, and told as <paramref name="damaged"/>.</summary>
    public static async Task<List<T>> QueryAsync<T>(
        this DbConnection connection,
        string sql,
        RowFormat<T> format,
        DamagedRows damaged,
        long limit,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters
    )
        where T : class
    {
        var (asked, read) = (limit, (Func<DbDataReader, T>)format.Read);
        while (true)
        {
            var rows = await connection.QueryAsync(
                sql,
                row => damaged.ReadOrTell(read, row),
                cancellationToken,
                [.. parameters, ("@limit", asked)]
            );
            var readable = rows.OfType<T>().Take((int)limit).ToList();
            if (readable.Count == limit || rows.Count < asked)
                return readable;
            asked = limit + rows.Count - readable.Count; // Whoever asks takes a page that is not full for the last one.
        }
    }

    /// <summary>Gives the first row; the default when there is none.</summary>
    public static async Task<T?> FirstAsync<T>(
        this DbConnection connection,
        string sql,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters
    )
    {
        await using var command = Create(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? read(reader) : default;
    }

    /// <summary>An instant as both databases keep it: text in UTC that sorts by time and is exact.</summary>
    public static string Text(this DateTimeOffset instant) => instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static DateTimeOffset GetInstant(this DbDataReader reader, int column) =>
        DateTimeOffset.Parse(reader.GetString(column), CultureInfo.InvariantCulture);

    public static string? GetText(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static byte[]? GetBytes(this DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    private static DbCommand Create(DbConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand(); // On SQLite's writer this puts the command into its transaction.
#pragma warning disable CA2100 // Callers pass constants, or constant pieces put together; every value is a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            Add(command.Parameters, command.CreateParameter(), name, value);
        return command;
    }

    private static void Add(DbParameterCollection parameters, DbParameter parameter, string name, object? value)
    {
        (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
        parameters.Add(parameter);
    }
}
