using System.Data.Common;
using Microsoft.Data.Sqlite;
using Xunit;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteWriterTests : IDisposable
{
    private readonly SqliteFile _file = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FaultyWriteInABatch_FailsAloneAndTheOthersAreStored()
    {
        var database = _file.Open();
        await database.ReadyAsync(Cancel);

        // Held back by the lock, the three are taken together.
        var held = _file.HoldWriteLock();
        var before = database.WriteAsync((connection, _) => Task.FromResult(Insert(connection, "before")), Cancel);
        var faulty = database.WriteAsync<int>((_, _) => throw new FormatException("mine"), Cancel);
        var after = database.WriteAsync((connection, _) => Task.FromResult(Insert(connection, "after")), Cancel);
        held.Dispose();

        Assert.Equal("mine", (await Assert.ThrowsAsync<FormatException>(() => faulty)).Message);
        Assert.Equal(1, await before);
        Assert.Equal(1, await after);
        Assert.Equal(2, await database.ReadAsync((connection, _) => Task.FromResult(Count(connection)), Cancel));
    }

    [Fact]
    public async Task WhoCanWait_LetsOthersGoFirst_ButIsNotForgotten()
    {
        var database = _file.Open();
        await database.ReadyAsync(Cancel);
        var order = new List<string>(); // The writer's thread alone adds to it.
        using var gate = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = database.WriteAsync((_, _) => Task.FromResult(HoldTheWriter()), Cancel);
        await begun.Task;
        var later = Enumerable.Range(0, 3).Select(i => WriteAsync($"later {i}", canWait: true)).ToList();
        var now = Enumerable.Range(0, 6).Select(i => WriteAsync($"now {i}", canWait: false)).ToList();
        gate.Set();
        await Task.WhenAll([first, .. later, .. now]);

        Assert.Equal(["now 0", "later 0", "now 1", "now 2", "now 3", "later 1", "now 4", "now 5", "later 2"], order);

        int HoldTheWriter()
        {
            begun.SetResult();
            gate.Wait(Cancel);
            return 0;
        }

        Task<int> WriteAsync(string name, bool canWait)
        {
            return canWait ? database.WriteInBackgroundAsync(Write, Cancel) : database.WriteAsync(Write, Cancel);

            Task<int> Write(DbConnection connection, CancellationToken cancellation)
            {
                order.Add(name);
                return Task.FromResult(Insert(connection, name));
            }
        }
    }

    [Fact]
    public async Task WriteThatAwaitsSomethingElse_IsRefusedAndHoldsNobodyUp()
    {
        var database = _file.Open();
        var never = new TaskCompletionSource<int>();

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync((_, _) => never.Task, Cancel));

        Assert.Equal(1, await database.WriteAsync((connection, _) => Task.FromResult(Insert(connection, "x")), Cancel));
    }

    [Fact]
    public async Task StatementThatFails_LeavesNothingOfItsWrite()
    {
        var database = _file.Open();

        await Assert.ThrowsAsync<StorageException>(() =>
            database.WriteAsync((connection, _) => Task.FromResult(Insert(connection, "x") + Insert(connection, "x")), Cancel)
        );

        Assert.Equal(0, await database.ReadAsync((connection, _) => Task.FromResult(Count(connection)), Cancel));
    }

    [Fact]
    public async Task CallerThatGaveUpBeforeItsTurn_WritesNothing()
    {
        var database = _file.Open();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            database.WriteAsync((connection, _) => Task.FromResult(Insert(connection, "x")), cancelled.Token)
        );

        Assert.Equal(0, await database.ReadAsync((connection, _) => Task.FromResult(Count(connection)), Cancel));
    }

    [Fact]
    public async Task Dispose_FinishesWhatWasQueuedAndRefusesMore()
    {
        var database = _file.Open();
        var writes = Enumerable
            .Range(0, 200)
            .Select(i => database.WriteAsync((connection, _) => Task.FromResult(Insert(connection, $"k{i}")), Cancel))
            .ToList();

        database.Dispose();

        Assert.All(await Task.WhenAll(writes), changed => Assert.Equal(1, changed));
        await Assert.ThrowsAsync<ObjectDisposedException>(() =>
            database.WriteAsync((connection, _) => Task.FromResult(Insert(connection, "late")), Cancel)
        );
        Assert.Equal(200, await _file.Open().ReadAsync((connection, _) => Task.FromResult(Count(connection)), Cancel));
    }

    public void Dispose() => _file.Dispose();

    private static int Insert(DbConnection connection, string id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO grain_state VALUES('test', $id, 1, NULL, '')";
        command.Parameters.Add(new SqliteParameter("$id", id));
        return command.ExecuteNonQuery();
    }

    private static long Count(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM grain_state";
        return (long)command.ExecuteScalar()!;
    }
}
