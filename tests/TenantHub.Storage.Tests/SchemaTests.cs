using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

public sealed class SchemaTests
{
    /// <summary>The place in the list is the version that a database remembers.</summary>
    [Fact]
    public void NumberInAFilesName_IsThePlaceOfItsStep()
    {
        var numbers = typeof(Schema)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Schema/", StringComparison.Ordinal))
            .Select(name => name[7..11]);

        Assert.Equal(Enumerable.Range(1, Schema.Latest).Select(number => $"{number:d4}"), numbers.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FileForBoth_IsWrittenInEachDatabasesTypes()
    {
        var step = Schema.Steps[0];

        Assert.Contains("payload BLOB", step.Sqlite, StringComparison.Ordinal);
        Assert.Contains("grain_id TEXT NOT NULL", step.Sqlite, StringComparison.Ordinal);
        Assert.Contains("payload BYTEA", step.Postgres, StringComparison.Ordinal);
        Assert.Contains("grain_id TEXT COLLATE \"C\" NOT NULL", step.Postgres, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesOfOneStep_RunInTheOrderOfTheirNames()
    {
        var step = Schema.Steps[12];

        Assert.Equal("", Schema.Steps[4].Sqlite);
        Assert.True(
            step.Sqlite.IndexOf("ADD COLUMN", StringComparison.Ordinal) < step.Sqlite.IndexOf("UPDATE accounts", StringComparison.Ordinal),
            step.Sqlite
        );
        Assert.DoesNotContain("convert_from", step.Sqlite, StringComparison.Ordinal);
        Assert.Contains("convert_from", step.Postgres, StringComparison.Ordinal);
    }
}
