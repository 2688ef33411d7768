using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// The hub is a process of its own, whose resident memory is looked at ten times a second. Storage is the emulator in this process: it counts
/// and hashes what comes and keeps nothing. On one machine sender, hub and storage share the processors, so the comparison is made twice: with
/// storage as fast as it can, where a second copy of everything costs its share of the machine, and with storage that takes 150 ms for a part,
/// as one that is far away does.
/// </remarks>
internal sealed class Files : IScenario
{
    private const double MiB = 1024 * 1024;
    private const int Part = 5 * 1024 * 1024;
    private const int PartsInFlight = 3; // The hub's default, and the direct loop's.
    private const int SlowBytesPerSecond = 250_000; // Two megabits.
    private const long SlowBytes = 1024L * 1024 * 1024;
    private static readonly TimeProvider Clock = TimeProvider.System;

    public string Name => "files";

    public string Sentence =>
        "Uploads through the hub against a direct loop, many at once, a very large one, and many slow ones beside others' calls: speed and memory.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = "hub process over HTTP, SQLite, emulator that keeps no files in this process";
        run.Phase("starting " + run.Setup);
        await using var emulator = await EmulatorHost.StartAsync();
        await emulator.PostAsync("settings", new { journal_bodies = false, keep_files = false });
        await using var hub = await ServerProcess.StartAsync(
            emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Quotas__Limits__dm-hubs"] = "1000000",
                ["TenantHub__Quotas__Limits__dm-storage-create"] = "1000000",
                ["TenantHub__Quotas__Limits__dm-item-create"] = "1000000",
                ["TenantHub__Quotas__Limits__oss"] = "1000000",
            }
        );
        run.Sample = () => Task.FromResult(ProcessSample.OfAll([hub.ProcessId]));
        var account = await Account.LinkAsync(emulator, hub);
        var memory = new Memory(hub);
        run.Phase("first uploads, not counted");
        for (var i = 0; i < 3; i++)
            await account.UploadAsync(8 * Part);

        await CompareAsync(run, emulator, account, memory);
        await ManyAtOnceAsync(run, account, memory);
        await VeryLargeAsync(run, account, memory);
        await SlowOnesAsync(run, hub, account, await Account.LinkAsync(emulator, hub));
        run.Note("errors", account.Wrong.Count);
        run.Remarks.AddRange(account.Wrong.Distinct().Take(10));
    }

    /// <summary>One after the other, with the order changing, so that what the machine does besides falls on both.</summary>
    private static async Task CompareAsync(ScenarioRun run, EmulatorHost emulator, Account account, Memory memory)
    {
        var size = run.Pick(1024L * 1024 * 1024, 8L * Part);
        foreach (var (name, delay) in new[] { ("storage at once", 0), ("storage in 150 ms", 150) })
        {
            if (delay > 0)
                await emulator.FaultAsync(
                    new
                    {
                        kind = "latency",
                        delay_ms = delay,
                        match = new { method = "PUT", path_prefix = "/s3" },
                    }
                );
            var (ratios, speeds) = (new List<double>(), new List<double>());
            for (var round = 0; round < run.Pick(3, 1); round++)
            {
                run.Phase($"{name}, round {round + 1}");
                var idle = await memory.SettleAsync();
                TimeSpan direct = default;
                TimeSpan through = default;
                foreach (var isDirect in round % 2 == 0 ? [true, false] : new[] { false, true })
                {
                    if (isDirect)
                        direct = await account.SendDirectAsync(size);
                    else
                        through = await memory.WatchAsync(() => account.UploadAsync(size));
                }

                ratios.Add(direct / through);
                speeds.Add(size / MiB / through.TotalSeconds);
                if (round == 0)
                    run.Note($"one upload, {name}: memory above idle", (memory.Peak - idle) / MiB, "MiB");
            }

            run.Note($"one upload, {name}: speed", Median(speeds), "MiB/s");
            run.Note($"one upload, {name}: speed, in units of a direct loop", Median(ratios));
            await emulator.Control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative));
        }
    }

    private static async Task ManyAtOnceAsync(ScenarioRun run, Account account, Memory memory)
    {
        var (count, size) = (run.Pick(20, 8), run.Pick(200L * 1000 * 1000, 4L * Part));
        run.Phase($"{count} uploads at once");
        var idle = await memory.SettleAsync();
        var took = await memory.WatchAsync(async () =>
        {
            var began = Clock.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, count).Select(_ => account.UploadAsync(size)));
            return Clock.GetElapsedTime(began);
        });
        run.Note("uploads at once: memory above idle", (memory.Peak - idle) / MiB, "MiB");
        run.Note("uploads at once: speed of all", count * size / MiB / took.TotalSeconds, "MiB/s");
    }

    private static async Task VeryLargeAsync(ScenarioRun run, Account account, Memory memory)
    {
        var size = run.Pick(10L * 1024 * 1024 * 1024, 20L * Part);
        run.Phase("a very large upload");
        var idle = await memory.SettleAsync();
        var took = await memory.WatchAsync(() => account.UploadAsync(size));
        run.Note("very large upload: memory above idle", (memory.Peak - idle) / MiB, "MiB");
        run.Note("very large upload: speed", size / MiB / took.TotalSeconds, "MiB/s");
    }

    /// <summary>
    /// Calls of another account at a fixed rate: alone, beside slow uploads that go past the hub, and beside the same through it. The sender and
    /// storage share the processors with the hub, so what the hub's own part costs is the difference between the last two.
    /// </summary>
    private static async Task SlowOnesAsync(ScenarioRun run, ServerProcess hub, Account account, Account other)
    {
        var (count, time) = (run.Pick(200, 20), run.Time(15, 2));
        string[] kinds = ["alone", "beside slow uploads past the hub", "beside slow uploads"];
        var (halves, tails) = (
            kinds.ToDictionary(kind => kind, _ => new List<double>()),
            kinds.ToDictionary(kind => kind, _ => new List<double>())
        );
        await other.CallAsync(50, TimeSpan.FromSeconds(2), new Histogram());
        var taken = new List<double>();
        for (var round = 0; round < run.Pick(5, 1); round++)
        {
            foreach (var kind in round % 2 == 0 ? kinds : kinds.Reverse())
            {
                run.Phase($"calls {kind}, round {round + 1}");
                using var end = new CancellationTokenSource();
                var uploads = kind == kinds[0] ? [] : await account.BeginSlowAsync(count, isDirect: kind == kinds[1], end.Token);
                var calls = new Histogram();
                await other.CallAsync(50, time, calls);
                await end.CancelAsync();
                var sent = await Task.WhenAll(uploads);
                halves[kind].Add(calls.Percentile(0.5));
                tails[kind].Add(calls.Percentile(0.99));
                if (kind == kinds[2])
                    taken.Add(sent.Sum() / MiB / time.TotalSeconds);
            }
        }

        foreach (var kind in kinds)
        {
            run.Note($"calls {kind}: p50", Median(halves[kind]), "ms");
            run.Note($"calls {kind}: p99", Median(tails[kind]), "ms");
        }

        run.Note("slow uploads: taken by the hub", Median(taken), "MiB/s");
        run.Note("calls beside slow uploads: p50, in units of calls alone", Median(halves[kinds[2]]) / Median(halves[kinds[0]]));
        run.Note("calls beside slow uploads: p50, in units of those past the hub", Median(halves[kinds[2]]) / Median(halves[kinds[1]]));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>An account that uploads and calls.</summary>
    private sealed class Account(ServerProcess hub, string id, string project, string folder)
    {
        private static readonly HttpClient Storage = new(new SocketsHttpHandler());
        private int _files;

        public List<string> Wrong { get; } = [];

        public static async Task<Account> LinkAsync(EmulatorHost emulator, ServerProcess hub)
        {
            var (clientId, secret) = await emulator.AddAppAsync();
            var emulated = await emulator.AddAccountAsync([clientId]);
            var linked = await hub.Http.LinkAsync(
                clientId,
                secret,
                (string)emulated["acc_account_id"]!,
                actAs: (string)emulated["users"]![0]!["id"]!
            );
            var at = emulated["projects"]![0]!;
            return new Account(
                hub,
                linked.Text("id") ?? throw new InvalidOperationException($"Not linked: {linked.Body}"),
                (string)at["id"]!,
                (string)at["folders"]![0]!["id"]!
            );
        }

        /// <summary>Uploads a file by one PUT; gives how long the PUT took.</summary>
        public async Task<TimeSpan> UploadAsync(long size)
        {
            var address = (string)(await BeginAsync(size, "through"))["url"]!;
            using var content = new StreamContent(new PatternStream(size), 128 * 1024);
            content.Headers.ContentLength = size;
            var began = Clock.GetTimestamp();
            var answer = await hub.Http.SendAsync(HttpMethod.Put, address, content, id);
            if (answer.Status != HttpStatusCode.Created || (long?)answer.Body!["offset"] != size)
                lock (Wrong)
                    Wrong.Add($"{size} bytes: {answer.Status} {answer.Body}");
            return Clock.GetElapsedTime(began);
        }

        /// <summary>What a caller does without the hub in between: sends so many parts at once to signed URLs. Signing counts too.</summary>
        public async Task<TimeSpan> SendDirectAsync(long size)
        {
            var address = (string)(await BeginAsync(size, "direct"))["url"]!;
            var began = Clock.GetTimestamp();
            var parts = (int)((size + Part - 1) / Part);
            for (var first = 1; first <= parts; first += 25)
            {
                var signed = await hub.Http.SendAsync(HttpMethod.Post, address + "/urls", new { first_part = first, count = 25 }, id);
                await Parallel.ForEachAsync(
                    signed.Body!["parts"]!.AsArray(),
                    new ParallelOptions { MaxDegreeOfParallelism = PartsInFlight },
                    async (part, cancellationToken) =>
                    {
                        using var content = new StreamContent(new PatternStream((long)part!["size"]!), 128 * 1024);
                        content.Headers.ContentLength = (long)part["size"]!;
                        using var put = await Storage.PutAsync(new Uri((string)part["url"]!), content, cancellationToken);
                        put.EnsureSuccessStatusCode();
                    }
                );
            }

            var done = await hub.Http.SendAsync(HttpMethod.Post, address + "/complete", null, id);
            var took = Clock.GetElapsedTime(began);
            if (done.Text("status") != "done")
                lock (Wrong)
                    Wrong.Add($"direct, {size} bytes: {done.Status} {done.Body}");
            return took;
        }

        /// <summary>Begins uploads that send at a rate until they are ended; each gives how many bytes were taken from it meanwhile.</summary>
        public async Task<IReadOnlyList<Task<long>>> BeginSlowAsync(int count, bool isDirect, CancellationToken end)
        {
            var sends = new List<Func<Task<long>>>();
            for (var i = 0; i < count; i++)
            {
                var address = (string)(await BeginAsync(SlowBytes, isDirect ? "direct" : "through"))["url"]!;
                if (!isDirect)
                {
                    sends.Add(() => SendSlowlyAsync(hub.Http, new Uri(address, UriKind.Relative), SlowBytes, end));
                    continue;
                }

                var signed = await hub.Http.SendAsync(HttpMethod.Post, address + "/urls", new { first_part = 1, count = 1 }, id);
                var url = new Uri((string)signed.Body!["parts"]![0]!["url"]!);
                sends.Add(async () =>
                {
                    var sent = 0L;
                    while (!end.IsCancellationRequested) // The same part again and again: storage does the same work.
                        sent += await SendSlowlyAsync(Storage, url, Part, end);
                    return sent;
                });
            }

            return [.. sends.Select(send => send())];
        }

        /// <summary>Calls at a fixed rate.</summary>
        public Task<int> CallAsync(double perSecond, TimeSpan time, Histogram calls) =>
            Pace.OpenAsync(
                perSecond,
                time,
                async (_, due) =>
                {
                    var answer = await hub.Http.RpcAsync(id, new { action = "autodesk_list_hubs" });
                    calls.Add(Clock.GetElapsedTime(due));
                    if (answer.Status != HttpStatusCode.OK)
                        lock (Wrong)
                            Wrong.Add($"call: {answer.Status} {answer.Body}");
                }
            );

        private async Task<long> SendSlowlyAsync(HttpClient to, Uri address, long length, CancellationToken end)
        {
            var slow = new SlowContent(length, end);
            using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = slow };
            request.Headers.Add("x-account-id", id);
            try
            {
                using var answer = await to.SendAsync(request, end);
            }
            catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException)
            {
                // Ended, as it was to be.
            }

            return slow.Sent;
        }

        private async Task<JsonNode> BeginAsync(long size, string mode)
        {
            var number = Interlocked.Increment(ref _files);
            var answer = await hub.Http.SendAsync(
                HttpMethod.Post,
                "/files/uploads",
                new
                {
                    project_id = project,
                    folder_id = folder,
                    file_name = string.Create(CultureInfo.InvariantCulture, $"file-{number}.bin"),
                    size,
                    mode,
                },
                id
            );
            return answer.Status is HttpStatusCode.Created
                ? answer.Body!
                : throw new InvalidOperationException($"The upload was not begun: {answer.Body}");
        }
    }

    /// <summary>Bytes that come with two megabits.</summary>
    private sealed class SlowContent : HttpContent
    {
        private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
        private readonly long _length;
        private readonly CancellationToken _end;

        public SlowContent(long length, CancellationToken end)
        {
            (_length, _end) = (length, end);
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            Headers.ContentLength = length;
        }

        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var some = new byte[(int)(SlowBytesPerSecond * Tick.TotalSeconds)];
            using var timer = new PeriodicTimer(Tick, Clock);
            while (Sent < _length && await timer.WaitForNextTickAsync(_end))
            {
                var next = (int)Math.Min(some.Length, _length - Sent);
                await stream.WriteAsync(some.AsMemory(0, next), _end);
                await stream.FlushAsync(_end);
                Sent += next;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }

    /// <summary>The hub's resident memory, in bytes.</summary>
    private sealed class Memory(ServerProcess hub)
    {
        public double Peak { get; private set; }

        /// <summary>Waits until it falls no more, for at most half a minute, and gives it.</summary>
        public async Task<double> SettleAsync()
        {
            var lowest = Resident();
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Clock);
            for (var (still, seconds) = (0, 0); still < 3 && seconds < 30; seconds++)
            {
                await timer.WaitForNextTickAsync();
                var now = Resident();
                still = now < lowest * 0.99 ? 0 : still + 1;
                lowest = Math.Min(lowest, now);
            }

            return lowest;
        }

        /// <summary>Keeps the highest it has while something is done.</summary>
        public async Task<T> WatchAsync<T>(Func<Task<T>> work)
        {
            Peak = Resident();
            var doing = work();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), Clock);
            while (!doing.IsCompleted)
            {
                await timer.WaitForNextTickAsync();
                Peak = Math.Max(Peak, Resident());
            }

            return await doing;
        }

        private double Resident() => ProcessSample.OfAll([hub.ProcessId]).ResidentBytes;
    }
}
