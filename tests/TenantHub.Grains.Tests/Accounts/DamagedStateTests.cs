using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TenantHub.Actions;
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

    /// <summary>Overwrites the rows of a client id and gives the names of their grains.</summary>
    private async Task<List<string>> DamageAsync(string stateName, string clientId)
    {
        await using var connection = new SqliteConnection($"Data Source={Hub.DatabaseFile};Pooling=False");
        await connection.OpenAsync(Cancel);
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
