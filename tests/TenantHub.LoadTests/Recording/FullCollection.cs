using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace TenantHub.LoadTests.Recording;

/// <summary>A full garbage collection in another .NET process: what is left after it is held by somebody.</summary>
internal static class FullCollection
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const long HeapCollect = 0x800000; // The runtime collects fully when a session begins with this keyword.

    public static async Task ForceAsync(int processId)
    {
        using var session = await new DiagnosticsClient(processId).StartEventPipeSessionAsync(
            [new EventPipeProvider(Runtime, EventLevel.Informational, HeapCollect)],
            requestRundown: false,
            circularBufferMB: 8,
            CancellationToken.None
        );
        var read = session.EventStream.CopyToAsync(Stream.Null);
        await session.StopAsync(CancellationToken.None);
        await read;
    }
}
