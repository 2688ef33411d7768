using System.Diagnostics;
using Microsoft.Extensions.Options;
using Xunit;

namespace TenantHub.Storage;

public sealed class DataDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _parent = new();

    [Fact]
    public void SecondHolder_IsRefusedClearlyAndTheFirstKeepsIt()
    {
        using var first = Open();

        for (var i = 0; i < 2; i++)
        {
            var fault = Assert.Throws<StorageException>(Open);
            Assert.Contains("in use by another TenantHub process", fault.Message, StringComparison.Ordinal);
            Assert.Contains(first.FullPath, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ReleasedDirectory_CanBeTakenAgain()
    {
        Open().Dispose();

        using var again = Open();
        Assert.True(Directory.Exists(again.KeysPath));
    }

    [Fact]
    public async Task KilledHolder_LeavesTheDirectoryFree()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "Another process takes the lock with flock(1), which this system does not have.");
        Open().Dispose();
        var start = new ProcessStartInfo("/usr/bin/flock") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "--no-fork", Path.Combine(_parent.PathOf("data"), "lock"), "sh", "-c", "echo held; exec cat" })
            start.ArgumentList.Add(argument);
        using var holder = Process.Start(start)!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Throws<StorageException>(Open);

        holder.Kill(); // SIGKILL: it has no chance to clean up.
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);

        using var taken = Open();
        Assert.True(Directory.Exists(taken.KeysPath));
    }

    [Fact]
    public void Folders_AreForTheOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead.");
        using var directory = Open();

        if (OperatingSystem.IsWindows())
            return; // The compiler's platform check does not know the line above.
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(directory.FullPath));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(directory.KeysPath));
    }

    [Fact]
    public void KeysFolderOpenToOthers_IsClosedAtStart()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead.");
        if (OperatingSystem.IsWindows())
            return;
        var keys = Directory.CreateDirectory(Path.Combine(_parent.PathOf("data"), "keys")).FullName;
        File.SetUnixFileMode(keys, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        using var directory = Open();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(keys));
    }

    public void Dispose() => _parent.Dispose();

    private DataDirectory Open() => new(Options.Create(new StorageOptions { DataDirectory = _parent.PathOf("data") }));
}
