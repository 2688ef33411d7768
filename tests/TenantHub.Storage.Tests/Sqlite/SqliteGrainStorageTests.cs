using System.Text;
using Microsoft.Data.Sqlite;
using Orleans.Storage;
using Xunit;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteGrainStorageTests : GrainStorageSuite, IDisposable
{
    private readonly SqliteFixture _fixture = new(busyTimeout: TimeSpan.FromSeconds(1));

    protected override IGrainStorage Storage => _fixture.Storage;

    public void Dispose() => _fixture.Dispose();

    /// <summary>The defect that made us write this storage: after one lock that lasts too long, the next write must work again.</summary>
    [Fact]
    public async Task LockHeldLongerThanTheTimeOut_FailsThatWriteOnly()
    {
        var id = GrainId.Create("account", "locked");
        await WriteAsync("sample", id, "before");
        var state = await ReadAsync("sample", id);
        await using (var foreign = new SqliteConnection($"Data Source={_fixture.File}"))
        {
            await foreign.OpenAsync(TestContext.Current.CancellationToken);
            await Execute(foreign, "BEGIN IMMEDIATE");

            state.State!.Name = "during";
            var failure = await Assert.ThrowsAsync<SqliteException>(() => Storage.WriteStateAsync("sample", id, state));
            Assert.Equal(5, failure.SqliteErrorCode); // SQLITE_BUSY

            await Execute(foreign, "ROLLBACK");
        }

        for (var i = 0; i < 5; i++)
        {
            state.State!.Name = $"after {i}";
            await Storage.WriteStateAsync("sample", id, state);
        }

        Assert.Equal("after 4", (await ReadAsync("sample", id)).State!.Name);
    }

    [Fact]
    public async Task ReopenedFile_HoldsEverything_AlsoTheSecret()
    {
        var id = GrainId.Create("account", "kept");
        await WriteAsync("sample", id, "kept", new Secret("planted-secret"));
        _fixture.Close();

        using var reopened = new SqliteFixture(_fixture.Path);
        var state = new GrainState<SampleState>();
        await reopened.Storage.ReadStateAsync("sample", id, state);

        Assert.Equal(("kept", "planted-secret"), (state.State!.Name, state.State!.Secret!.Reveal()));
    }

    [Fact]
    public async Task SecretInTheState_IsSealedInTheFiles()
    {
        await WriteAsync("sample", GrainId.Create("account", "sealed"), "name-in-the-clear", new Secret("planted-secret"));

        var files = string.Concat(Directory.EnumerateFiles(_fixture.Path, "tenanthub.db*").Select(ReadShared));

        Assert.Contains("name-in-the-clear", files, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-secret", files, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret.Redacted, files, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewerSchema_IsRefused_WithAWordOnWhatToDo()
    {
        await WriteAsync("sample", GrainId.Create("account", "x"), "x");
        await using (var connection = new SqliteConnection($"Data Source={_fixture.File}"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await Execute(connection, "PRAGMA user_version=99");
        }

        _fixture.Close();
        using var reopened = new SqliteFixture(_fixture.Path);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => reopened.Storage.ReadStateAsync("sample", GrainId.Create("account", "x"), new GrainState<SampleState>()));

        Assert.Contains("schema version 99", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondProcessOnTheDirectory_IsKeptOut_UntilTheFirstHasGone()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => new SqliteFixture(_fixture.Path));
        Assert.Contains("in use by another TenantHub process", refused.Message, StringComparison.Ordinal);

        _fixture.Close();
        using var second = new SqliteFixture(_fixture.Path);
        Assert.Equal(_fixture.Path, second.Path);
    }

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private static async Task Execute(SqliteConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of this test.
        await using var command = new SqliteCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
