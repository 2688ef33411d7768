using System.Net;
using TenantHub.Autodesk.Catalog;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class ActionListTests(ServerFixture fixture)
{
    [Fact]
    public async Task Details_CarryTheSchemaAndTheDoubts_UnderBothNamesOfTheInclude()
    {
        foreach (var include in new[] { "action_details", "operation_details" })
        {
            var answer = await fixture.Http.SendAsync(
                HttpMethod.Get,
                $"/actions?include={include}&group_by=connector&filter%5Baction_key%5D=autodesk_create_bucket"
            );

            var action = Assert.Single(answer.Body!["data"]![0]!["actions"]!.AsArray())!;
            var details = action["operation_details"]!;
            Assert.Equal("autodesk_create_bucket", (string?)action["id"]);
            Assert.Equal(
                ["bucketKey", "policyKey"],
                details["input_schema"]!["properties"]!["body"]!["required"]!.AsArray().Select(name => (string?)name)
            );
            Assert.Equal(["bucket:create"], details["scopes"]!.AsArray().Select(scope => (string?)scope));
            Assert.Equal(1000, (int)details["requests_per_minute"]!);
            Assert.Contains("x-ads-region", (string?)details["doubts"]![0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pages_AreWalkedUntilNextIsMissing()
    {
        var ids = new List<string?>();
        string? next = null;
        do
        {
            var answer = await fixture.Http.SendAsync(HttpMethod.Get, $"/actions?page_size=20{(next is null ? "" : "&next=" + next)}");
            ids.AddRange(answer.Body!["data"]![0]!["actions"]!.AsArray().Select(action => (string?)action!["id"]));
            next = (string?)answer.Body["next"];
        } while (!string.IsNullOrWhiteSpace(next));

        Assert.Equal(ActionCatalog.Load().All.Select(action => action.Id).Order(), ids.Order());
    }

    [Fact]
    public async Task WithoutInclude_ThereAreNoDetails_AndOtherConnectorsAreEmpty()
    {
        var plain = await fixture.Http.SendAsync(HttpMethod.Get, "/actions");
        var other = await fixture.Http.SendAsync(HttpMethod.Get, "/actions?filter%5Bconnectors%5D=dropbox");

        Assert.All(plain.Body!["data"]![0]!["actions"]!.AsArray(), action => Assert.Null(action!["operation_details"]));
        Assert.Empty(other.Body!["data"]!.AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.Http.SendAsync(HttpMethod.Get, "/actions?page_size=x")).Status);
    }
}
