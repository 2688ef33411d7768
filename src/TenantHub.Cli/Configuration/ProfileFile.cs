using System.Text.Json;

namespace TenantHub.Cli.Configuration;

/// <summary>
/// The profiles, in a file that only its owner may read. TENANTHUB_CONFIG names another file; TENANTHUB_ADDRESS and TENANTHUB_KEY together
/// make a file
/// unnecessary.
/// </summary>
internal sealed record ProfileFile
{
    public const string DefaultName = "default";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public string Current { get; init; } = DefaultName;

    public IReadOnlyDictionary<string, CliProfile> Profiles { get; init; } = new Dictionary<string, CliProfile>();

    private static string Location =>
        Terminal.Variable("TENANTHUB_CONFIG")
        ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "tenanthub",
            "profiles.json"
        );

    public static ProfileFile Read()
    {
        if (!File.Exists(Location))
            return new ProfileFile();
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Location) & ~OwnerOnly) != 0)
            throw new CliException(ExitCode.Usage, $"{Location} holds keys and others may read it: chmod 600 {Location}");
        try
        {
            return Known(JsonSerializer.Deserialize<ProfileFile>(File.ReadAllBytes(Location), Json));
        }
        catch (JsonException)
        {
            throw new CliException(ExitCode.Usage, $"{Location} cannot be read: correct it, or remove it and log in again.");
        }
    }

    /// <summary>Changes what is there at this moment: other commands may have written since it was read.</summary>
    public static async Task UpdateAsync(Func<ProfileFile, ProfileFile> change, CancellationToken cancellationToken)
    {
        using var turn = await LockAsync(cancellationToken);
        change(Read()).Write();
    }

    /// <summary>Writes the file beside the old one and then in its place: a full disk takes no key away. Only who has the lock may.</summary>
    public void Write()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        var place = File.Exists(Location) ? File.ResolveLinkTarget(Location, returnFinalTarget: true)?.FullName ?? Location : Location;
        var written = $"{place}.{Environment.ProcessId}";
        using (var file = new FileStream(written, options))
            JsonSerializer.Serialize(file, this, Json);
        File.Move(written, place, overwrite: true);
    }

    /// <summary>Keeps other commands from writing the file, or renewing a token, at the same time, until it is disposed.</summary>
    public static async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Location))!);
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(Location + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < 300)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>The profile of a command: by its option, by the environment, or the one in use.</summary>
    public CliProfile Resolve(string? name)
    {
        var (address, key) = (Terminal.Variable("TENANTHUB_ADDRESS"), Terminal.Variable("TENANTHUB_KEY"));
        if (name is null && address is not null && key is not null)
            return new CliProfile(address, key.Trim());
        if (name is null && (address ?? key) is not null) // Whoever has set one means it: a profile would be another server, or other rights.
            throw new CliException(
                ExitCode.Usage,
                $"{(address is null ? "TENANTHUB_KEY" : "TENANTHUB_ADDRESS")} is set without {(address is null ? "TENANTHUB_ADDRESS" : "TENANTHUB_KEY")}. Set both, or neither to use a profile; --profile chooses one whatever is set."
            );
        var wanted = NameOf(name);
        return Profiles.TryGetValue(wanted, out var profile)
            ? profile with
            {
                Name = wanted,
            }
            : throw new CliException(
                ExitCode.NotFound,
                $"There is no profile \"{wanted}\". Make it with: tenanthub login <address>, or set TENANTHUB_ADDRESS and TENANTHUB_KEY."
            );
    }

    /// <summary>People edit the file: what is missing or null in it is as if it was not there.</summary>
    private static ProfileFile Known(ProfileFile? read) =>
        new()
        {
            Current = read?.Current ?? DefaultName,
            Profiles = (read?.Profiles ?? new Dictionary<string, CliProfile>())
                .Where(profile => profile.Value is { Address: not null, Key: not null })
                .ToDictionary(),
        };

    public string NameOf(string? name) => name ?? Terminal.Variable("TENANTHUB_PROFILE") ?? Current;

    public ProfileFile With(string name, CliProfile profile) =>
        this with
        {
            Profiles = new Dictionary<string, CliProfile>(Profiles) { [name] = profile },
        };
}
