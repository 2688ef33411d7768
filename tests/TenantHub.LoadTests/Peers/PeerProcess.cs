#pragma warning disable RS0030 // The parent process reads the output.
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using TenantHub.Testing;

namespace TenantHub.LoadTests.Peers;

/// <summary>Upstream or gateway in a process of its own, so that its CPU time and its allocations can be told from the others'.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="kind">One of those of <see cref="ServeAsync"/>.</param>
    /// <param name="behind">What stands behind it: the upstream's address, or the port of the silo's gateway.</param>
    public static async Task<PeerProcess> StartAsync(string kind, string behind = "")
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Find(1)[0]}");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (
            var argument in new[]
            {
                "exec",
                Path.Combine(AppContext.BaseDirectory, "TenantHub.LoadTests.dll"),
                "serve",
                kind,
                address.ToString().TrimEnd('/'),
                behind,
            }
        )
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_gcServer"] = "1"; // As a web project has it, the hub too.
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line != "ready")
                continue;
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null); // Read, so that it is not held up, and not kept: this process's memory is measured.
            return new PeerProcess(process, address);
        }

        throw new InvalidOperationException($"The process for {kind} ended before it was ready.");
    }

    /// <summary>What such a process does: <c>serve kind url behind</c>.</summary>
    public static async Task<int> ServeAsync(string kind, string url, string behind)
    {
        await using var app = kind switch
        {
            "upstream" => Upstream.Create(url),
            "yarp" => Gateways.Yarp(url, behind, limited: false),
            "yarp-limited" => Gateways.Yarp(url, behind, limited: true),
            "plain" => Gateways.Plain(url, behind),
            "orleans-client" => Gateways.OrleansClient(url, int.Parse(behind, CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException($"There is no {kind}.", nameof(kind)),
        };
        await app.StartAsync();
        await Console.Out.WriteLineAsync("ready");
        await app.WaitForShutdownAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
