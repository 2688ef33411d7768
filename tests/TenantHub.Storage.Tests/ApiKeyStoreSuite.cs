using TenantHub.Security;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using Xunit;

namespace TenantHub.Storage;

public sealed class SqliteApiKeyStoreTests : ApiKeyStoreSuite<SqliteFile>;

public sealed class PostgresApiKeyStoreTests : ApiKeyStoreSuite<PostgresTestDatabase>;

/// <summary>What the store of API keys must do, whatever the database.</summary>
public abstract class ApiKeyStoreSuite<TDatabase> : DatabaseSuite<TDatabase>
    where TDatabase : ITestDatabase<TDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Key_IsFoundByHashAndById_AsItWasPutIn()
    {
        var store = Store();
        var key = Key(1) with { OriginOwnerIds = ["o'1", "ö"], ProfileIds = ["p"], ExpiresAt = Now.AddDays(1) };
        await store.AddAsync(key, "hash-1");

        foreach (var found in new[] { await store.FindByHashAsync("hash-1", Cancel), await store.FindAsync(key.Id, Cancel) })
        {
            Assert.Equal(key.OriginOwnerIds, found!.OriginOwnerIds);
            Assert.Equal(key.ProfileIds, found.ProfileIds);
            Assert.Equal(key with { OriginOwnerIds = found.OriginOwnerIds, ProfileIds = found.ProfileIds }, found);
        }

        Assert.Null(await store.FindByHashAsync("hash-2", Cancel));
        Assert.Null(await store.FindAsync("key_2", Cancel));
    }

    [Fact]
    public async Task SameHash_IsNotStoredTwice()
    {
        var store = Store();
        await store.AddAsync(Key(1), "hash");

        await Assert.ThrowsAsync<StorageException>(() => store.AddAsync(Key(2), "hash"));

        Assert.Null(await store.FindAsync(Key(2).Id, Cancel));
    }

    [Fact]
    public async Task Revocation_StaysAsItWas()
    {
        var store = Store();
        await store.AddAsync(Key(1), "hash");

        Assert.Equal(Now, (await store.RevokeAsync(Key(1).Id, Now))!.RevokedAt);
        Assert.Equal(Now, (await store.RevokeAsync(Key(1).Id, Now.AddDays(1)))!.RevokedAt);
        Assert.Equal(Now, (await store.FindByHashAsync("hash", Cancel))!.RevokedAt);
        Assert.Null(await store.RevokeAsync("nothing", Now));
    }

    [Fact]
    public async Task LastUse_OnlyMovesForward()
    {
        var store = Store();
        await store.AddAsync(Key(1), "hash");

        await store.TouchAsync(Key(1).Id, Now.AddMinutes(2));
        await store.TouchAsync(Key(1).Id, Now.AddMinutes(1));

        Assert.Equal(Now.AddMinutes(2), (await store.FindAsync(Key(1).Id, Cancel))!.LastUsedAt);
    }

    [Fact]
    public async Task Keys_AreListedByAge_InPages()
    {
        var store = Store();
        foreach (var number in new[] { 3, 1, 2 })
            await store.AddAsync(Key(number), $"hash-{number}");

        Assert.Equal(["key_1", "key_2"], (await store.ListAsync(1, 2, Cancel)).Select(key => key.Id));
        Assert.Equal(["key_3"], (await store.ListAsync(2, 2, Cancel)).Select(key => key.Id));
    }

    [Theory]
    [InlineData("role", "emperor")]
    [InlineData("rights", "{bad")]
    [InlineData("created_at", "yesterday")]
    public async Task DamagedKey_HidesNoOtherOne_AndIsNamed(string column, string value)
    {
        var database = Open();
        var store = Store(database);
        foreach (var number in new[] { 1, 2, 3 })
            await store.AddAsync(Key(number), $"hash-{number}");
        await database.WriteAsync(
            (connection, cancellation) =>
                connection.ExecuteAsync($"UPDATE api_keys SET {column} = @value WHERE id = 'key_2'", cancellation, ("@value", value)),
            Cancel
        );

        Assert.Equal(["key_1", "key_3"], (await store.ListAsync(1, 10, Cancel)).Select(key => key.Id));
        var fault = await Assert.ThrowsAsync<StorageException>(() => store.FindByHashAsync("hash-2", Cancel));
        Assert.True(fault.IsDamage);
        Assert.Contains("key_2", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, fault.ToString(), StringComparison.Ordinal);
        Assert.Equal(("key_2", Now), (await store.RevokeAsync("key_2", Now)) is { } revoked ? (revoked.Id, revoked.RevokedAt) : default);
        Assert.Equal(
            Now.Text(),
            await database.ReadAsync(
                (connection, cancel) =>
                    connection.FirstAsync("SELECT revoked_at FROM api_keys WHERE id = 'key_2'", row => row.GetString(0), cancel),
                Cancel
            )
        );
    }

    private static ApiKey Key(int number) =>
        new()
        {
            Id = $"key_{number}",
            Name = "Name",
            Role = AccessRole.Backend,
            CreatedAt = Now.AddMinutes(number),
            CreatedBy = "key:bootstrap",
        };

    private SqlApiKeyStore Store(ISqlDatabase? database = null) => new(database ?? Open());
}
