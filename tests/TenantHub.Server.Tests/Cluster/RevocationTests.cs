using System.Net;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Cluster;

/// <summary>All servers know of a revocation before it is answered.</summary>
[Collection(FleetCollection.Name)]
public sealed class RevocationTests(FleetFixture fixture)
{
    [Fact]
    public async Task RevokedKey_IsRefusedByEveryServer_FromTheAnswerOn()
    {
        var hubs = fixture.Fleet.Hubs;
        for (var round = 0; round < 9; round++)
        {
            var (text, id) = await hubs[round % 3].MakeKeyAsync("read_only");
            var clients = hubs.Select(hub => hub.NewClient(text)).ToList();
            foreach (var client in clients)
                Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Get, "/accounts")).Status); // In use at all of them.

            await hubs[round % 3].Http.SendAsync(HttpMethod.Post, $"/keys/{id}/revoke");
            var answers = await Task.WhenAll(clients.Select(client => client.SendAsync(HttpMethod.Get, "/accounts")));

            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
            clients.ForEach(client => client.Dispose());
        }
    }
}
