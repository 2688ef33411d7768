using TenantHub.Storage.Sql;
using Xunit;

namespace TenantHub.Storage;

/// <summary>
/// Tests that hold on both databases. They are written once, in a class that inherits this; above it stands one line for each database,
/// which makes xunit run them there: <c>public sealed class SqliteThingTests : ThingSuite&lt;SqliteFile&gt;;</c>. Each test has a database
/// of its own.
/// </summary>
public abstract class DatabaseSuite<TDatabase> : IAsyncLifetime
    where TDatabase : ITestDatabase<TDatabase>
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected TDatabase Database { get; private set; } = default!;

    public async ValueTask InitializeAsync() => Database = await TDatabase.CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Database.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens the database anew, as a restarted silo does. Nothing has touched it before the first time.</summary>
    internal ISqlDatabase Open() => Database.Open();
}

/// <summary>One database of a test. Opening closes what was open before, so that the next reader meets the database, not a cache.</summary>
public interface ITestDatabase<TSelf> : IDisposable
{
    static abstract ValueTask<TSelf> CreateAsync();

    internal ISqlDatabase Open();
}
