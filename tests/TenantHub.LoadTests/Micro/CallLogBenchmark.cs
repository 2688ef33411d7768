using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TenantHub.Calls;
using TenantHub.Storage;
using TenantHub.Storage.Sql;
using TenantHub.Storage.Sqlite;

namespace TenantHub.LoadTests.Micro;

/// <summary>What a record of the call log costs, and how long its pages take when it is full: a SQLite file with a thousand accounts of two
/// hundred owners.</summary>
internal static class CallLogBenchmark
{
    private const int Accounts = 1_000;
    private const int Owners = 200;
    private const int Piece = 50_000;
    private const string Contents = "/data/v1/projects/{project_id}/folders/{folder_id}/contents";

    public static Command Command()
    {
        var records = new Option<int>("--records")
        {
            Description = "How many records the log holds in the end.",
            DefaultValueFactory = _ => 1_000_000,
        };
        var command = new Command("call-log", "Measures what a record of the call log costs, and its pages.") { records };
        command.SetAction(
            (parsed, cancellationToken) => RunAsync(parsed.GetValue(records), parsed.InvocationConfiguration.Output, cancellationToken)
        );
        return command;
    }

    public static async Task RunAsync(int count, TextWriter output, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("tenanthub-call-log-");
        try
        {
            var path = Path.Combine(directory.FullName, "log.db");
            using var database = new SqliteDatabase(path, TimeSpan.FromSeconds(5), NullLogger<SqliteDatabase>.Instance);
            await database.ReadyAsync(cancellationToken);
            var random = new Random(1);
            var costs = new List<double>();
            var start = TimeProvider.System.GetUtcNow().AddDays(-1);
            for (var first = 0; first < count; first += Piece)
            {
                var numbers = Enumerable.Range(first, Math.Min(Piece, count - first));
                List<CallRecord> piece = [.. numbers.Select(i => Record(i, start + TimeSpan.FromMilliseconds(i * 50L), random))];
                costs.Add(await WriteAsync(database, piece, cancellationToken));
            }

            costs.Sort();
            var bytes = new FileInfo(path).Length / count;
            await output.WriteLineAsync(
                $"{count:n0} records: {costs[costs.Count / 2]:0.0} us of CPU each (from {costs[0]:0.0} to {costs[^1]:0.0}), {bytes:n0} bytes each"
            );
            await ReadAsync(database, output, cancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>All are queued first, so that what is measured is the log's own work.</summary>
    private static async Task<double> WriteAsync(SqliteDatabase database, List<CallRecord> records, CancellationToken cancellationToken)
    {
        using var log = new SqlCallLog(
            database,
            Options.Create(new CallLogOptions { QueueCapacity = Piece }),
            TimeProvider.System,
            NullLogger<SqlCallLog>.Instance
        );
        records.ForEach(log.Append);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await log.StartAsync(cancellationToken);
        await log.StopAsync(cancellationToken);
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / records.Count;
    }

    private static async Task ReadAsync(SqliteDatabase database, TextWriter output, CancellationToken cancellationToken)
    {
        using var log = new SqlCallLog(
            database,
            Options.Create(new CallLogOptions()),
            TimeProvider.System,
            NullLogger<SqlCallLog>.Instance
        );
        (string Name, Func<int, CallLogFilter> Filter)[] questions =
        [
            ("newest page", _ => new() { PageSize = 100 }),
            ("by account", i => new() { AccountIds = [Account(i)], PageSize = 100 }),
            ("by owner", i => new() { OriginOwnerIds = [Owner(i)], PageSize = 100 }),
            ("by an account without calls", i => new() { AccountIds = [Account(Accounts + i)], PageSize = 100 }),
            (
                "by account, failures only",
                i =>
                    new()
                    {
                        AccountIds = [Account(i)],
                        Success = false,
                        PageSize = 100,
                    }
            ),
            ("slowest calls", _ => new() { OrderBy = CallLogOrder.Duration, PageSize = 100 }),
            ("failures", _ => new() { Success = false, PageSize = 100 }),
        ];
        foreach (var (name, filter) in questions)
        {
            var times = new List<double>();
            for (var i = 0; i < 20; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await log.ListAsync(filter(i), cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            times.Sort();
            await output.WriteLineAsync($"{name, -30} p50 {times[10], 7:0.0} ms   longest {times[^1], 7:0.0} ms");
        }
    }

    private static string Account(int number) => $"acc_01JD{number % (2 * Accounts):d22}";

    private static string Owner(int number) => $"customer-{number % Owners:d6}";

    private static CallRecord Record(int number, DateTimeOffset at, Random random)
    {
#pragma warning disable CA5394 // Nothing depends on its being unpredictable.
        var account = random.Next(Accounts);
        var took = TimeSpan.FromMicroseconds(1_000 + random.Next(200_000));
        var failed = random.Next(200) == 0;
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
