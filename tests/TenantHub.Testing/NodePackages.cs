using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace TenantHub.Testing;

/// <summary>Published Node packages, unmodified, for tests that let them speak to us.</summary>
public static class NodePackages
{
    private static readonly TimeSpan InstallWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunWithin = TimeSpan.FromMinutes(2);

    /// <summary>Installs what the lock file of a folder beside the test names, once a machine and lock file; gives the folder, or why it
    /// cannot be had.</summary>
    public static async Task<(string? Folder, string? Why)> InstallAsync(string name, CancellationToken cancellationToken)
    {
        var source = Path.Combine(AppContext.BaseDirectory, name);
        var locked = await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"), cancellationToken);
        var hash = Convert.ToHexStringLower(SHA256.HashData(locked))[..16];
        var folder = Path.Combine(Path.GetTempPath(), $"{name.ToLowerInvariant()}-packages-{hash}");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        if (File.Exists(Path.Combine(folder, "installed"))) return (folder, null);
        try
        {
            await RunAsync("node", RunWithin, folder, cancellationToken, "--version");
            var install = await RunAsync("npm", InstallWithin, folder, cancellationToken, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            if (install.ExitCode != 0) return (null, "npm cannot install the packages here: " + install.Output);
        }
        catch (Win32Exception)
        {
            return (null, "node and npm are not installed.");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "installed"), "", cancellationToken);
        return (folder, null);
    }

    /// <summary>Runs a script of the folder with node; gives what it printed.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string folder, string script, CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync("node", RunWithin, folder, cancellationToken, [Path.Combine(folder, script), .. arguments]);

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        TimeSpan within,
        string folder,
        CancellationToken cancellationToken,
        params string[] arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        try
        {
            var output = Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(limit.Token),
                process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, string.Join('\n', await output));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {within}.");
        }
    }
}
