using Microsoft.Extensions.Options;

namespace TenantHub.Storage;

/// <summary>
/// The data folder, held by one process at a time. Everything that lies in it is reached through this type, so nothing is touched before
/// the folder is ours.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly DataDirectoryLock _lock;

    public DataDirectory(IOptions<StorageOptions> options)
    {
        FullPath = Path.GetFullPath(options.Value.DataDirectory);
        KeysPath = Path.Combine(FullPath, "keys");
        DatabasePath = Path.Combine(FullPath, "tenanthub.db");
        CreatePrivate(FullPath);
        _lock = DataDirectoryLock.Take(FullPath);
        CreatePrivate(KeysPath);

        // A keys folder that came out of a backup may be open to others; the data folder itself is the operator's to share.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(KeysPath, OwnerOnly);
    }

    public string FullPath { get; }

    public string KeysPath { get; }

    public string DatabasePath { get; }

    public void Dispose() => _lock.Dispose();

    private static void CreatePrivate(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                $"The folder {path} cannot be made ({exception.Message.TrimEnd('.')}). Set TenantHub:DataDirectory to a folder that this process's user may write.",
                exception
            );
        }
    }
}
