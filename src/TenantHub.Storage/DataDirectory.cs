using Microsoft.Extensions.Options;

namespace TenantHub.Storage;

/// <summary>
/// The data folder, held by one process at a time: two silos on one SQLite file would each believe that they own every account. The lock
/// goes with the process, so a killed server leaves nothing behind.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    /// <summary>Creates the folder, readable by its owner only, and takes it.</summary>
    /// <param name="options">Where it is.</param>
    /// <exception cref="InvalidOperationException">Another process has it.</exception>
    public DataDirectory(IOptions<StorageOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        FullPath = Path.GetFullPath(options.Value.DataDirectory);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(FullPath);
        else Directory.CreateDirectory(FullPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        try
        {
            _lock = new FileStream(Path.Combine(FullPath, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException(
                $"The data directory {FullPath} is in use by another TenantHub process. Stop that one, or set TenantHub:DataDirectory to another folder.", exception);
        }
    }

    /// <summary>Gets the folder's absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Gives a path inside the folder.</summary>
    /// <param name="name">A file or folder name.</param>
    public string PathOf(string name) => Path.Combine(FullPath, name);

    /// <inheritdoc />
    public void Dispose() => _lock.Dispose();
}
