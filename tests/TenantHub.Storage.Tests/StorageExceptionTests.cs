using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

/// <summary>A fault of the database reaches whoever asked on another server.</summary>
public sealed class StorageExceptionTests
{
    public static TheoryData<Exception> Faults =>
        [
            PostgresFault.Explain(new NpgsqlException("planted cause", new TimeoutException()), "db"),
            PostgresFault.Explain(new PostgresException("planted cause", "ERROR", "ERROR", "53300"), "db"),
            SqliteFault.Explain(new SqliteException("planted cause", 5), "db"),
            new InvalidOperationException("around", PostgresFault.Explain(new NpgsqlException("planted cause"), "db")),
            new StorageException("around", new InvalidOperationException("between", new NpgsqlException("planted cause"))),
        ];

    [Theory, MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void FaultWithADriversException_TravelsBetweenServers_AndTheLogHasTheDriversText(Exception fault)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();

        var arrived = serializer.Deserialize<Exception>(serializer.SerializeToArray(fault));

        Assert.IsType(fault.GetType(), arrived);
        var storage = Assert.Single(Chain(arrived).OfType<StorageException>(), inner => inner.InnerException is not null);
        Assert.Contains("planted cause", storage.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Chain(fault), inner => inner is DbException);
    }

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }
}
