using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace TenantHub.Testing;

/// <summary>Packages of npm as witnesses: what their lock file names, installed once a machine and lock file.</summary>
public static class NodePackages
{
    private static readonly TimeSpan InstallWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunWithin = TimeSpan.FromMinutes(2);

    /// <summary>Installs the packages of a folder of the test's output. Exactly one of folder and reason is set: why they cannot be
    /// had.</summary>
    public static async Task<(string? Folder, string? Missing)> InstallAsync(string name, CancellationToken cancellationToken)
    {
        var source = Path.Combine(AppContext.BaseDirectory, name);
        var locked = await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"), cancellationToken);
        var folder = Path.Combine(Path.GetTempPath(), "node-packages-" + Convert.ToHexStringLower(SHA256.HashData(locked))[..16]);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        if (File.Exists(Path.Combine(folder, "installed")))
            return (folder, null);
        try
        {
            await RunAsync("node", folder, cancellationToken, "--version");
            var install = await RunAsync(
                "npm",
                InstallWithin,
                folder,
                cancellationToken,
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund"
            );
            if (install.ExitCode != 0)
                return (null, "npm cannot install the packages here: " + install.Output);
        }
        catch (Win32Exception)
        {
            return (null, "node and npm are not installed.");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "installed"), "", cancellationToken);
        return (folder, null);
    }

    public static Task<(int ExitCode, string Output)> RunAsync(
        string program,
        string folder,
        CancellationToken cancellationToken,
        params string[] arguments
    ) => RunAsync(program, RunWithin, folder, cancellationToken, arguments);

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        TimeSpan within,
        string folder,
        CancellationToken cancellationToken,
        params string[] arguments
    )
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
                process.StandardError.ReadToEndAsync(limit.Token)
            );
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
