using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class ActionListTests(HubFixture fixture)
{
    [Fact]
    public async Task Details_CarryTheSchemaAndTheDoubts_UnderBothNamesOfTheInclude()
    {
        foreach (var include in new[] { "action_details", "operation_details" })
        {
            var answer = await fixture.Http.SendAsync(HttpMethod.Get, $"/actions?include={include}&group_by=connector&filter%5Baction_key%5D=autodesk_create_bucket");

            var action = Assert.Single(answer.Body!["data"]![0]!["actions"]!.AsArray())!;
            var details = action["operation_details"]!;
            Assert.Equal("autodesk_create_bucket", (string?)action["id"]);
            Assert.Equal(["bucketKey", "policyKey"], details["input_schema"]!["properties"]!["body"]!["required"]!.AsArray().Select(name => (string?)name));
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
        }
        while (!string.IsNullOrWhiteSpace(next));

        Assert.Equal(51, ids.Distinct().Count());
        Assert.Equal(51, ids.Count);
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

    [Fact]
    public async Task OpenApiDocument_DescribesEveryEndpoint()
    {
        using var client = fixture.Hub.NewClient(null);
        var document = JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken))!;

        var paths = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"));
        Assert.Equal(
        [
            "DELETE /accounts/{id}", "DELETE /event_endpoints/{id}", "DELETE /profiles/{id}", "GET /accounts", "GET /accounts/{id}", "GET /accounts/{id}/meta", "GET /accounts/{id}/state", "GET /actions", "GET /event_endpoints", "GET /event_endpoints/{id}/deliveries", "GET /guide",
            "GET /profiles", "GET /profiles/{id}", "GET /quotas", "GET /quotas/{clientId}", "GET /requests/logs", "GET /requests/logs/{id}",
            "PATCH /accounts/{id}", "PATCH /profiles/{id}", "POST /accounts", "POST /accounts/rebuild", "POST /accounts/{id}/resume", "POST /accounts/{id}/suspend", "POST /accounts/{id}/verify", "POST /actions/plan", "POST /actions/rpc",
            "POST /connect_sessions", "POST /connect_sessions/authenticate", "POST /event_endpoints", "POST /event_endpoints/{id}/deliveries/{eventId}/replay", "POST /event_endpoints/{id}/secret",
            "POST /profiles", "POST /profiles/{id}/preview", "PUT /profiles/{id}/isolation", "PUT /profiles/{id}/limits", "PUT /quotas/{clientId}/{quotaGroup}",
        ], paths.Order(StringComparer.Ordinal));
    }
}
