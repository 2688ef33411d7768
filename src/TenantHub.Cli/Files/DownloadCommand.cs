using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Files;

namespace TenantHub.Cli.Files;

internal sealed class DownloadSettings : ProjectSettings
{
    [CommandOption("--item <ID>")]
    [Description("The item, whose newest version is read")]
    public string? Item { get; init; }

    [CommandOption("--file-version <ID>")]
    [Description("The version")]
    public string? FileVersion { get; init; }

    [CommandOption("--path <NAMES>")]
    [Description("The names from a top folder to the file: \"Project Files/Plans/plan.pdf\"")]
    public string? Path { get; init; }

    [CommandOption("--to <PLACE>")]
    [Description("The file, or the folder, where it goes on this machine; this folder when it is not given")]
    public string? To { get; init; }

    [CommandOption("--force")]
    [Description("Put it in the place of a file that is there")]
    public bool Force { get; init; }

    public FileChoice Choice =>
        new(Project)
        {
            ItemId = Item,
            VersionId = FileVersion,
            Path = Path,
        };

    public override ValidationResult Validate() =>
        new[] { Item, FileVersion, Path }.Count(given => given is not null) == 1
            ? base.Validate()
            : ValidationResult.Error("Give one of --item, --file-version and --path.");
}

/// <summary>
/// Fetches a file. It grows beside its place under a name that says which content it is, and moves there when it is whole: what was cut
/// goes on at the next run, and nobody takes a piece for the whole. Of what is there the end is compared with the file at Autodesk: a
/// machine that lost its power leaves no good end.
/// </summary>
internal sealed class DownloadCommand : ConnectedCommand<DownloadSettings>
{
    private const int BufferBytes = 128 * 1024;
    private const int ComparedBytes = 1024 * 1024;

    protected override async Task<int> RunAsync(TenantHubClient hub, DownloadSettings settings, CancellationToken cancellationToken)
    {
        var files = (await AccountChoice.FindAsync(hub, settings.Account, cancellationToken)).Files;
        var file = await files.OpenAsync(settings.Choice, cancellationToken: cancellationToken);
        try
        {
            var place =
                settings.To is { } to && !Directory.Exists(to) ? to : System.IO.Path.Combine(settings.To ?? "", SafeName(file.Name));
            if (File.Exists(place) && !settings.Force)
                throw new CliException(ExitCode.Usage, $"{place} is there. Give --force to replace it.");
            var part = $"{place}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.ETag)))[..8]}.part";
            await using (var into = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            {
                if (into.Length > 0)
                {
                    await file.DisposeAsync();
                    file = await GoOnAsync(files, settings.Choice, into, file.Size, cancellationToken);
                }

                if (into.Position < file.Size)
                    await Transfer.ShowAsync(file.Name, file.Size, progress => CopyAsync(file.Content, into, progress, cancellationToken));
            }

            if (new FileInfo(part).Length is var had && had != file.Size)
                throw new CliException(
                    ExitCode.Fault,
                    $"{part} has {had} bytes, and the file has {file.Size}. Run the command again: it goes on."
                );
            if (file.Sha1 is { } sha1 && await HashAsync(part, cancellationToken) != sha1)
            {
                File.Delete(part);
                throw new CliException(
                    ExitCode.Fault,
                    $"{part} is not the file: its SHA-1 is another one. It is deleted. Run the command again."
                );
            }

            File.Move(part, place, overwrite: true);
            Printer.One<Fetched>(settings.Format, new(place, file.Size), new("File", done => done.File), new("Bytes", done => done.Bytes));
            return ExitCode.Done;
        }
        finally
        {
            await file.DisposeAsync();
        }
    }

    /// <summary>Opens the file at the end of what is there, or at its beginning when its end is not the file's.</summary>
    private static async Task<StoredFile> GoOnAsync(
        FilesClient files,
        FileChoice choice,
        FileStream into,
        long size,
        CancellationToken cancellationToken
    )
    {
        if (into.Length <= size)
        {
            var compared = (int)Math.Min(into.Length, ComparedBytes);
            into.Position = into.Length - compared;
            var (had, sent) = (new byte[compared], new byte[compared]);
            await into.ReadExactlyAsync(had, cancellationToken);
            var file = await files.OpenAsync(choice, into.Length - compared, cancellationToken);
            await file.Content.ReadExactlyAsync(sent, cancellationToken);
            if (had.AsSpan().SequenceEqual(sent))
            {
                Terminal.Say($"Goes on at byte {into.Length} of {into.Name}.");
                return file;
            }

            await file.DisposeAsync();
        }

        Terminal.Say($"{into.Name} is not what the file begins with: it is fetched from the beginning.");
        into.SetLength(0);
        return await files.OpenAsync(choice, cancellationToken: cancellationToken);
    }

    private static async Task<string> HashAsync(string place, CancellationToken cancellationToken)
    {
        await using var bytes = File.OpenRead(place);
#pragma warning disable CA5350 // It is what Autodesk tells, and finds what a disk or a crash has done, not what somebody means to do.
        return Convert.ToHexStringLower(await SHA1.HashDataAsync(bytes, cancellationToken));
#pragma warning restore CA5350
    }

    /// <summary>The name was given by somebody else: no folder of it is followed.</summary>
    private static string SafeName(string name)
    {
        var last = string.Concat(name.Split('/', '\\')[^1].Select(letter => char.IsControl(letter) || letter is ':' ? '_' : letter));
        return last is "" or "." or ".." ? "file" : last;
    }

    private static async Task<long> CopyAsync(Stream from, FileStream into, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0; )
        {
            await into.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress?.Report(into.Position);
        }

        return into.Position;
    }

    private sealed record Fetched(string File, long Bytes);
}
