using System.Diagnostics;

namespace TenantHub.LoadTests.Recording;

/// <summary>What a process holds at a moment.</summary>
/// <param name="ManagedBytes">The managed heap; NaN for another process that does not tell.</param>
/// <param name="ResidentBytes">The resident memory.</param>
/// <param name="Handles">The open files and sockets.</param>
/// <param name="Connections">The sockets among them; NaN where the system does not tell.</param>
internal sealed record ProcessSample(double ManagedBytes, double ResidentBytes, double Handles, double Connections)
{
    public static ProcessSample OfThis()
    {
        using var process = Process.GetCurrentProcess();
        return Of(process, GC.GetTotalMemory(forceFullCollection: false));
    }

    /// <summary>This process after everything that can be collected has been.</summary>
    public static ProcessSample OfThisCollected()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        return OfThis() with { ManagedBytes = managed };
    }

    public static ProcessSample Of(Process process, double managedBytes)
    {
        process.Refresh();
        var (handles, connections) = OpenFiles(process.Id);
        return new ProcessSample(managedBytes, process.WorkingSet64, handles ?? process.HandleCount, connections ?? double.NaN);
    }

    /// <summary>Several processes together; one that is gone holds nothing.</summary>
    public static ProcessSample OfAll(IEnumerable<int> processIds)
    {
        var sum = new ProcessSample(double.NaN, 0, 0, 0);
        foreach (var id in processIds)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                var own = Of(process, double.NaN);
                sum = sum with
                {
                    ResidentBytes = sum.ResidentBytes + own.ResidentBytes,
                    Handles = sum.Handles + own.Handles,
                    Connections = sum.Connections + own.Connections,
                };
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // It has been killed.
            }
        }

        return sum;
    }

    private static (int? All, int? Sockets) OpenFiles(int processId)
    {
        var (all, sockets) = (0, 0);
        try
        {
            foreach (var file in Directory.EnumerateFiles($"/proc/{processId}/fd"))
            {
                all++;
                if (new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true)
                    sockets++;
            }

            return (all, sockets);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, null); // Not Linux, or the process is gone.
        }
    }
}
