using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using TenantHub.Storage;

namespace TenantHub.Server.Security;

/// <summary>
/// The first admin key: the configured one, or in Development one that is made once and kept beside the database, so that the printed
/// lines work again after a restart. In memory there is only its hash.
/// </summary>
internal sealed partial class AdminKey
{
    private const int StrongLength = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _hash;

    public AdminKey(
        IOptions<BootstrapOptions> bootstrap,
        IOptions<StorageOptions> storage,
        IHostEnvironment environment,
        ILogger<AdminKey> logger
    )
    {
        var key = bootstrap.Value.AdminKey;
        if (string.IsNullOrEmpty(key))
        {
            if (!environment.IsDevelopment())
                throw new OptionsValidationException(
                    BootstrapOptions.SectionName,
                    typeof(BootstrapOptions),
                    [
                        "TenantHub:Bootstrap:AdminKey is not set. Outside Development the server does not make up a key: set one of at least 16 characters (environment variable TenantHub__Bootstrap__AdminKey).",
                    ]
                );
            key = ReadOrMake(Path.Combine(storage.Value.DataDirectory, "admin-key"));
            Printable = key;
        }

        if (key.Length < StrongLength)
            LogWeak(logger, StrongLength);
        _hash = ApiKeyText.Hash(key);
    }

    /// <summary>Gets the key when it was made up for Development and may be shown on the console; null for a configured key.</summary>
    public string? Printable { get; }

    /// <param name="hash">as <see cref="ApiKeyText"/> gives it.</param>
    public bool IsHash(string hash) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(hash.AsSpan()), MemoryMarshal.AsBytes(_hash.AsSpan()));

    private static string ReadOrMake(string path)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 16 } kept)
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, OwnerOnly); // A copy from somewhere may be open to all.
            return kept;
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var key = "th_dev_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        if (File.Exists(path))
            File.Delete(path); // Else it would keep the mode that it has.
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(key);
        return key;
    }

    [LoggerMessage(
        7104,
        LogLevel.Warning,
        "TenantHub:Bootstrap:AdminKey has fewer than {Length} characters and may be guessed: make one with openssl rand -hex 24"
    )]
    private static partial void LogWeak(ILogger logger, int length);
}
