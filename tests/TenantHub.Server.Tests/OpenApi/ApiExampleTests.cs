using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.OpenApi;

/// <summary>The bodies that the API page shows, sent as they stand there.</summary>
public sealed class ApiExampleTests(ServerFixture fixture)
{
    [Fact]
    public async Task EveryBody_HasAnExample_ThatTheServerTakes()
    {
        var account = await fixture.LinkAsync();
        var document = (await fixture.Http.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Body!;
        var faults = new List<string>();
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                if (operation!["requestBody"]?["content"]?["application/json"] is not { } json)
                    continue;
                var name = $"{method} {path}";
                if (json["example"] is not { } example)
                {
                    faults.Add($"{name} has none");
                    continue;
                }

                var answer = await SendAsync(new HttpMethod(method.ToUpperInvariant()), path, example, account);
                if ((int)answer.Status == 400 || answer.Code is "endpoint_not_found")
                    faults.Add($"{name}: {answer.Body!.ToJsonString()}");
                if (path == "/event_endpoints")
                    await fixture.Http.SendAsync(HttpMethod.Delete, $"{path}/{answer.Text("id")}");
            }
        }

        Assert.Empty(faults);
    }

    private Task<ApiAnswer> SendAsync(HttpMethod method, string path, JsonNode body, Linked account)
    {
        var address = path.Replace("{clientId}", account.ClientId, StringComparison.Ordinal)
            .Replace("{quotaGroup}", "dm-hubs", StringComparison.Ordinal)
            .Replace("{id}", path.StartsWith("/profiles", StringComparison.Ordinal) ? "plans" : account.Id, StringComparison.Ordinal);
        return fixture.Http.SendAsync(method, address, body, account.Id);
    }
}
