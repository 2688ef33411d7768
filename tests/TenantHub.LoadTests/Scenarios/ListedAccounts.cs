using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using TenantHub.Accounts;
using TenantHub.LoadTests.Running;
using TenantHub.Storage;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <summary>
/// The directory in PostgreSQL, without grains. The accounts' states are copied in, and the directory is rebuilt from them, as
/// <c>POST /accounts/rebuild</c> does.
/// </summary>
internal sealed class ListedAccounts : IScenario
{
    private const int TimesAsked = 60;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Name => "listed-accounts";

    public string Sentence => "Very many accounts in the directory: how long every way to list, filter and search them takes.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        var count = run.Accounts(normal: 100_000, inShort: 10_000);
        run.Setup = $"account directory on PostgreSQL, {count:N0} accounts";
        await using var server = await PostgresServer.StartAsync(flushes: true);
        var connectionString = await server.CreateDatabaseAsync();
        using var database = new PostgresDatabase(connectionString, NullLogger<PostgresDatabase>.Instance);
        var directory = new SqlAccountDirectory(database);
        await directory.ListAsync(new AccountFilter(), CancellationToken.None); // Makes the tables.
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        run.Phase($"copying {count:N0} accounts");
        await CopyStatesAsync(connection, count);

        run.Phase("rebuilding the directory");
        var began = run.Recorder.Elapsed;
        var rebuilt = await directory.RebuildAsync(CancellationToken.None);
        run.Note("rebuilt", count / (run.Recorder.Elapsed - began).TotalSeconds, "accounts/s");
        run.Note("accounts not rebuilt", count - rebuilt.Repaired);
        await connection.ExecuteAsync("VACUUM ANALYZE accounts", CancellationToken.None); // As autovacuum does soon after.

        run.Phase("asking in every way");
        var slowest = 0.0;
        foreach (var (name, filter) in Questions(count))
        {
            var answers = run.Recorder.Tally(name);
            for (var i = 0; i < TimesAsked; i++)
            {
                var asked = run.Recorder.Elapsed;
                await directory.ListAsync(filter(i), CancellationToken.None);
                run.Recorder.Add(answers, run.Recorder.Elapsed - asked, failure: null);
            }

            slowest = Math.Max(slowest, answers.Percentile(0.95));
        }

        run.Note("errors", run.Recorder.Tallies.Sum(answers => answers.Errors()));
        run.Note("slowest p95 of a question", slowest, "ms");
    }

    private static IEnumerable<(string Name, Func<int, AccountFilter> Filter)> Questions(int count)
    {
        var (pages, owners) = (count / 25, count / 20);
        yield return ("first page", _ => new AccountFilter());
        yield return ("page in the middle", i => new AccountFilter { Page = (pages / 2) + i });
        yield return ("last pages", i => new AccountFilter { Page = pages - i });
        yield return ("after a cursor", i => new AccountFilter { After = AccountCursor.After(Account((count * 9 / 10) + i, owners)) });
        yield return ("one owner", i => new AccountFilter { OriginOwnerIds = [OwnerOf(i)] });
        yield return ("twenty owners", i => new AccountFilter { OriginOwnerIds = [.. Enumerable.Range(i, 20).Select(OwnerOf)] });
        yield return ("rare status", _ => new AccountFilter { Statuses = [AccountStatus.AwaitingProvisioning] });
        var lastActive = pages * 9 / 10;
        yield return ("usual status, last pages", i => new AccountFilter { Statuses = [AccountStatus.Active], Page = lastActive - i });
        yield return ("fifty ids", i => new AccountFilter { AccountIds = [.. Enumerable.Range(i * 50, 50).Select(IdOf)], PageSize = 100 });
        yield return ("search for one id", i => new AccountFilter { Search = IdOf((count * 3 / 4) + i) });
        yield return ("search for an Autodesk id", i => new AccountFilter { Search = $"{(count * 3 / 4) + i:x8}-0000-4000" });
        yield return ("search for a customer", i => new AccountFilter { Search = $"customer {(owners * 4 / 5) + i}" });
        yield return ("search, one in a hundred", _ => new AccountFilter { Search = "hospital" });
        yield return ("search, nearly all", _ => new AccountFilter { Search = "office" });
        yield return ("search, two letters", _ => new AccountFilter { Search = "zz" });
        yield return ("search, nothing", i => new AccountFilter { Search = $"nothing{i}" });
        yield return ("search within an owner", i => new AccountFilter { Search = "office", OriginOwnerIds = [OwnerOf(i)] });
    }

    private static async Task CopyStatesAsync(NpgsqlConnection connection, int count)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY grain_state(state_name, grain_id, version, payload, modified_at) FROM STDIN (FORMAT BINARY)"
        );
        for (var i = 0; i < count; i++)
        {
            var account = Account(i, owners: count / 20);
            var state = new
            {
                v = 1,
                type = "tenanthub.account-state",
                state = new { account, checks = Array.Empty<int>() },
            };
            await copy.StartRowAsync();
            await copy.WriteAsync("account");
            await copy.WriteAsync("linkedaccount/" + account.Id);
            await copy.WriteAsync(1L);
            await copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(state, StorageJson.Plain), NpgsqlDbType.Bytea);
            await copy.WriteAsync("");
        }

        await copy.CompleteAsync();
    }

    private static string IdOf(int number) => $"acc_{number:d6}";

    private static string OwnerOf(int number) => $"owner-{number}";

    private static AccountDescription Account(int number, int owners) =>
        new()
        {
            Id = IdOf(number),
            Revision = 1,
            Label = $"Site {number:x} {(number % 100 == 0 ? "Hospital" : "Office")}",
            OriginOwnerId = OwnerOf(number % owners),
            OriginOwnerName = $"Customer {number % owners} Ltd",
            ClientId = "client",
            AccAccountId = $"{number:x8}-0000-4000-8000-00000000{number % 10_000:d4}",
            Region = "US",
            Type = "production",
            Status =
                number % 20 == 0 ? AccountStatus.AwaitingProvisioning
                : number % 50 == 7 ? AccountStatus.Unlinked
                : AccountStatus.Active,
            Reason = "verified",
            StatusSince = Start,
            CreatedAt = Start.AddMinutes(number),
            UpdatedAt = Start,
        };
}
