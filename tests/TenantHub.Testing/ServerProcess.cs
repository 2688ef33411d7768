using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace TenantHub.Testing;

/// <summary>The real server in a process of its own, pointed at an emulator. It can be killed without warning and started again on the same
/// data.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    public const string AdminKey = "test-admin-key-0123456789";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3); // Five seconds on a quiet machine; on a busy one 170 were seen.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(90);

    private readonly Uri _emulator;
    private readonly Dictionary<string, string> _settings;
    private readonly IReadOnlyList<string> _on;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private ServerProcess(
        Uri emulator,
        string dataDirectory,
        IReadOnlyDictionary<string, string> settings,
        string address,
        IReadOnlyList<string> on
    )
    {
        (_emulator, DataDirectory, _settings, _on) = (emulator, dataDirectory, new(settings), on);
        var ports = FreePort.Find(3);
        (Address, SiloPort, GatewayPort) = (new Uri($"http://{address}:{ports[0]}"), ports[1], ports[2]);
        Http = NewClient(AdminKey);
    }

    public Uri Address { get; }

    public int SiloPort { get; }

    public int GatewayPort { get; }

    public string DataDirectory { get; }

    /// <summary>Gets a client that carries the admin key.</summary>
    public HttpClient Http { get; }

    /// <summary>Gets what the process printed, for tests that look for secrets in it.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts a server.</summary>
    /// <param name="emulator">Autodesk, as the server sees it.</param>
    /// <param name="dataDirectory">Its data; a new folder when left out.</param>
    /// <param name="settings">What differs from the usual, by environment variable.</param>
    /// <param name="address">The address on which it listens.</param>
    /// <param name="on">What stands before the command, to run it elsewhere (<see cref="FleetNetwork.On"/>).</param>
    public static async Task<ServerProcess> StartAsync(
        Uri emulator,
        string? dataDirectory = null,
        IReadOnlyDictionary<string, string>? settings = null,
        string address = "127.0.0.1",
        IReadOnlyList<string>? on = null
    )
    {
        var hub = new ServerProcess(
            emulator,
            dataDirectory ?? Directory.CreateTempSubdirectory("tenanthub-test-").FullName,
            settings ?? new Dictionary<string, string>(),
            address,
            on ?? []
        );
        await hub.StartAgainAsync();
        return hub;
    }

    /// <summary>Changes a setting; it holds from the next start on. Null takes it away.</summary>
    public void Set(string name, string? value)
    {
        if (value is null)
            _settings.Remove(name);
        else
            _settings[name] = value;
    }

    public async Task StartAgainAsync()
    {
        string[] command = [.. _on, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "TenantHub.Server.dll")];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = DataDirectory,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        start.Environment["TenantHub__DataDirectory"] = DataDirectory;
        start.Environment["TenantHub__Events__PublicUrl"] = Address.ToString();
        start.Environment["TenantHub__Bootstrap__AdminKey"] = AdminKey;
        start.Environment["TenantHub__KeyProtection__Key"] = Convert.ToBase64String(new byte[32]);
        start.Environment["TenantHub__Autodesk__BaseUrl"] = _emulator.ToString();
        start.Environment["TenantHub__Autodesk__AllowedStorageHosts__0"] = _emulator.Authority;
        start.Environment["TenantHub__Orleans__SiloPort"] = $"{SiloPort}";
        start.Environment["TenantHub__Orleans__GatewayPort"] = $"{GatewayPort}";
        foreach (var limit in (string[])["WrongKeysPerMinute", "SignInsPerMinute", "LinkPagesPerMinute", "DocumentsPerMinute"])
            start.Environment["TenantHub__Refusals__" + limit] = "1000000"; // All tests have one address.
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitUntilReadyAsync(_process);
    }

    /// <summary>kill -9: nothing of the process gets a chance to finish.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: the process hangs, its connections stay open.</summary>
    public void Freeze() => UnixSignal.Stop.SendTo(_process!.Id);

    /// <summary>SIGCONT: it goes on where it was, as if no time had passed.</summary>
    public void Thaw() => UnixSignal.Continue.SendTo(_process!.Id);

    /// <summary>SIGTERM, and the wait for the end that the process comes to by itself; gives its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        UnixSignal.Terminate.SendTo(_process!.Id);
        return await WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process!.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server had not ended after {StopLimit}:\n{Output}");
        }
    }

    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 2000 })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromMinutes(3),
        };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":"))
            );
        return client;
    }

    public int ProcessId => _process!.Id;

    /// <summary>Gets the CPU time that the process has used so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The most memory that the process has had resident so far.</summary>
    public long PeakMemoryBytes()
    {
        _process!.Refresh();
        return _process.PeakWorkingSet64;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        if (DataDirectory.Contains("tenanthub-test-", StringComparison.Ordinal))
            Directory.Delete(DataDirectory, recursive: true);
    }

    private async Task WaitUntilReadyAsync(Process process)
    {
        using var client = NewClient(null);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < StartLimit)
        {
            if (process.HasExited)
            {
                await process.WaitForExitAsync(); // Its last words come after its end.
                throw new InvalidOperationException($"The server stopped with exit code {process.ExitCode} while it started:\n{Output}");
            }

            try
            {
                using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await timer.WaitForNextTickAsync();
        }

        throw new TimeoutException($"The server was not ready after {StartLimit}:\n{Output}");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null)
            _output.Enqueue(line.Data);
    }
}
