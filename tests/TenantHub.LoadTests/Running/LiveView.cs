using System.Globalization;
using Spectre.Console;
using TenantHub.LoadTests.Recording;

namespace TenantHub.LoadTests.Running;

/// <summary>Looks at a run once a second: samples the process, and shows how far it is. On a terminal in one line that changes, else in
/// plain lines.</summary>
internal sealed class LiveView(string scenario)
{
    private static readonly TimeSpan PlainLineEvery = TimeSpan.FromSeconds(10);
    private readonly TimeProvider _clock = TimeProvider.System;
    private string _phase = "starting";
    private Recording.Recorder? _recorder;

    public void Tell(string phase) => _phase = phase;

    /// <summary>Runs the scenario and looks at it until it has ended.</summary>
    public async Task WatchAsync(ScenarioRun run, Func<Task> work)
    {
        _recorder = run.Recorder;
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"== {scenario}");
            var lastAt = TimeSpan.Zero;
            await WatchAsync(
                run,
                work(),
                () =>
                {
                    if (run.Recorder.Elapsed - lastAt < PlainLineEvery)
                        return;
                    lastAt = run.Recorder.Elapsed;
                    AnsiConsole.WriteLine("   " + Line());
                }
            );
            return;
        }

        await AnsiConsole
            .Status()
            .Spinner(Spinner.Known.Dots)
            .StartAsync(scenario, status => WatchAsync(run, work(), () => status.Status(Markup.Escape($"{scenario}: {Line()}"))));
    }

    private async Task WatchAsync(ScenarioRun run, Task work, Action show)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _clock);
        while (!work.IsCompleted)
        {
            var tick = timer.WaitForNextTickAsync().AsTask();
            if (await Task.WhenAny(work, tick) == work)
                break;
            await tick;
            var second = run.Recorder.Now();
            (second.Outstanding, second.Process) = (run.Recorder.Outstanding, await SampleAsync(run));
            show();
        }

        await work;
    }

    /// <summary>A process that has just been killed, or has not started yet, has nothing to show.</summary>
    private static async Task<ProcessSample?> SampleAsync(ScenarioRun run)
    {
        try
        {
            return await run.Sample();
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    private string Line()
    {
        var last = _recorder!.Seconds.LastOrDefault(second =>
            second.Number < (int)_recorder.Elapsed.TotalSeconds && second.Latency.Count + second.Failed > 0
        );
        var load = last is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"; {last.Latency.Count:N0}/s, p99 {last.Latency.Percentile(0.99):0.0} ms, {last.Failed} failed, {_recorder.Outstanding} under way"
            );
        return string.Create(CultureInfo.InvariantCulture, $"{_recorder.Elapsed:mm\\:ss} {_phase}{load}");
    }
}
