using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteSchemaTests : IDisposable
{
    private readonly SqliteFile _file = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FreshFile_GetsTheLatestVersionAndWal()
    {
        await _file.Open().ReadyAsync(Cancel);

        await using var foreign = _file.OpenForeign();
        Assert.Equal(Schema.Latest.ToString(CultureInfo.InvariantCulture), Scalar(foreign, "PRAGMA user_version"));
        Assert.Equal("wal", Scalar(foreign, "PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Writer_FlushesEveryCommitAndOverwritesWhatIsDeleted()
    {
        var settings = await _file
            .Open()
            .WriteAsync(
                (connection, _) => Task.FromResult(Scalar(connection, "PRAGMA synchronous") + Scalar(connection, "PRAGMA secure_delete")),
                Cancel
            );

        Assert.Equal("21", settings); // FULL and ON.
    }

    [Fact]
    public async Task Files_AreForTheOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead.");
        if (OperatingSystem.IsWindows())
            return;
        await _file.Open().ReadyAsync(Cancel);

        foreach (var path in Directory.GetFiles(_file.FolderPath))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task NewerSchema_IsRefusedAndLeftAsItIs()
    {
        await _file.Open().ReadyAsync(Cancel);
        await using (var foreign = _file.OpenForeign())
            Scalar(foreign, "PRAGMA user_version=99");

        var database = _file.Open();
        var fault = await Assert.ThrowsAsync<StorageException>(() => database.ReadyAsync(Cancel));
        Assert.Contains("schema version 99", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(() => database.ReadAsync(static (_, _) => Task.FromResult(true), Cancel));

        // The same process may go on once the right file is back.
        await using (var foreign = _file.OpenForeign())
            Scalar(foreign, $"PRAGMA user_version={Schema.Latest}");
        Assert.True(await database.ReadAsync(static (_, _) => Task.FromResult(true), Cancel));
    }

    [Fact]
    public void LaterSteps_AreTakenOnceAndKeepTheData()
    {
        using var connection = _file.OpenForeign();
        string[] steps = ["CREATE TABLE t(a); INSERT INTO t VALUES(1)", "ALTER TABLE t ADD COLUMN b DEFAULT 2", "UPDATE t SET a = a + b"];

        Assert.Equal(0, SqliteSchema.Apply(connection, steps[..1]));
        Assert.Equal(1, SqliteSchema.Apply(connection, steps));
        Assert.Equal(3, SqliteSchema.Apply(connection, steps));

        Assert.Equal("3", Scalar(connection, "SELECT a FROM t"));
    }

    /// <summary>Every version that ever was: its steps are taken first, then the rest.</summary>
    [Fact]
    public void EveryEarlierVersion_IsBroughtUpToDateWithItsData()
    {
        string[] steps = [.. Schema.Steps.Select(step => step.Sqlite)];
        for (var version = 1; version < steps.Length; version++)
        {
            using var one = new SqliteFile();
            using var connection = one.OpenForeign();
            SqliteSchema.Apply(connection, steps[..version]);
            Scalar(connection, "INSERT INTO grain_state VALUES('a', 'b', 7, NULL, '')");

            Assert.Equal(version, SqliteSchema.Apply(connection));
            Assert.Equal(steps.Length, SqliteSchema.Apply(connection));

            Assert.Equal("7", Scalar(connection, "SELECT version FROM grain_state"));
        }
    }

    /// <summary>Somebody has set the version back, or has put an old copy of the file's first page in its place.</summary>
    [Theory]
    [InlineData(0, "table grain_state already exists")]
    [InlineData(5, "duplicate column name: sending_at")]
    [InlineData(29, "table recorded_calls already exists")]
    public async Task VersionBelowWhatTheTablesAre_IsTold_AndNothingChanged(int version, string what)
    {
        await _file.Open().ReadyAsync(Cancel);
        await using (var foreign = _file.OpenForeign())
            Scalar(foreign, $"INSERT INTO grain_state VALUES('a', 'b', 7, NULL, ''); PRAGMA user_version={version}");

        var fault = await Assert.ThrowsAsync<StorageException>(() => _file.Open().ReadyAsync(Cancel));

        Assert.Contains(
            $"has schema version {version}, and something of a later one is there already",
            fault.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Restore it from a backup", fault.Message, StringComparison.Ordinal);
        await using var after = _file.OpenForeign();
        Assert.Equal("7", Scalar(after, "SELECT version FROM grain_state"));
        Assert.Equal(version.ToString(CultureInfo.InvariantCulture), Scalar(after, "PRAGMA user_version"));
    }

    [Theory]
    [InlineData(true, "is empty, and there was one here before")]
    [InlineData(false, "is missing, and there was one here before")]
    public async Task DatabaseThatIsGone_IsNotMadeAnew(bool isEmpty, string says)
    {
        await _file.Open().ReadyAsync(Cancel);
        _file.Close();
        File.Delete(_file.Path);
        if (isEmpty)
            await File.WriteAllBytesAsync(_file.Path, [], Cancel);

        var fault = await Assert.ThrowsAsync<StorageException>(() => _file.Open().ReadyAsync(Cancel));

        Assert.Contains(_file.Path + " " + says, fault.Message, StringComparison.Ordinal);
        Assert.Equal(isEmpty ? 0 : -1, File.Exists(_file.Path) ? new FileInfo(_file.Path).Length : -1);

        // What the message says to do.
        File.Delete(_file.Path + ".made");
        await _file.Open().ReadyAsync(Cancel);
    }

    /// <summary>A first start that was interrupted before it had written anything.</summary>
    [Fact]
    public async Task EmptyFileWhereThereNeverWasADatabase_IsAFirstStart()
    {
        await File.WriteAllBytesAsync(_file.Path, [], Cancel);

        await _file.Open().ReadyAsync(Cancel);
        await _file.Open().ReadyAsync(Cancel);

        await using var foreign = _file.OpenForeign();
        Assert.Equal(Schema.Latest.ToString(CultureInfo.InvariantCulture), Scalar(foreign, "PRAGMA user_version"));
    }

    [Fact]
    public void FailedStep_UndoesTheStepsBeforeIt()
    {
        using var connection = _file.OpenForeign();

        Assert.Throws<SqliteException>(() => SqliteSchema.Apply(connection, ["CREATE TABLE t(a)", "CREATE TABLE"]));

        Assert.Equal("0", Scalar(connection, "PRAGMA user_version"));
        Assert.Equal("0", Scalar(connection, "SELECT count(*) FROM sqlite_master"));
    }

    [Fact]
    public async Task StartsAtOnce_AllSucceed()
    {
        var starts = Enumerable
            .Range(0, 8)
            .Select(_ => new SqliteDatabase(_file.Path, TimeSpan.FromSeconds(30), NullLogger<SqliteDatabase>.Instance))
            .ToList();

        await Task.WhenAll(starts.Select(database => database.ReadyAsync(Cancel))); // Each has a writer thread of its own.

        starts.ForEach(database => database.Dispose());
    }

    [Fact]
    public async Task FileThatIsNoDatabase_IsNamedAsDamaged()
    {
        await File.WriteAllTextAsync(_file.Path, new string('x', 4096), Cancel);

        var fault = await Assert.ThrowsAsync<StorageException>(() => _file.Open().ReadyAsync(Cancel));

        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _file.Dispose();

    private static string? Scalar(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of these tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
