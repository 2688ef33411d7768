using System.Text;
using Orleans.Storage;
using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage.Sqlite;

public sealed class SqliteGrainStorageTests : GrainStorageSuite<SqliteFile>
{
    protected override IGrainStorage OpenStorage() => On(Database.Open());

    [Fact]
    public async Task ForeignLockBeyondTheTimeout_FailsClearlyAndTheNextWriteWorks()
    {
        var storage = On(Database.Open(busyTimeout: TimeSpan.FromMilliseconds(100)));
        var state = await WriteAsync(storage, "a", new SampleState { CallCount = 1 });
        var version = state.ETag;
        using (Database.HoldWriteLock())
        {
            var fault = await Assert.ThrowsAsync<StorageException>(() => storage.WriteStateAsync("a", Key(), state));

            Assert.Contains("locked by another program", fault.Message, StringComparison.Ordinal);
            Assert.Equal(version, state.ETag);
            Assert.Equal(1, (await ReadAsync(storage, "a")).State!.CallCount); // A reader does not wait for a writer.
        }

        state.State = new SampleState { CallCount = 2 };
        await storage.WriteStateAsync("a", Key(), state);
        Assert.Equal(2, (await ReadAsync(storage, "a")).State!.CallCount);
    }

    [Fact]
    public async Task WritesQueuedBehindAForeignLock_AllLandWhenItIsReleased()
    {
        var storage = On(Database.Open(busyTimeout: TimeSpan.FromSeconds(30)));
        await WriteAsync(storage, "a", new SampleState());
        var held = Database.HoldWriteLock();

        var writes = Enumerable.Range(0, 200).Select(i => WriteAsync(storage, $"s{i}", new SampleState { CallCount = i })).ToArray();
        Assert.DoesNotContain(writes, write => write.IsCompleted); // The caller is not blocked, and nothing is answered before the commit.
        held.Dispose();
        await Task.WhenAll(writes);

        Assert.Equal(199, (await ReadAsync(storage, "s199")).State!.CallCount);
    }

    [Fact]
    public async Task FilesAsAKilledProcessLeavesThem_HoldEveryAnsweredWrite()
    {
        var storage = OpenStorage();
        for (var i = 0; i < 20; i++)
            await WriteAsync(storage, $"s{i}", new SampleState { CallCount = i });
        using var left = new SqliteFile();
        File.Copy(Database.Path, left.Path);
        File.Copy(Database.Path + "-wal", left.Path + "-wal");

        var reopened = On(left.Open());

        for (var i = 0; i < 20; i++)
            Assert.Equal(i, (await ReadAsync(reopened, $"s{i}")).State!.CallCount);
    }

    [Fact]
    public async Task FilesHold_NeitherSecretNorRedactedText()
    {
        var storage = OpenStorage();
        var secret = "PLANTED-7c1f";
        await WriteAsync(storage, "a", new SampleState { ClientSecret = new Secret(secret), OldSecrets = [new Secret(secret + "-old")] });

        var files = Directory.GetFiles(Database.FolderPath);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        var found = false;
        foreach (var file in files)
        {
            // SQLite's own share mode: the files are open.
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var bytes = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), bytes, StringComparison.Ordinal);
            Assert.DoesNotContain("redacted", bytes, StringComparison.Ordinal);
            found |= bytes.Contains("\"client_secret\":\"sealed.v1.", StringComparison.Ordinal);
        }

        Assert.True(found, "The sealed value must be in one of the files, or this test looks at the wrong ones.");
    }

    private static GrainId Key() => GrainId.Create("account", "acc_1");

    private SqlGrainStorage On(SqliteDatabase database) => new(database, Serializer, Activators, TimeProvider.System);
}
