using System.Diagnostics;
using System.Globalization;

namespace TenantHub.Testing;

/// <summary>
/// A network of this machine's own (Linux network namespaces): every server of a fleet has an address of its own in it, and lines between
/// them can be cut, one direction at a time, without a word to either side.
/// </summary>
/// <remarks>A line is cut by giving the other side a hardware address that nobody has: packets leave, and nobody takes them.</remarks>
public sealed class FleetNetwork : IAsyncDisposable
{
    private const string Nobody = "02:00:00:00:00:99";

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"th{Environment.ProcessId}");
    private readonly string _prefix = string.Create(
        CultureInfo.InvariantCulture,
        $"10.{64 + (Environment.ProcessId >> 8) % 64}.{Environment.ProcessId & 255}"
    );
    private readonly int _hosts;

    private FleetNetwork(int hosts) => _hosts = hosts;

    /// <summary>Gets this process's own address in the network.</summary>
    public string Here => _prefix + ".254";

    /// <summary>Makes the network. Null when this machine does not let us.</summary>
    public static async Task<FleetNetwork?> TryCreateAsync(int hosts)
    {
        var network = new FleetNetwork(hosts);
        try
        {
            await network.CreateAsync();
            return network;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            await network.DisposeAsync();
            return null;
        }
    }

    /// <summary>The address of a host, counted from 0.</summary>
    public string AddressOf(int host) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}.{host + 1}");

    /// <summary>What has to stand before a command so that it runs on a host.</summary>
    public IReadOnlyList<string> On(int host) => ["ip", "netns", "exec", NameOf(host)];

    /// <summary>Whatever one host sends to another one is lost from now on.</summary>
    public Task CutAsync(int from, int to) =>
        RunAsync("ip", "-n", NameOf(from), "neigh", "replace", AddressOf(to), "lladdr", Nobody, "dev", "eth0", "nud", "permanent");

    public Task MendAsync(int from, int to) => RunAsync("ip", "-n", NameOf(from), "neigh", "del", AddressOf(to), "dev", "eth0");

    /// <summary>Whatever a host sends waits, up to 400 ms, for its turn on a line of so many kilobits a second; what would wait for longer is
    /// lost. False when this machine has no such lines.</summary>
    public async Task<bool> TryWeakenAsync(int host, int kilobits)
    {
        try
        {
            var rate = string.Create(CultureInfo.InvariantCulture, $"{kilobits}kbit");
            await RunAsync(
                "tc",
                "-n",
                NameOf(host),
                "qdisc",
                "replace",
                "dev",
                "eth0",
                "root",
                "tbf",
                "rate",
                rate,
                "burst",
                "5kb",
                "latency",
                "400ms"
            );
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public Task StrengthenAsync(int host) => RunAsync("tc", "-n", NameOf(host), "qdisc", "del", "dev", "eth0", "root");

    public async ValueTask DisposeAsync()
    {
        for (var host = 0; host < _hosts; host++)
            await TryAsync("ip", "netns", "del", NameOf(host));
        await TryAsync("ip", "link", "del", _name);
    }

    private async Task CreateAsync()
    {
        await RunAsync("ip", "link", "add", _name, "type", "bridge");
        await RunAsync("ip", "addr", "add", Here + "/24", "dev", _name);
        await RunAsync("ip", "link", "set", _name, "up");
        for (var host = 0; host < _hosts; host++)
        {
            var (name, line) = (NameOf(host), string.Create(CultureInfo.InvariantCulture, $"{_name}v{host}"));
            await RunAsync("ip", "netns", "add", name);
            await RunAsync("ip", "link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", name);
            await RunAsync("ip", "link", "set", line, "master", _name, "up");
            await RunAsync("ip", "-n", name, "addr", "add", AddressOf(host) + "/24", "dev", "eth0");
            await RunAsync("ip", "-n", name, "link", "set", "eth0", "up");
            await RunAsync("ip", "-n", name, "link", "set", "lo", "up");
        }
    }

    private string NameOf(int host) => string.Create(CultureInfo.InvariantCulture, $"{_name}-{host}");

    private static async Task TryAsync(string program, params string[] arguments)
    {
        try
        {
            await RunAsync(program, arguments);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It is not there.
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {error}");
    }
}
