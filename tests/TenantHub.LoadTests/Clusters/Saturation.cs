using TenantHub.LoadTests.Running;

namespace TenantHub.LoadTests.Clusters;

/// <summary>Whether a limit of Autodesk's was kept, used up, and shared alike.</summary>
internal static class Saturation
{
    /// <summary>Has the emulator count, and answer 429 beyond a number of reads of hubs in any window.</summary>
    public static Task CountAsync(EmulatedAutodesk autodesk, int limit, TimeSpan window) =>
        autodesk.Emulator.PostAsync(
            "quotas",
            new
            {
                enabled = true,
                mode = "sliding_log",
                window_seconds = window.TotalSeconds,
                limits = new { hub = limit },
            }
        );

    /// <summary>
    /// Notes what the emulator saw. Only whole windows count, and for the shares only those in which somebody always waited: the first
    /// window's permits are there at once.
    /// </summary>
    /// <param name="run">Where it is noted.</param>
    /// <param name="journal">What the emulator saw.</param>
    /// <param name="began">When the load began, since the run did.</param>
    /// <param name="window">How long a window is.</param>
    /// <param name="windows">How many there were.</param>
    /// <param name="limit">How many requests one allows.</param>
    /// <param name="paths">The path that each account's requests have.</param>
    public static void Note(
        ScenarioRun run,
        Journal journal,
        TimeSpan began,
        TimeSpan window,
        int windows,
        int limit,
        IReadOnlyList<string> paths
    )
    {
        var accepted = journal.Requests.Where(record => record.Status == 200).ToList();
        var first = accepted[0].StartedUs;
        var perWindow = accepted
            .GroupBy(record => (int)((record.StartedUs - first) / window.TotalMicroseconds))
            .ToDictionary(group => group.Key, group => group.Count());
        for (var i = 0; i < windows; i++)
            run.QuotaWindows.Add(new QuotaWindow("dm-hub", (began + window * (i + 1)).TotalSeconds, perWindow.GetValueOrDefault(i), limit));
        var contended = accepted
            .Where(record =>
                record.StartedUs >= first + window.TotalMicroseconds && record.StartedUs < first + windows * window.TotalMicroseconds
            )
            .CountBy(record => record.Path)
            .ToDictionary();
        var shares = paths.Select(path => (double)contended.GetValueOrDefault(path)).ToList();
        run.Note("429 from Autodesk", journal.RateLimited);
        run.Note("used of the limit", run.QuotaWindows.Sum(used => used.Used) / (double)(limit * windows));
        run.Note("Jain's fairness index", shares.Sum() * shares.Sum() / (shares.Count * shares.Sum(share => share * share)));
    }
}
