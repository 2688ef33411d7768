using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TenantHub.Calls;
using TenantHub.Storage;
using TenantHub.Storage.Postgres;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Micro;

/// <summary>What a record of the call log costs, and how long its pages take when it is full: a thousand accounts of two hundred owners,
/// in a SQLite file or in PostgreSQL. Calls fail in the younger half only.</summary>
internal static class CallLogBenchmark
{
    private const int Accounts = 1_000;
    private const int Owners = 200;
    private const int Piece = 50_000;
    private const int Answers = 20;
    private const string Contents = "/data/v1/projects/{project_id}/folders/{folder_id}/contents";

    public static Command Command()
    {
        var records = new Option<int>("--records")
        {
            Description = "How many records the log holds in the end.",
            DefaultValueFactory = _ => 1_000_000,
        };
        var postgres = new Option<bool>("--postgres")
        {
            Description = "Measures with a PostgreSQL server of its own, whose CPU time counts too.",
        };
        var command = new Command("call-log", "Measures what a record of the call log costs, and its pages.") { records, postgres };
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var (count, output) = (parsed.GetValue(records), parsed.InvocationConfiguration.Output);
                return parsed.GetValue(postgres)
                    ? OnPostgresAsync(count, output, cancellationToken)
                    : OnSqliteAsync(count, output, cancellationToken);
            }
        );
        return command;
    }

    private static async Task OnSqliteAsync(int count, TextWriter output, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("tenanthub-call-log-");
        try
        {
            var path = Path.Combine(directory.FullName, "log.db");
            using var database = new SqliteDatabase(path, TimeSpan.FromSeconds(5), NullLogger<SqliteDatabase>.Instance);
            await RunAsync(
                database,
                count,
                () => TimeSpan.Zero, // It works in this process.
                () => Task.FromResult(directory.EnumerateFiles().Sum(file => file.Length)),
                output,
                cancellationToken
            );
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task OnPostgresAsync(int count, TextWriter output, CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.StartAsync(flushes: true);
        using var database = new PostgresDatabase(await server.CreateDatabaseAsync(), NullLogger<PostgresDatabase>.Instance);
        await RunAsync(
            database,
            count,
            server.ProcessorTime,
            () =>
                database.ReadAsync(
                    (connection, cancellation) =>
                        connection.FirstAsync("SELECT pg_database_size(current_database())", row => row.GetInt64(0), cancellation),
                    cancellationToken
                ),
            output,
            cancellationToken
        );
    }

    private static async Task RunAsync(
        ISqlDatabase database,
        int count,
        Func<TimeSpan> databaseTime,
        Func<Task<long>> size,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        await database.ReadyAsync(cancellationToken);
        var empty = await size();
        var random = new Random(1);
        var costs = new List<double>();
        var ids = new List<string>();
        var start = TimeProvider.System.GetUtcNow().AddDays(-1);
        for (var first = 0; first < count; first += Piece)
        {
            var numbers = Enumerable.Range(first, Math.Min(Piece, count - first));
            List<CallRecord> piece =
            [
                .. numbers.Select(i => Record(i, start + TimeSpan.FromMilliseconds(i * 50L), mayFail: i > count / 2, random)),
            ];
            ids.AddRange(piece.Where((_, i) => i % 1000 == 0).Select(record => record.Id));
            costs.Add(await WriteAsync(database, piece, databaseTime, cancellationToken));
        }

        costs.Sort();
        await output.WriteLineAsync(
            $"{count:n0} records: {costs[costs.Count / 2]:0.0} us of CPU each (from {costs[0]:0.0} to {costs[^1]:0.0}), {(await size() - empty) / count:n0} bytes each"
        );
        await ReadAsync(database, databaseTime, ids, start + TimeSpan.FromMilliseconds(count * 25L), output, cancellationToken);
    }

    /// <summary>All are queued first, so that what is measured is the log's own work.</summary>
    private static async Task<double> WriteAsync(
        ISqlDatabase database,
        List<CallRecord> records,
        Func<TimeSpan> databaseTime,
        CancellationToken cancellationToken
    )
    {
        using var log = New(database);
        records.ForEach(log.Append);
        var before = Used(databaseTime);
        await log.StartAsync(cancellationToken);
        await log.StopAsync(cancellationToken);
        var took = Used(databaseTime) - before;
        return log.Stored == records.Count
            ? took.TotalMicroseconds / records.Count
            : throw new InvalidOperationException($"{log.Stored} of {records.Count} records were stored.");
    }

    private static async Task ReadAsync(
        ISqlDatabase database,
        Func<TimeSpan> databaseTime,
        List<string> ids,
        DateTimeOffset middle,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        using var log = New(database);
        await MeasureAsync("tidying that finds nothing", _ => log.TidyAsync());
        await MeasureAsync("calls over the last day", _ => log.CountAsync(middle.AddDays(-1), cancellationToken));
        (string Name, Func<int, CallLogFilter> Filter)[] questions =
        [
            ("newest page", _ => new()),
            ("page in the middle", _ => new() { After = new(0, ids[ids.Count / 2]) }),
            ("an hour of the older half", _ => new() { From = middle.AddHours(-3), To = middle.AddHours(-2) }),
            ("one record", i => new() { Ids = [ids[ids.Count * i / Answers]] }),
            ("the first and the last record", _ => new() { Ids = [ids[0], ids[^1]] }),
            ("a record that is gone", _ => new() { Ids = [Guid.CreateVersion7(middle.AddDays(-3)).ToString()] }),
            ("by account", i => new() { AccountIds = [Account(i)] }),
            ("by owner", i => new() { OriginOwnerIds = [Owner(i)] }),
            ("by an account without calls", i => new() { AccountIds = [Account(Accounts + i)] }),
            ("by account, failures only", i => new() { AccountIds = [Account(i)], Success = false }),
            ("by account, slowest calls", i => new() { AccountIds = [Account(i)], OrderBy = CallLogOrder.Duration }),
            ("by trace", i => new() { TraceIds = [$"{i:x32}"] }),
            ("slowest calls", _ => new() { OrderBy = CallLogOrder.Duration }),
            ("failures", _ => new() { Success = false }),
            ("failures where there are none", _ => new() { Success = false, To = middle }),
            ("a status that no call had", _ => new() { Outcomes = [new("autodesk_rejected", 418)] }),
            ("calls of people; there are none", _ => new() { CallerKinds = ["oidc:"] }),
        ];
        foreach (var (name, filter) in questions)
            await MeasureAsync(name, i => log.ListAsync(filter(i) with { PageSize = 100 }, cancellationToken));

        async Task MeasureAsync(string name, Func<int, Task> ask)
        {
            var times = new List<double>();
            var before = Used(databaseTime);
            for (var i = 0; i < Answers; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await ask(i);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            var used = (Used(databaseTime) - before).TotalMilliseconds / Answers;
            times.Sort();
            await output.WriteLineAsync(
                $"{name, -32} p50 {times[Answers / 2], 7:0.0} ms   longest {times[^1], 7:0.0} ms   CPU {used, 7:0.0} ms"
            );
        }
    }

    private static TimeSpan Used(Func<TimeSpan> databaseTime)
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime + databaseTime();
    }

    private static SqlCallLog New(ISqlDatabase database) =>
        new(database, Options.Create(new CallLogOptions { QueueCapacity = Piece }), TimeProvider.System, NullLogger<SqlCallLog>.Instance);

    private static string Account(int number) => $"acc_01JD{number % (2 * Accounts):d22}";

    private static string Owner(int number) => $"customer-{number % Owners:d6}";

    private static CallRecord Record(int number, DateTimeOffset at, bool mayFail, Random random)
    {
#pragma warning disable CA5394 // Nothing depends on its being unpredictable.
        var account = random.Next(Accounts);
        var took = TimeSpan.FromMicroseconds(1_000 + random.Next(200_000));
        var failed = mayFail && random.Next(100) == 0;
#pragma warning restore CA5394
        return new CallRecord
        {
            Id = Guid.CreateVersion7(at).ToString(),
            AccountId = Account(account),
            OriginOwnerId = Owner(account),
            ProfileId = "main",
            CallerId = "key:key_01JDAAAAAAAAAAAAAAAAAAAAAA",
            TraceId = Guid.NewGuid().ToString("N"),
            ActionId = "autodesk_list_folder_contents",
            Product = "Data Management",
            Method = "GET",
            Path = Contents,
            StartedAt = at,
            Duration = took,
            Outcome = failed ? "autodesk_rejected" : CallRecord.Succeeded,
            ProviderStatus = failed ? 404 : 200,
            Steps =
            [
                new CallStep(CallStepKind.Lane, TimeSpan.Zero, TimeSpan.FromMicroseconds(number % 50)),
                new CallStep(CallStepKind.Quota, TimeSpan.FromMicroseconds(60), TimeSpan.FromMicroseconds(number % 90)),
                new CallStep(CallStepKind.Request, TimeSpan.FromMicroseconds(200), took)
                {
                    Method = "GET",
                    Path = Contents,
                    ActionId = "autodesk_list_folder_contents",
                    Status = failed ? 404 : 200,
                    ResponseBytes = 1024,
                },
            ],
        };
    }
}
