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

    public static ProcessSample Of(Process process, double managedBytes)
    {
        process.Refresh();
        var (handles, connections) = OpenFiles(process.Id);
        return new ProcessSample(managedBytes, process.WorkingSet64, handles ?? process.HandleCount, connections ?? double.NaN);
    }

    private static (int? All, int? Sockets) OpenFiles(int processId)
    {
        var (all, sockets) = (0, 0);
        try
        {
            foreach (var file in Directory.EnumerateFiles($"/proc/{processId}/fd"))
            {
                all++;
                if (new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true) sockets++;
            }

            return (all, sockets);
        }
        catch (IOException)
        {
            return (null, null); // Not Linux, or the process is gone.
        }
    }
}
