using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Transfers;

/// <summary>Trees of folders: made by a path, walked as lines.</summary>
public sealed class FolderTests(ServerFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PathOfFolders_IsMadeOnce_AlsoByTwoAtOnce()
    {
        var account = await fixture.LinkAsync();
        Task<ApiAnswer> Make(string path) =>
            fixture.Http.SendAsync(
                HttpMethod.Post,
                "/files/folders",
                new
                {
                    project_id = account.ProjectId,
                    parent_id = account.Folder,
                    path,
                },
                account.Id
            );

        var both = await Task.WhenAll(Make("Level 1/Rooms"), Make("Level 1/Rooms"));
        var more = await Make("level 1/Doors");

        Assert.All(both, made => Assert.Equal(200, (int)made.Status));
        Assert.Equal(both[0].Text("folder_id"), both[1].Text("folder_id"));
        Assert.Equal((string?)both[0].Body!["folders"]![0]!["id"], (string?)more.Body!["folders"]![0]!["id"]);
        Assert.Equal((false, true), ((bool)more.Body["folders"]![0]!["created"]!, (bool)more.Body["folders"]![1]!["created"]!));
        Assert.Equal("invalid_input", (await Make("a/../b")).Code);
        Assert.Equal("invalid_input", (await Make("")).Code);
        Assert.Equal(3, (await fixture.Emulator.JournalAsync(account.ClientId)).Count(step => step is { Method: "POST", Status: 201 }));
    }

    [Fact]
    public async Task Tree_IsWalkedWhole_AndFromEachCursorOnGoesOn()
    {
        var account = await fixture.LinkAsync();
        var root = "";
        foreach (var path in new[] { "T/A/B/C", "T/A/D", "T/E" })
        {
            var made = await fixture.Http.SendAsync(
                HttpMethod.Post,
                "/files/folders",
                new
                {
                    project_id = account.ProjectId,
                    parent_id = account.Folder,
                    path,
                },
                account.Id
            );
            root = (string)made.Body!["folders"]![0]!["id"]!;
        }

        var scene = new UploadScene(fixture.Emulator, fixture.Http, account, root);
        await scene.PutAsync(await scene.BeginAsync("x.bin", 3), [1, 2, 3]);

        var lines = await WalkAsync(account, $"folder_id={Uri.EscapeDataString(root)}");

        string[] folders = ["A", "A/B", "A/B/C", "A/D", "E"];
        Assert.Equal(folders, Paths(lines, "folder").Order(StringComparer.Ordinal));
        Assert.Equal(
            (3L, true),
            lines
                .Where(line => (string?)line["name"] == "x.bin")
                .Select(line => ((long)line["size"]!, line["version_id"] is not null))
                .Single()
        );
        Assert.Equal("end", (string?)lines[^1]["type"]);
        for (var i = 0; i < lines.Count; i++)
        {
            if ((string?)lines[i]["cursor"] is not { } cursor)
                continue;
            var rest = await WalkAsync(account, $"cursor={cursor}");
            Assert.Equal(
                lines.Skip(i + 1).Where(line => line["path"] is not null).Select(line => line.ToJsonString()),
                rest.Where(line => line["path"] is not null).Select(line => line.ToJsonString())
            );
        }

        var top = await WalkAsync(account, "");
        Assert.Contains(top, line => (string?)line["id"] == account.Folder);
        var wrong = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"/files/tree?project_id={account.ProjectId}&cursor=x",
            account: account.Id
        );
        Assert.Equal("invalid_input", wrong.Code);
    }

    private static IEnumerable<string> Paths(List<JsonNode> lines, string type) =>
        lines.Where(line => (string?)line["type"] == type).Select(line => (string)line["path"]!);

    private async Task<List<JsonNode>> WalkAsync(Linked account, string query)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri($"/files/tree?project_id={account.ProjectId}&{query}", UriKind.Relative)
        );
        request.Headers.Add("x-account-id", account.Id);
        using var answer = await fixture.Http.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }
}
