using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;

namespace TenantHub.Storage.Sql;

/// <summary>
/// How a row of a table is read. The first column is its name. One that cannot be read is told as damage that names it, and quotes nothing of
/// it.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Of">Reads a row.</param>
/// <param name="Remedy">What to do about one that cannot be read.</param>
internal sealed record RowFormat<T>(string Table, Func<DbDataReader, T> Of, string Remedy)
{
    /// <summary>Reads a row.</summary>
    /// <exception cref="StorageException">It is damaged.</exception>
    public T Read(DbDataReader row)
    {
        try
        {
            return Of(row);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw Damaged(row, exception);
        }
    }

    /// <summary>Whether it is what is stored that is wrong, and not the database.</summary>
    private static bool IsUnreadable(Exception exception) =>
        exception
            is JsonException
                or FormatException
                or InvalidCastException
                or OverflowException
                or CryptographicException
                or InvalidDataException;

    private StorageException Damaged(DbDataReader row, Exception cause)
    {
        // The cause is left out: a parser's message may quote what it could not read.
        var what =
            cause is CryptographicException
                ? "cannot be opened: it is damaged, or the key ring that sealed it is missing"
                : $"is not readable ({cause.GetType().Name})";
        return new StorageException($"The row {row.GetValue(0)} of the table {Table} {what}. {Remedy}") { IsDamage = true };
    }
}
