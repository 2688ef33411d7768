namespace TenantHub.Storage;

/// <summary>
/// Keeps a second server off the same data: two silos on one file would each believe that they own every account. The operating system
/// holds the lock for the life of the process, so a killed server leaves nothing behind; the file itself stays and means nothing.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    public static DataDirectoryLock Take(string directory)
    {
        try
        {
            return new DataDirectoryLock(
                new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
            );
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StorageException(
                $"The data directory {directory} cannot be written. Give this process's user the right to, or set TenantHub:DataDirectory to another folder.",
                exception
            );
        }
        catch (IOException exception) when (exception.Message.Contains("Read-only", StringComparison.OrdinalIgnoreCase))
        {
            throw new StorageException(
                $"The data directory {directory} lies on a file system that is mounted read-only. Mount it to be written, or set TenantHub:DataDirectory to another folder.",
                exception
            );
        }
        catch (IOException exception)
        {
            throw new StorageException(
                $"The data directory {directory} is in use by another TenantHub process. Stop that one, or set TenantHub:DataDirectory to another folder.",
                exception
            );
        }
    }

    public void Dispose() => _file.Dispose();
}
