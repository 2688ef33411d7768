using TenantHub.Client;
using TenantHub.Client.Files;
using TenantHub.Server.Transfers;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>Files through the client, over connections that break in the middle.</summary>
public sealed class ClientFileTests(ServerFixture fixture)
{
    private const int Size = (2 * UploadScene.Part) + 4321;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_GoesUpAndDown_OverConnectionsThatBreak_AndStandsInTheTree()
    {
        var account = await fixture.LinkAsync();
        var scene = new UploadScene(fixture.Emulator, fixture.Http, account);
        await using var proxy = new CuttingProxy(fixture.Hub.Address);
        var files = fixture.Client(address: proxy.Address).Account(account.Id).Files;
        var bytes = UploadScene.Bytes(Size);
        var told = new Told();

        var made = await files.MakeFoldersAsync(account.ProjectId, account.Folder, "Plans/Level 1", Token);
        var begun = await files.BeginUploadAsync(
            new NewUpload
            {
                ProjectId = account.ProjectId,
                FolderId = made.FolderId,
                FileName = "model.rvt",
                Size = Size,
            },
            cancellationToken: Token
        );
        proxy.CutAfter(UploadScene.Part + (UploadScene.Part / 2));
        var sent = await files.SendAsync(begun.Id, new MemoryStream(bytes), told, Token);
        var cutUp = !proxy.WillCut;
        var again = await files.SendAsync(begun.Id, new MemoryStream(bytes), cancellationToken: Token);
        proxy.CutAfter(UploadScene.Part);
        await using var opened = await files.OpenAsync(
            new FileChoice(account.ProjectId) { VersionId = sent.VersionId },
            cancellationToken: Token
        );
        var down = await ReadAsync(opened);
        var cutDown = !proxy.WillCut;
        await using var rest = await files.OpenAsync(new FileChoice(account.ProjectId) { ItemId = sent.ItemId }, from: 7_000_000, Token);
        var end = await ReadAsync(rest);
        var tree = await files.TreeAsync(account.ProjectId, account.Folder, Token).ToListAsync(Token);

        Assert.True(cutUp && cutDown);
        Assert.Equal(("done", sent.VersionId), (sent.Status, again.VersionId));
        Assert.Equal((1, Size), (await scene.MadeAsync(), told.Last));
        Assert.Equal(bytes, down);
        Assert.Equal(bytes[7_000_000..], end);
        Assert.Equal(("model.rvt", Size), (opened.Name, opened.Size));
        Assert.Contains(tree, entry => entry is { IsFolder: true, Path: "Plans/Level 1" });
        Assert.Contains(tree, entry => entry.Path == "Plans/Level 1/model.rvt" && entry.Id == sent.ItemId);
    }

    [Fact]
    public async Task OtherFile_IsNotSentIntoAnUpload_AndWhatIsNotThereIsSaid()
    {
        var account = await fixture.LinkAsync();
        var files = fixture.Client().Account(account.Id).Files;
        var upload = new NewUpload
        {
            ProjectId = account.ProjectId,
            FolderId = account.Folder,
            FileName = "a.txt",
            Size = 100,
        };

        var begun = await files.BeginUploadAsync(upload, "key-" + account.Id, Token);
        var same = await files.BeginUploadAsync(upload, "key-" + account.Id, Token);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            files.SendAsync(begun.Id, new MemoryStream(new byte[99]), cancellationToken: Token)
        );
        var aborted = await files.AbortUploadAsync(begun.Id, Token);
        var ended = await Assert.ThrowsAsync<TenantHubException>(() =>
            files.SendAsync(begun.Id, new MemoryStream(new byte[100]), cancellationToken: Token)
        );
        var listed = await files.ListUploadsAsync(Token).ToListAsync(Token);
        var noFile = await Assert.ThrowsAsync<TenantHubException>(() =>
            files.OpenAsync(new FileChoice(account.ProjectId) { Path = "Project Files/none.pdf" }, cancellationToken: Token)
        );
        var noProject = await Assert.ThrowsAsync<TenantHubException>(() =>
            files.TreeAsync(Guid.NewGuid().ToString(), cancellationToken: Token).ToListAsync(Token).AsTask()
        );

        Assert.Equal((begun.Id, "aborted", begun.Id), (same.Id, aborted.Status, Assert.Single(listed).Id));
        Assert.Equal(ErrorCodes.UploadEnded, ended.Code);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, noFile.Status);
        Assert.Equal(ErrorCodes.NotThisAccount, noProject.Code);
    }

    private static async Task<byte[]> ReadAsync(StoredFile file)
    {
        using var bytes = new MemoryStream();
        await file.Content.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }

    /// <summary>Told at once, where Progress would tell later.</summary>
    private sealed class Told : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value) => Last = value;
    }
}
