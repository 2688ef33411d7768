using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteKeyRepositoryTests : KeyRepositorySuite<SqliteFile>;

public sealed class PostgresKeyRepositoryTests : KeyRepositorySuite<PostgresTestDatabase>;

/// <summary>Data Protection's keys in a database, whatever the database.</summary>
public abstract class KeyRepositorySuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    [Fact]
    public void Elements_AreReadBackAsTheyWereStored()
    {
        var repository = new SqlKeyRepository(Open());
        repository.StoreElement(XElement.Parse("<key id=\"1\"><secret>Zoë &amp; co</secret></key>"), "key-1");
        repository.StoreElement(new XElement("key", new XAttribute("id", 2)), "key-2");
        repository.StoreElement(XElement.Parse("<key id=\"2\" sealed=\"anew\" />"), "key-2"); // As when the ring gets another key-encryption key.

        Assert.Equal(
            ["<key id=\"1\"><secret>Zoë &amp; co</secret></key>", "<key id=\"2\" sealed=\"anew\" />"],
            repository.GetAllElements().Select(element => element.ToString(SaveOptions.DisableFormatting))
        );
    }

    [Fact]
    public void AnotherSilo_OpensWhatThisOneSealed()
    {
        var database = Open();

        var value = Protector(database).Protect("planted");

        Assert.Equal("planted", Protector(database).Unprotect(value));
    }

    /// <summary>A grain may be the first to need a key, and its scheduler runs one thing at a time.</summary>
    [Fact]
    public async Task KeysNeededOnASchedulerThatRunsOneThingAtATime_AreRead()
    {
        var database = Open();
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

        var value = await Task
            .Factory.StartNew(
                () => Protector(database).Protect("planted"),
                TestContext.Current.CancellationToken,
                TaskCreationOptions.None,
                scheduler
            )
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal("planted", Protector(database).Unprotect(value));
    }

    private static IDataProtector Protector(ISqlDatabase database)
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("TenantHub");
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new SqlKeyRepository(database));
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
    }
}
