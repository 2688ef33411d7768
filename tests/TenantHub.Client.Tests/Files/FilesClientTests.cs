using System.Net;
using Xunit;

namespace TenantHub.Client.Files;

/// <summary>What is sent of a stream, and what is said of one that cannot be sent or read.</summary>
public sealed class FilesClientTests
{
    private static readonly NewUpload Place = new()
    {
        ProjectId = "p",
        FolderId = "f",
        FileName = "n",
    };

    [Fact]
    public async Task Upload_SendsFromTheStreamsPositionOn()
    {
        using var hub = new StubServer(Upload("open", 0), Upload("open", 2), Upload("done", 9));
        using var file = new MemoryStream("head:the bytes"u8.ToArray()) { Position = 5 };

        await hub.Client.Account("acc_1").Files.UploadAsync(Place, file, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains("\"size\":9", hub.Seen[0].Body, StringComparison.Ordinal);
        Assert.Equal("e bytes", hub.Seen[2].Body); // Storage has two of them already.
    }

    [Fact]
    public async Task StreamThatCannotSeek_IsRefused_AndNothingIsSent()
    {
        using var hub = new StubServer();
        using var pipe = new System.IO.Compression.DeflateStream(new MemoryStream(), System.IO.Compression.CompressionMode.Decompress);

        await Assert.ThrowsAsync<ArgumentException>(() =>
            hub.Client.Account("acc_1").Files.UploadAsync(Place, pipe, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Empty(hub.Seen);
    }

    [Fact]
    public async Task ByteBehindTheEnd_IsTheCallersFault()
    {
        using var hub = new StubServer(StubServer.Answer("", HttpStatusCode.RequestedRangeNotSatisfiable));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            hub.Client.Account("acc_1").Files.OpenAsync(new("p") { ItemId = "i" }, 100, TestContext.Current.CancellationToken)
        );
    }

    private static Func<HttpResponseMessage> Upload(string status, long offset) =>
        StubServer.Answer(
            $$"""
            {"id": "upl_1", "account_id": "acc_1", "project_id": "p", "folder_id": "f", "file_name": "n", "size": 9, "offset": {{offset}}, "status": "{{status}}"}
            """
        );
}
