using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace TenantHub.Testing;

/// <summary>
/// A PostgreSQL server of the test's own: made from nothing, on a free loopback port. It can be stopped, killed, frozen and started again
/// on the same data.
/// </summary>
public sealed partial class PostgresServer : IAsyncDisposable
{
    private const string User = "tenanthub";
    private static readonly bool IsRoot = Environment.UserName == "root";

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "tenanthub-postgres-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly string _password = "planted-" + Guid.NewGuid().ToString("N");
    private readonly int _port = FreePort.Find();
    private readonly string _settings;
    private readonly string _host;
    private int _databases;

    private PostgresServer(bool flushes, string host) => (_settings, _host) = (flushes ? "" : " -c fsync=off", host);

    private int ProcessId => int.Parse(File.ReadLines(Path.Combine(_directory, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Starts a server on no data.</summary>
    /// <param name="flushes">
    /// Whether commits wait for the disk, as in production: where something is measured. What a killed server has written is in the
    /// machine's memory all the same; it would be lost only with the machine, and no test plays that.
    /// </param>
    /// <param name="host">The address at which it is reached.</param>
    public static async Task<PostgresServer> StartAsync(bool flushes = false, string host = "127.0.0.1")
    {
        var server = new PostgresServer(flushes, host);
        var passwordFile = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(passwordFile, server._password);
            if (IsRoot)
                await RunAsync("chown", "postgres", passwordFile);
            await server.ExecuteAsync(
                "initdb",
                "-D",
                server._directory,
                "-U",
                User,
                "-A",
                "scram-sha-256",
                $"--pwfile={passwordFile}",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync"
            );
        }
        finally
        {
            File.Delete(passwordFile);
        }

        // What initdb allows is loopback.
        await File.AppendAllTextAsync(Path.Combine(server._directory, "pg_hba.conf"), $"host all all {host}/24 scram-sha-256\n");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Makes a database and gives the connection string to it.</summary>
    /// <param name="template">The connection string of a database that it begins as a copy of, and that nobody is connected to; an empty one
    /// when left out.</param>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names of our own making.
        var original = template is null ? "template1" : new NpgsqlConnectionStringBuilder(template).Database;
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {original}", connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public Task StartAgainAsync() =>
        ExecuteAsync(
            "pg_ctl",
            "start",
            "-w",
            "-D",
            _directory,
            "-l",
            Path.Combine(_directory, "log"),
            "-o",
            string.Create(
                CultureInfo.InvariantCulture,
                $"-c listen_addresses={_host} -c port={_port} -c unix_socket_directories={_directory}{_settings}"
            )
        );

    /// <summary>Stops as an operator does: connections are cut, what runs is undone, and the data is flushed.</summary>
    public Task StopAsync() => ExecuteAsync("pg_ctl", "stop", "-w", "-m", "fast", "-D", _directory);

    /// <summary>Lets the server take over from itself, as a standby does from its primary: its history is another one then.</summary>
    public async Task FailOverAsync()
    {
        await StopAsync();
        var standby = Path.Combine(_directory, "standby.signal");
        await File.WriteAllTextAsync(standby, "");
        if (IsRoot)
            await RunAsync("chown", "postgres", standby);
        await StartAgainAsync();
        await ExecuteAsync("pg_ctl", "promote", "-w", "-D", _directory);
    }

    /// <summary>kill -9 of the server; its children end by themselves when they see it gone.</summary>
    public async Task KillAsync()
    {
        using var server = Process.GetProcessById(ProcessId);
        UnixSignal.Kill.SendTo(server.Id);
        await server.WaitForExitAsync();
    }

    /// <summary>SIGSTOP to all its processes: connections stay open, and nothing is answered.</summary>
    public void Freeze()
    {
        var parent = ProcessId;
        UnixSignal.Stop.SendTo(parent); // First: it makes no child any more.
        foreach (var child in Children(parent))
            UnixSignal.Stop.SendTo(child);
    }

    /// <summary>SIGCONT: it goes on where it was.</summary>
    public void Thaw()
    {
        var parent = ProcessId;
        foreach (var child in Children(parent))
            UnixSignal.Continue.SendTo(child); // One that ends now stays known until its parent goes on.
        UnixSignal.Continue.SendTo(parent);
    }

    /// <summary>The processor time that its processes have used, those that have ended included.</summary>
    public TimeSpan ProcessorTime()
    {
        var parent = ProcessId;
        var ticks = Ticks(parent, 4) + Children(parent).Sum(child => Ticks(child, 2));
        return TimeSpan.FromMilliseconds(ticks * 10); // Linux counts in hundredths of a second.

        // The times of /proc/[pid]/stat: user, system, and the same of children that have ended.
        static long Ticks(int process, int times)
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{process}/stat");
                var fields = stat[stat.LastIndexOf(')')..].Split(' ').Skip(12).Take(times);
                return fields.Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                return 0; // It has ended meanwhile; its parent has its time.
            }
        }
    }

    /// <summary>What pg_dump writes of a database, and once more everything binary in it as text.</summary>
    public async Task<string> DumpAsync(string connectionString)
    {
        var file = Path.Combine(_directory, "dump.sql");
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await ExecuteAsync(
            "pg_dump",
            "--inserts",
            "-f",
            file,
            $"postgresql://{User}:{_password}@{_host}:{_port.ToString(CultureInfo.InvariantCulture)}/{name}"
        );
        var dump = await File.ReadAllTextAsync(file);
        return dump
            + string.Join(
                '\n',
                Binary().Matches(dump).Select(match => Encoding.Latin1.GetString(Convert.FromHexString(match.Groups[1].ValueSpan)))
            );
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(_directory, "postmaster.pid")))
            await ExecuteAsync("pg_ctl", "stop", "-w", "-m", "immediate", "-D", _directory);
        Directory.Delete(_directory, recursive: true);
    }

    private static IEnumerable<int> Children(int parent) =>
        File.ReadAllText($"/proc/{parent}/task/{parent}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = _host,
            Port = _port,
            Username = User,
            Password = _password,
            Database = database,
        }.ToString();

    /// <summary>PostgreSQL refuses to run as root: then the user that its package makes runs it.</summary>
    private Task ExecuteAsync(string program, params string[] arguments) =>
        IsRoot ? RunAsync("runuser", ["-u", "postgres", "--", Find(program), .. arguments]) : RunAsync(Find(program), arguments);

    private static string Find(string program)
    {
        const string debian = "/usr/lib/postgresql";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Concat(
                Directory.Exists(debian)
                    ? Directory.GetDirectories(debian).OrderDescending().Select(version => Path.Combine(version, "bin"))
                    : []
            );
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"PostgreSQL's {program} is not installed. Run tests/run.sh, which installs it, or: apt-get install postgresql"
            );
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{await output}\n{await error}");
    }

    [GeneratedRegex(@"'\\x([0-9a-f]+)'")]
    private static partial Regex Binary();
}
