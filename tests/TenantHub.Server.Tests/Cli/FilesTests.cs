using System.Security.Cryptography;
using TenantHub.Server.Client;
using TenantHub.Server.Transfers;
using Xunit;

namespace TenantHub.Server.Cli;

/// <summary>Files from the command line; also when it is killed in the middle and run again.</summary>
public sealed class FilesTests(ServerFixture fixture) : IDisposable
{
    private const int Size = 12_000_000;
    private readonly CliRun _cli = new(fixture);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tenanthub-files-");

    public void Dispose()
    {
        _cli.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task File_GoesUp_IsListed_AndComesDown_AndACutDownloadGoesOn()
    {
        var account = await fixture.LinkAsync();
        var (from, to) = (Path.Combine(_folder.FullName, "model.rvt"), Path.Combine(_folder.FullName, "down.rvt"));
        await File.WriteAllBytesAsync(from, RandomNumberGenerator.GetBytes(Size), TestContext.Current.CancellationToken);
        string[] project = ["--account", account.Id, "--project", account.ProjectId];

        var up = await _cli.RunAsync(["files", "up", from, .. project, "--folder", account.Folder, "--path", "Plans", "--output", "json"]);
        Assert.True(up.ExitCode == 0, up.Words);
        var item = (string)up.Json["item_id"]!;
        var tree = await _cli.RunAsync(["files", "tree", .. project, "--folder", account.Folder, "--output", "jsonl"]);
        var down = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", to]);
        var there = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", to]);
        var name = Path.GetFileName(Assert.Single(Directory.GetFiles(_folder.FullName, "down*")));
        var whole = await File.ReadAllBytesAsync(to, TestContext.Current.CancellationToken);
        await CutDownloadAsync(account, item);
        var part = new FileInfo(Assert.Single(Directory.GetFiles(_folder.FullName, "cut.rvt.*.part")));
        var had = part.Length;
        var on = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", Path.Combine(_folder.FullName, "cut.rvt")]);

        Assert.Equal((0, 0, 2, 0), (tree.ExitCode, down.ExitCode, there.ExitCode, on.ExitCode));
        Assert.Contains(tree.Lines, line => (string?)line["path"] == "Plans/model.rvt" && (string?)line["id"] == item);
        Assert.Equal("down.rvt", name); // Nothing is left of the part.
        Assert.Equal(await File.ReadAllBytesAsync(from, TestContext.Current.CancellationToken), whole);
        Assert.InRange(had, 1, Size - 1);
        Assert.Contains($"byte {had}", on.Words, StringComparison.Ordinal);
        Assert.Equal(whole, await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "cut.rvt"), TestContext.Current.CancellationToken));
        Assert.DoesNotContain('\u001b', up.Words + down.Words);
    }

    [Fact]
    public async Task UploadThatWasCut_GoesOnWithItsId_AndWithNoOtherFile()
    {
        var account = await fixture.LinkAsync();
        var (file, other) = (Path.Combine(_folder.FullName, "model.rvt"), Path.Combine(_folder.FullName, "other.rvt"));
        var same = Path.Combine(_folder.FullName, "same-size.rvt");
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(other, bytes[..^1], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            same,
            [.. bytes[..1000], (byte)~bytes[1000], .. bytes[1001..]],
            TestContext.Current.CancellationToken
        );
        string[] project = ["--account", account.Id, "--project", account.ProjectId];
        var files = fixture.Client().Account(account.Id).Files;
        var begun = await files.BeginUploadAsync(
            new()
            {
                ProjectId = account.ProjectId,
                FolderId = account.Folder,
                FileName = "model.rvt",
                Size = Size,
            },
            cancellationToken: TestContext.Current.CancellationToken
        );
        await new UploadScene(fixture.Emulator, fixture.Http, account).PatchAsync("/files/uploads/" + begun.Id, 0, bytes[..6_000_000]);
        var stands = await files.GetUploadAsync(begun.Id, TestContext.Current.CancellationToken);
        var wrong = await _cli.RunAsync(["files", "up", other, .. project, "--resume", begun.Id]);
        var changed = await _cli.RunAsync(["files", "up", same, .. project, "--resume", begun.Id]);
        var untouched = await files.GetUploadAsync(begun.Id, TestContext.Current.CancellationToken);
        var done = await _cli.RunAsync(["files", "up", file, .. project, "--resume", begun.Id, "--output", "json"]);
        await using var stored = await files.OpenAsync(
            new(account.ProjectId) { VersionId = (string)done.Json["version_id"]! },
            cancellationToken: TestContext.Current.CancellationToken
        );
        using var read = new MemoryStream();
        await stored.Content.CopyToAsync(read, TestContext.Current.CancellationToken);

        Assert.InRange(stands.Offset, 1, Size - 1);
        Assert.Equal((2, 2, 0), (wrong.ExitCode, changed.ExitCode, done.ExitCode));
        Assert.Contains("from 0 on", changed.Words, StringComparison.Ordinal); // One byte in the first part.
        Assert.Equal(stands, untouched);
        Assert.Contains("another file", wrong.Words, StringComparison.Ordinal);
        Assert.Equal(bytes, read.ToArray());
    }

    /// <summary>What a disk has lost far before the end is found when the file is whole.</summary>
    [Fact]
    public async Task PartThatIsWrongFarBeforeItsEnd_IsNeverTakenForTheFile()
    {
        var account = await fixture.LinkAsync();
        var (from, to) = (Path.Combine(_folder.FullName, "model.rvt"), Path.Combine(_folder.FullName, "cut.rvt"));
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await File.WriteAllBytesAsync(from, bytes, TestContext.Current.CancellationToken);
        string[] project = ["--account", account.Id, "--project", account.ProjectId];
        var up = await _cli.RunAsync(["files", "up", from, .. project, "--folder", account.Folder, "--output", "json"]);
        var item = (string)up.Json["item_id"]!;
        var part = await CutDownloadAsync(account, item);
        await File.WriteAllBytesAsync(part, [(byte)~bytes[0], .. bytes[1..4_000_000]], TestContext.Current.CancellationToken);

        var wrong = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", to]);
        var isThere = File.Exists(to);
        var again = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", to]);

        Assert.Equal((1, 0, false), (wrong.ExitCode, again.ExitCode, isThere));
        Assert.Contains("SHA-1", wrong.Words, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(to, TestContext.Current.CancellationToken));
    }

    /// <summary>A part that is not what the file begins with is not gone on with; and a folder takes the file under its name.</summary>
    [Fact]
    public async Task DamagedPart_IsNotGoneOnWith_AndAFolderTakesTheFileUnderItsName()
    {
        var account = await fixture.LinkAsync();
        var (from, to) = (Path.Combine(_folder.FullName, "model.rvt"), Path.Combine(_folder.FullName, "cut.rvt"));
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await File.WriteAllBytesAsync(from, bytes, TestContext.Current.CancellationToken);
        string[] project = ["--account", account.Id, "--project", account.ProjectId];
        var up = await _cli.RunAsync(["files", "up", from, .. project, "--folder", account.Folder, "--output", "json"]);
        var item = (string)up.Json["item_id"]!;
        var name = await CutDownloadAsync(account, item);
        File.Move(from, from + ".sent");

        await File.WriteAllBytesAsync(name, [.. bytes[..5_999_000], .. new byte[1000]], TestContext.Current.CancellationToken); // As after a power cut.
        var mended = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", to]);
        var whole = await File.ReadAllBytesAsync(to, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(name, [.. bytes, 1, 2, 3], TestContext.Current.CancellationToken);
        var longer = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", to, "--force"]);
        var again = await File.ReadAllBytesAsync(to, TestContext.Current.CancellationToken);
        var inFolder = await _cli.RunAsync(["files", "down", .. project, "--item", item, "--to", _folder.FullName]);

        Assert.Equal((0, 0, 0), (mended.ExitCode, longer.ExitCode, inFolder.ExitCode));
        Assert.Contains("from the beginning", mended.Words, StringComparison.Ordinal);
        Assert.Equal(bytes, whole);
        Assert.Equal(bytes, again);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(from, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*.part"));
    }

    /// <summary>What is said after a failure is a command that works.</summary>
    [Fact]
    public async Task UploadThatFails_SaysHowItGoesOn_AndWhatIsNoFileIsRefused()
    {
        var account = await fixture.LinkAsync();
        var file = Path.Combine(_folder.FullName, "model one.rvt");
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(Size), TestContext.Current.CancellationToken);
        string[] project = ["--account", account.Id, "--project", account.ProjectId];
        await using var proxy = new CuttingProxy(fixture.Hub.Address);
        proxy.CutAfter(6_000_000);
        using var up = _cli.Start(
            new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = proxy.Address.ToString() },
            ["files", "up", file, .. project, "--folder", account.Folder]
        );
        var said = (await up.StandardError.ReadLineAsync(TestContext.Current.CancellationToken))!;
        await Testing.Until.TrueAsync(() => !proxy.WillCut || up.HasExited, "the connection is cut");
        up.Kill();
        await up.WaitForExitAsync(TestContext.Current.CancellationToken);
        var line = said[(said.IndexOf("tenanthub ", StringComparison.Ordinal) + "tenanthub ".Length)..];

        var resumed = await ShellAsync(line);
        var folder = await _cli.RunAsync(["files", "up", _folder.FullName, .. project, "--folder", account.Folder]);
        var device = await _cli.RunProcessAsync(
            new Dictionary<string, string?>(),
            "",
            ["files", "up", "/dev/stdin", .. project, "--folder", account.Folder]
        );

        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(1, folder.ExitCode);
        Assert.DoesNotContain("   at ", folder.Words + device.Words, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(2, device.ExitCode);
    }

    private async Task<CliResult> ShellAsync(string line)
    {
        var words = System.Text.RegularExpressions.Regex.Matches(line, "'([^']*)'|(\\S+)");
        return await _cli.RunAsync([.. words.Select(word => word.Groups[1].Success ? word.Groups[1].Value : word.Value)]);
    }

    /// <summary>A download over a connection that breaks, by a command that may not repeat: as one that is killed.</summary>
    private async Task<string> CutDownloadAsync(Linked account, string item)
    {
        await using var proxy = new CuttingProxy(fixture.Hub.Address);
        proxy.CutAfter(8_000_000);
        using var process = _cli.Start(
            new Dictionary<string, string?> { ["TENANTHUB_ADDRESS"] = proxy.Address.ToString() },
            "files",
            "down",
            "--account",
            account.Id,
            "--project",
            account.ProjectId,
            "--item",
            item,
            "--to",
            Path.Combine(_folder.FullName, "cut.rvt")
        );
        await Testing.Until.TrueAsync(() => !proxy.WillCut || process.HasExited, "the connection is cut");
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return Assert.Single(Directory.GetFiles(_folder.FullName, "cut.rvt.*.part"));
    }
}
