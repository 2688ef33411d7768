using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TenantHub.Testing;

/// <summary>What the operating system, an orchestrator or bad luck does to a process. .NET itself sends only the first.</summary>
public enum UnixSignal
{
    /// <summary>Sends nothing, and fails when there is no such process.</summary>
    None = 0,

    /// <summary>Ends it at once.</summary>
    Kill = 9,

    /// <summary>Asks it to end.</summary>
    Terminate = 15,

    /// <summary>Lets a frozen one go on.</summary>
    Continue = 18,

    /// <summary>Freezes it, as a hung host or a lost network does.</summary>
    Stop = 19,
}

/// <summary>Sends signals.</summary>
public static class UnixSignals
{
    public static void SendTo(this UnixSignal signal, int processId)
    {
        if (Send(processId, (int)signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{signal} could not be sent to process {processId}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int processId, int signal);
}
