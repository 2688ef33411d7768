using System.Diagnostics;
using TenantHub.LoadTests.Clusters;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// The hub is a process of its own, whose resident memory is looked at ten times a second. Storage is the emulator in this process: it counts
/// and hashes what comes and keeps nothing. On one machine sender, hub and storage share the processors, so the comparison is made twice: with
/// storage as fast as it can, where a second copy of everything costs its share of the machine, and with storage that takes 150 ms for a part,
/// as one that is far away does. How the processors are shared with other work decides about the speed, and hardly about the CPU time, which is
/// noted beside it.
/// </remarks>
internal sealed class Files : IScenario
{
    private const double MiB = 1024 * 1024;
    private const int Part = 5 * 1024 * 1024;
    private static readonly TimeProvider Clock = TimeProvider.System;

    public string Name => "files";

    public string Sentence => "Uploads through the hub against a direct loop, many at once, and a very large one: speed and memory.";

    public bool IsCheck => false; // The tests of transfers show that bytes arrive; here they are measured.

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = UploadingAccount.Setup;
        run.Phase("starting " + run.Setup);
        await using var emulator = await UploadingAccount.StartStorageAsync();
        await using var hub = await UploadingAccount.StartHubAsync(emulator);
        run.Sample = () => Task.FromResult(ProcessSample.OfAll([hub.ProcessId]));
        var account = await UploadingAccount.LinkAsync(emulator, hub);
        var memory = new Memory(hub);
        run.Phase("first uploads, not counted");
        for (var i = 0; i < 3; i++)
            await account.UploadAsync(run.Pick(1024L * 1024 * 1024, 8L * Part)); // Until the server's code is compiled as it stays.

        await CompareAsync(run, emulator, account, memory, hub);
        await ManyAtOnceAsync(run, account, memory);
        await VeryLargeAsync(run, account, memory);
        run.Note("errors", account.Wrong.Count);
        run.Remarks.AddRange(account.Wrong.Distinct().Take(10));
    }

    /// <summary>One after the other, with the order changing, so that what the machine does besides falls on both.</summary>
    private static async Task CompareAsync(
        ScenarioRun run,
        EmulatorHost emulator,
        UploadingAccount account,
        Memory memory,
        ServerProcess hub
    )
    {
        using var server = Process.GetProcessById(hub.ProcessId);
        using var load = Process.GetCurrentProcess();
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
            var (ofServer, besides, ofDirect) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < run.Pick(3, 1); round++)
            {
                run.Phase($"{name}, round {round + 1}");
                var idle = await memory.SettleAsync();
                TimeSpan direct = default;
                TimeSpan through = default;
                foreach (var isDirect in round % 2 == 0 ? [true, false] : new[] { false, true })
                {
                    var before = (Server: CpuOf(server), Load: CpuOf(load));
                    if (isDirect)
                        direct = await account.SendDirectAsync(size);
                    else
                        through = await memory.WatchAsync(() => account.UploadAsync(size));
                    var (cpu, others) = (PerGiB(CpuOf(server) - before.Server), PerGiB(CpuOf(load) - before.Load));
                    if (isDirect)
                    {
                        ofDirect.Add(cpu + others);
                    }
                    else
                    {
                        ofServer.Add(cpu);
                        besides.Add(others);
                    }
                }

                ratios.Add(direct / through);
                speeds.Add(size / MiB / through.TotalSeconds);
                if (round == 0)
                    run.Note($"one upload, {name}: memory above idle", (memory.Peak - idle) / MiB, "MiB");
            }

            run.Note($"one upload, {name}: speed", Median(speeds), "MiB/s");
            run.Note($"one upload, {name}: speed, in units of a direct loop", Median(ratios));
            run.Note($"one upload, {name}: CPU of the server per GiB", Median(ofServer), "s");
            run.Note($"one upload, {name}: CPU of sender and storage per GiB", Median(besides), "s");
            run.Note($"direct loop, {name}: CPU of all per GiB", Median(ofDirect), "s");
            await emulator.Control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative));
        }

        double PerGiB(TimeSpan cpu) => cpu.TotalSeconds * 1024 * MiB / size;
    }

    private static TimeSpan CpuOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static async Task ManyAtOnceAsync(ScenarioRun run, UploadingAccount account, Memory memory)
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

    private static async Task VeryLargeAsync(ScenarioRun run, UploadingAccount account, Memory memory)
    {
        var size = run.Pick(10L * 1024 * 1024 * 1024, 20L * Part);
        run.Phase("a very large upload");
        var idle = await memory.SettleAsync();
        var took = await memory.WatchAsync(() => account.UploadAsync(size));
        run.Note("very large upload: memory above idle", (memory.Peak - idle) / MiB, "MiB");
        run.Note("very large upload: speed", size / MiB / took.TotalSeconds, "MiB/s");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

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
