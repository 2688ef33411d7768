using System.Text.Json.Nodes;
using TenantHub.Client.Actions;
using TenantHub.Server.Actions;
using Xunit;

namespace TenantHub.Server.Client;

/// <summary>All actions through the client's typed methods: what crosses the wire to Autodesk is what Autodesk documents.</summary>
public sealed class TypedActionTests(ServerFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Actions => [.. ActionCases.Ids];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task TypedMethod_SendsWhatAutodeskDocuments(string action)
    {
        var account = await fixture.LinkAsync();
        var prepared = await Preparation.ForAsync(action, account, fixture.Http);
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);
        var wanted = ActionCases.Of(action, account, prepared);

        var answer = await TypedCall.RunAsync(fixture.Client().Account(account.Id), action, wanted);

        var seen = Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId, since: before));
        Assert.Equal(wanted.WireQuery.Split('&').Order(), seen.Query.Split('&').Order()); // Typed inputs have the catalog's order.
        WireAssert.Matches(wanted with { WireQuery = seen.Query }, seen);
        Assert.Equal(wanted.Status, answer.ProviderStatus);
        Assert.NotNull(answer.RequestId);
        Assert.Equal(AutodeskActions.SafetyOf(action) is ActionSafety.Read, answer.IdempotencyKey is null);
        if (!string.IsNullOrEmpty(seen.ResponseBody))
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse(seen.ResponseBody), JsonNode.Parse(answer.Data.GetRawText())),
                answer.Data.GetRawText()
            );
    }

    [Fact]
    public async Task File_GoesUp_AndBinaryGoesToItsSignedUrl()
    {
        var account = await fixture.LinkAsync();
        await Preparation.KnowProjectsAsync(account, fixture.Http);
        var hub = fixture.Client().Account(account.Id);
        var bucket = await Preparation.BucketAsync(account, fixture.Http);
        var bytes = "a file"u8.ToArray();

        var item = await hub.UploadFileInProjectFolderAsync(
            new UploadFileInProjectFolderInput
            {
                ProjectId = account.ProjectId,
                Body = new UploadFileInProjectFolderBody { FolderId = account.Folder, FileName = "plan.pdf" },
            },
            new MemoryStream(bytes),
            cancellationToken: Token
        );
        var urls = await hub.GetSignedS3UploadUrlsAsync(
            new GetSignedS3UploadUrlsInput { BucketKey = bucket, ObjectKey = "a.bin" },
            cancellationToken: Token
        );
        var stored = await hub.UploadBinaryToSignedS3UrlAsync(
            new UploadBinaryToSignedS3UrlInput { SignedUrl = urls.Data.GetProperty("urls")[0].GetString()!, ContentLength = bytes.Length },
            new MemoryStream(bytes),
            cancellationToken: Token
        );

        Assert.Equal("item", item.Data.GetProperty("created").GetString());
        Assert.NotNull(stored.Data.GetProperty("etag").GetString());
    }

    [Fact]
    public async Task Pages_AreReadOneAfterTheOther_AndTheirRows()
    {
        var account = await fixture.LinkAsync();
        var hub = fixture.Client().Account(account.Id);
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);

        var first = await hub.ListAccountUsersPagesAsync(new ListAccountUsersInput { PageSize = 2 }, cancellationToken: Token)
            .FirstAsync(Token);
        var asked = await fixture.Emulator.JournalAsync(account.ClientId, since: before);
        var rows = await hub.ListAccountUsersRowsAsync(new ListAccountUsersInput { PageSize = 2 }, cancellationToken: Token)
            .ToListAsync(Token);

        Assert.Equal(2, first.Data.GetArrayLength());
        Assert.NotNull(first.Next);
        Assert.Single(asked); // The second page was not asked for.
        Assert.Equal(
            account.Emulated["users"]!.AsArray().Select(user => (string)user!["id"]!).Order(),
            rows.Select(row => row.GetProperty("id").GetString()!).Order()
        );
    }
}
