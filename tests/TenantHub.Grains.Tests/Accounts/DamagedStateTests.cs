using System.Collections.Concurrent;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TenantHub.Actions;
using TenantHub.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Accounts;

/// <summary>A row that a grain can do without does not stop the accounts that use it; the log says what was lost.</summary>
public sealed class DamagedStateTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    [Theory]
    [InlineData("access-token", "the next one takes its place")]
    [InlineData("quota", "has to be set again")]
    public async Task RowThatCannotBeRead_CountsAsAbsent_IsNamedInTheLog_AndOverwritten(string stateName, string says)
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        await RunAsync(account);
        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);
        var damaged = await DamageAsync(stateName, clientId);
        using var log = new LogLines();
        Hub.Silo.GetRequiredService<ILoggerFactory>().AddProvider(log);

        var first = account.RunActionAsync(new("autodesk_list_hubs"), Cancel);
        await Hub.PassTimeUntilAsync(first, account);
        if (stateName == "quota")
        {
            // What was used is not known: the next window is the first one with anything to lend.
            Assert.Equal(ErrorCode.QuotaExceeded, Assert.IsType<ActionResult.Failed>(await first).Error.Code);
            Hub.Clock.Advance(TimeSpan.FromMinutes(1));
            await RunAsync(account);
        }
        else
        {
            Assert.IsType<ActionResult.Succeeded>(await first);
        }

        Assert.Contains(log.Warnings, line => damaged.Any(row => line.Contains(row, StringComparison.Ordinal)) && Says(line));
        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);
        var since = log.Warnings.Count(Says);
        await RunAsync(account);
        Assert.Equal(since, log.Warnings.Count(Says));

        bool Says(string line) => line.Contains(says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unreadable")]
    [InlineData("sealed for another")]
    [InlineData("null")]
    [InlineData("empty")]
    [InlineData("missing")]
    public async Task DamagedAccount_IsRefusedByName_WorksOnceRestored_AndCanBeUnlinked(string damage)
    {
        var (account, id, _) = await Hub.LinkAsync();
        var (other, otherId, _) = await Hub.LinkAsync();
        await RunAsync(account);
        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);
        var (good, foreign) = (await PayloadOfAsync(id), await PayloadOfAsync(otherId));
        var damaged = damage switch
        {
            "missing" => null,
            "unreadable" => [0xDE, 0xAD],
            "null" => """{"v":1,"type":"tenanthub.account-state","state":null}"""u8.ToArray(),
            "empty" => """{"v":1,"type":"tenanthub.account-state","state":{}}"""u8.ToArray(),
            _ => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(foreign!).Replace(otherId, id, StringComparison.Ordinal)),
        };
        await SetPayloadAsync(id, damaged);

        // Nothing is sent, changed or linked over it; whoever asks learns what is damaged, and whoever may not have the account does not.
        var sent = (await Hub.Emulator.WholeJournalAsync()).Count;
        var refusal = Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(new("autodesk_list_hubs"), Cancel)).Error;
        Assert.Equal(ErrorCode.StorageUnavailable, refusal.Code);
        Assert.Contains(id, refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("DELETE", refusal.NextStep!, StringComparison.Ordinal);
        var stranger = new CallerRights { OriginOwnerIds = ["somebody-else"] };
        var hidden = Assert.IsType<ActionResult.Failed>(
            await account.RunActionAsync(new("autodesk_list_hubs") { Rights = stranger }, Cancel)
        );
        Assert.Equal(ErrorCode.AccountNotFound, hidden.Error.Code);
        foreach (
            var change in new Func<Task<AccountResult>>[]
            {
                () => account.DescribeAsync(),
                () => account.VerifyAsync(Cancel),
                () => account.SuspendAsync(),
                () => account.ResumeAsync(Cancel),
                () => account.UpdateAsync(new UpdateAccountRequest { Label = "new" }, Cancel),
                () => account.BeginRecordingAsync(1),
            }
        )
            Assert.Equal(ErrorCode.StorageUnavailable, Assert.IsType<AccountResult.Failed>(await change()).Error.Code);
        Assert.Equal(sent, (await Hub.Emulator.WholeJournalAsync()).Count);

        // Restored while the server runs.
        await SetPayloadAsync(id, good);
        Hub.Clock.Advance(TimeSpan.FromSeconds(5));
        await RunAsync(account);

        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);
        await SetPayloadAsync(id, damaged);
        var gone = Assert.IsType<AccountResult.Described>(await account.UnlinkAsync());
        Assert.Equal(AccountStatus.Unlinked, gone.Account.Status);
        Assert.Equal(ErrorCode.AccountNotFound, Assert.IsType<AccountResult.Failed>(await account.DescribeAsync()).Error.Code);
        await Hub.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);
        Assert.Equal(ErrorCode.AccountNotFound, Assert.IsType<AccountResult.Failed>(await account.DescribeAsync()).Error.Code);
    }

    private async Task<byte[]?> PayloadOfAsync(string accountId)
    {
        await using var connection = await OpenAsync();
        await using var read = connection.CreateCommand();
        read.CommandText = "SELECT payload FROM grain_state WHERE state_name = 'account' AND grain_id LIKE '%/' || @id";
        read.Parameters.AddWithValue("@id", accountId);
        return await read.ExecuteScalarAsync(Cancel) as byte[];
    }

    /// <summary>Overwrites the account's row; takes it away when there is no payload, and puts it back.</summary>
    private async Task SetPayloadAsync(string accountId, byte[]? payload)
    {
        await using var connection = await OpenAsync();
        await using var write = connection.CreateCommand();
#pragma warning disable CA2100 // One of two constants.
        write.CommandText = payload is null
            ? "DELETE FROM grain_state WHERE state_name = 'account' AND grain_id = @grain"
            : """
                INSERT INTO grain_state(state_name, grain_id, version, payload, modified_at) VALUES('account', @grain, 1, @payload, '')
                ON CONFLICT(state_name, grain_id) DO UPDATE SET payload = excluded.payload
                """;
#pragma warning restore CA2100
        write.Parameters.AddWithValue("@grain", $"{Hub.Account(accountId).GetGrainId()}");
        write.Parameters.AddWithValue("@payload", payload ?? (object)DBNull.Value);
        Assert.Equal(1, await write.ExecuteNonQueryAsync(Cancel));
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={Hub.DatabaseFile};Pooling=False");
        await connection.OpenAsync(Cancel);
        return connection;
    }

    /// <summary>Overwrites the rows of a client id and gives the names of their grains.</summary>
    private async Task<List<string>> DamageAsync(string stateName, string clientId)
    {
        await using var connection = await OpenAsync();
        await using var damage = connection.CreateCommand();
        damage.CommandText =
            "UPDATE grain_state SET payload = x'DEADBEEF' WHERE state_name = @name AND grain_id LIKE '%' || @client || '%' RETURNING grain_id";
        damage.Parameters.AddWithValue("@name", stateName);
        damage.Parameters.AddWithValue("@client", clientId);
        var rows = new List<string>();
        await using var reader = await damage.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
            rows.Add(reader.GetString(0));
        Assert.NotEmpty(rows);
        return rows;
    }

    private static async Task RunAsync(ILinkedAccountGrain account) =>
        Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(new("autodesk_list_hubs"), Cancel));

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _warnings = [];

        public IReadOnlyCollection<string> Warnings => _warnings;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _warnings.Enqueue(formatter(state, exception));

        public void Dispose() { }
    }
}
