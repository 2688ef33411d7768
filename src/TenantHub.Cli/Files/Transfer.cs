using Spectre.Console;

namespace TenantHub.Cli.Files;

/// <summary>A bar that grows while a file moves, where a person sees it.</summary>
internal static class Transfer
{
    public static async Task<T> ShowAsync<T>(string name, long size, Func<IProgress<long>?, Task<T>> work)
    {
        if (!Terminal.ShowsProgress)
            return await work(null);
        return await Terminal
            .Words.Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn()
            )
            .StartAsync(async context => await work(new Bar(context.AddTask(Markup.Escape(name), maxValue: Math.Max(1, size)))));
    }

    /// <summary>The same for calls.</summary>
    public static async Task ShowCallsAsync(string name, int calls, Func<IProgress<long>?, Task> work)
    {
        if (!Terminal.ShowsProgress)
        {
            await work(null);
            return;
        }

        await Terminal
            .Words.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context => await work(new Bar(context.AddTask(Markup.Escape(name), maxValue: calls))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }
}
