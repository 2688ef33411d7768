using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Server.OpenApi;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class EveryActionOverHttpTests(ServerFixture fixture)
{
    public static TheoryData<string> Actions => [.. ActionCases.Ids];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task Action_SendsWhatAutodeskDocuments_AndAnswersWithItsBody(string action)
    {
        var account = await fixture.LinkAsync();
        var prepared = await Preparation.ForAsync(action, account, fixture.Http);
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);
        var wanted = ActionCases.Of(action, account, prepared);

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action,
                path = wanted.Path,
                query = wanted.Query,
                headers = wanted.Headers,
                body = wanted.Body,
            }
        );

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        var seen = Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId, since: before));
        WireAssert.Matches(wanted, seen);
        Assert.Equal($"{wanted.Status}", answer.Headers["x-provider-status"]);
        if (!string.IsNullOrEmpty(seen.ResponseBody))
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(seen.ResponseBody), answer.Body!["data"]), answer.Body.ToJsonString());
        Assert.Empty(OpenApiWitness.Default.Faults(seen));
    }

    [Fact]
    public async Task EveryActionOfTheCatalog_HasACase()
    {
        var listed = await fixture.Http.SendAsync(HttpMethod.Get, "/actions");
        var ids = listed.Body!["data"]![0]!["actions"]!.AsArray().Select(action => (string)action!["id"]!);

        Assert.Equal(
            ActionCases.Ids.Concat(["autodesk_upload_binary_to_signed_s3_url", "autodesk_upload_file_in_project_folder"]).Order(),
            ids.Order()
        );
    }
}
