using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using TenantHub.Storage;

namespace TenantHub.Server.Security;

/// <summary>
/// The first admin key: the configured one, or in Development one that is made once and kept beside the database, so that the printed
/// lines work again after a restart. In memory there is only its hash.
/// </summary>
internal sealed class AdminKey
{
    private readonly byte[] _hash;

    public AdminKey(IOptions<BootstrapOptions> bootstrap, IOptions<StorageOptions> storage, IHostEnvironment environment)
    {
        var key = bootstrap.Value.AdminKey;
        if (string.IsNullOrEmpty(key))
        {
            if (!environment.IsDevelopment())
                throw new OptionsValidationException(BootstrapOptions.SectionName, typeof(BootstrapOptions),
                    ["TenantHub:Bootstrap:AdminKey is not set. Outside Development the server does not make up a key: set one of at least 16 characters (environment variable TenantHub__Bootstrap__AdminKey)."]);
            key = ReadOrMake(Path.Combine(storage.Value.DataDirectory, "admin-key"));
            Printable = key;
        }

        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
    }

    /// <summary>Gets the key when it was made up for Development and may be shown on the console; null for a configured key.</summary>
    public string? Printable { get; }

    public bool Matches(ReadOnlySpan<char> candidate)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(candidate)];
        Encoding.UTF8.GetBytes(candidate, bytes);
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(bytes), _hash);
    }

    private static string ReadOrMake(string path)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 16 } kept) return kept;
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var key = "th_dev_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(key);
        return key;
    }
}
