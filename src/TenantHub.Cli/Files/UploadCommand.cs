using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Files;

namespace TenantHub.Cli.Files;

internal sealed class UploadSettings : ProjectSettings
{
    [CommandArgument(0, "<FILE>")]
    [Description("The file on this machine")]
    public required string File { get; init; }

    [CommandOption("--folder <ID>")]
    [Description("The folder it goes into")]
    public string? Folder { get; init; }

    [CommandOption("--path <NAMES>")]
    [Description("Folders below that one, with / between them; those that are missing are made")]
    public string? Path { get; init; }

    [CommandOption("--name <NAME>")]
    [Description("Its name there; the file's own when it is not given")]
    public string? Name { get; init; }

    [CommandOption("--if-exists <WHAT>")]
    [Description("version (the next one; the default), fail or rename")]
    public string IfExists { get; init; } = "version";

    [CommandOption("--resume <UPLOAD>")]
    [Description("Go on with an upload that was cut; the file must be the same: its size and the parts that are stored are compared")]
    public string? Resume { get; init; }

    public override ValidationResult Validate() =>
        Folder is null == Resume is null ? ValidationResult.Error("Give either --folder or --resume.")
        : IfExists is not ("version" or "fail" or "rename") ? ValidationResult.Error("--if-exists must be version, fail or rename.")
        : base.Validate();
}

/// <summary>Sends a file of any size. What breaks on the way goes on where storage stands; so does another run, with --resume.</summary>
internal sealed class UploadCommand : ConnectedCommand<UploadSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, UploadSettings settings, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(settings.File);
        if (!file.CanSeek)
            throw new CliException(ExitCode.Usage, $"{settings.File} is a pipe or a device. Only a file can be gone on with after a cut.");
        var files = (await AccountChoice.FindAsync(hub, settings.Account, cancellationToken)).Files;
        var upload = settings.Resume is { } id
            ? await files.GetUploadAsync(id, cancellationToken)
            : await BeginAsync(files, settings, file.Length, cancellationToken);
        if (upload.Size is { } size && size != file.Length)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{settings.File} has {file.Length} bytes, and {upload.Id} was begun for {size}: it is another file."
            );
        }

        if (settings.Resume is not null && await files.FindChangedPartAsync(upload.Id, file, cancellationToken) is { } changed)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{settings.File} is another file, or has changed: its bytes from {changed.Offset} on are not those that {upload.Id} has stored. Begin a new upload."
            );
        }

        Terminal.Say(
            $"{upload.Id}; if it is cut, go on with: tenanthub files up {Quoted(settings.File)} --account {Quoted(settings.Account)} "
                + $"--project {Quoted(settings.Project)} --resume {upload.Id}"
        );
        var done = await Transfer.ShowAsync(
            upload.FileName,
            file.Length,
            progress => files.SendAsync(upload.Id, file, progress, cancellationToken)
        );
        Printer.One<Upload>(
            settings.Format,
            done,
            new("Upload", sent => sent.Id),
            new("Status", sent => sent.Status),
            new("Item", sent => sent.ItemId),
            new("Version", sent => sent.VersionId),
            new("Next step", sent => CommandNames.InAny(sent.NextStep))
        );
        return done.Status is "done" ? ExitCode.Done : ExitCode.Conflict;
    }

    /// <summary>A word as a shell takes it.</summary>
    private static string Quoted(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' or ':')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static async Task<Upload> BeginAsync(FilesClient files, UploadSettings settings, long size, CancellationToken cancellationToken)
    {
        var folder = settings.Path is { } path
            ? (await files.MakeFoldersAsync(settings.Project, settings.Folder!, path, cancellationToken)).FolderId
            : settings.Folder!;
        return await files.BeginUploadAsync(
            new NewUpload
            {
                ProjectId = settings.Project,
                FolderId = folder,
                FileName = settings.Name ?? System.IO.Path.GetFileName(settings.File),
                Size = size,
                IfExists = settings.IfExists,
            },
            cancellationToken: cancellationToken
        );
    }
}
