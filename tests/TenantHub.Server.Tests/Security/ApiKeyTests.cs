using System.Globalization;
using System.Net;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>The life of an API key.</summary>
[Collection(MendedServer.Name)]
public sealed class ApiKeyTests(ServerFixture fixture, MendedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_IsShownOnce_AndDescribedWithoutItself()
    {
        var made = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/keys",
            new
            {
                name = "CI",
                role = "backend",
                origin_owner_ids = new[] { "o1" },
                expires_at = "2100-01-01T00:00:00Z",
            }
        );
        var text = (string)made.Body!["key"]!;
        var id = (string)made.Body["description"]!["id"]!;

        var got = await fixture.Http.SendAsync(HttpMethod.Get, $"/keys/{id}");
        var listed = await fixture.Http.SendAsync(HttpMethod.Get, "/keys");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Matches("^thk_[A-Za-z0-9_-]{43}$", text);
        Assert.Equal(("CI", "backend", "key:bootstrap"), (got.Text("name"), got.Text("role"), got.Text("created_by")));
        Assert.Equal("o1", (string?)got.Body!["origin_owner_ids"]![0]);
        Assert.Contains(listed.Body!.AsArray(), key => (string?)key!["id"] == id);
        Assert.DoesNotContain(text[4..], got.Body.ToJsonString() + listed.Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RevokedKey_IsRefusedAtOnce_AndSaysWhy_ToItsHolderOnly()
    {
        var (text, id) = await fixture.Hub.MakeKeyAsync("read_only");
        using var holder = fixture.Hub.NewClient(text);
        Assert.Equal(HttpStatusCode.OK, (await holder.SendAsync(HttpMethod.Get, "/actions?page_size=1")).Status);

        var revoked = await fixture.Http.SendAsync(HttpMethod.Post, $"/keys/{id}/revoke");
        var again = await fixture.Http.SendAsync(HttpMethod.Post, $"/keys/{id}/revoke");
        var refused = await holder.SendAsync(HttpMethod.Get, "/actions?page_size=1");

        Assert.NotNull(revoked.Text("revoked_at"));
        Assert.Equal(revoked.Text("revoked_at"), again.Text("revoked_at"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains($"{id} was revoked at", refused.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredKey_IsRefused()
    {
        var (text, id) = await fixture.Hub.MakeKeyAsync("admin", expiresAt: new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Execute(fixture.Hub, "UPDATE api_keys SET expires_at = '2020-01-01T00:00:00.0000000Z' WHERE id = @id", id); // Nobody has used it yet.
        using var holder = fixture.Hub.NewClient(text);

        var refused = await holder.SendAsync(HttpMethod.Get, "/accounts");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains("expired at 2020-01-01", refused.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedKey_IsRefusedWithTheTruth_AndTheOthersAreListed()
    {
        var hub = server.Hub;
        var (text, id) = await hub.MakeKeyAsync("read_only");
        var (_, other) = await hub.MakeKeyAsync("read_only");
        Execute(hub, "UPDATE api_keys SET role = 'emperor', rights = '{bad' WHERE id = @id", id); // Nobody has used it yet.
        using var holder = hub.NewClient(text);

        var refused = await holder.SendAsync(HttpMethod.Get, "/accounts");
        var listed = await hub.Http.SendAsync(HttpMethod.Get, "/keys");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains($"{id} of the table api_keys is not readable", refused.Text("detail"), StringComparison.Ordinal);
        var ids = listed.Body!.AsArray().Select(key => (string?)key!["id"]).ToList();
        Assert.Contains(other, ids);
        Assert.DoesNotContain(id, ids);
    }

    [Fact]
    public async Task RevocationByAnotherServer_IsNoticedWithinTheLookUpTime()
    {
        var hub = fixture.Hub;
        var (text, id) = await hub.MakeKeyAsync("read_only");
        using var holder = hub.NewClient(text);
        Assert.Equal(HttpStatusCode.OK, (await holder.SendAsync(HttpMethod.Get, "/actions?page_size=1")).Status);

        Execute(hub, "UPDATE api_keys SET revoked_at = '2026-01-01T00:00:00.0000000Z' WHERE id = @id", id);

        await Until.TrueAsync(
            async () => (await holder.SendAsync(HttpMethod.Get, "/actions?page_size=1")).Status is HttpStatusCode.Unauthorized,
            "the key is refused"
        );
    }

    [Fact]
    public async Task Use_IsNotedOnceAMinute_AndReadsTheDatabaseNotAtEveryCall()
    {
        var hub = server.Hub;
        var (text, id) = await hub.MakeKeyAsync("read_only");
        using var holder = hub.NewClient(text);
        await holder.SendAsync(HttpMethod.Get, "/actions?page_size=1");
        string? used = null;
        while (used is null)
            used = (await hub.Http.SendAsync(HttpMethod.Get, $"/keys/{id}")).Text("last_used_at"); // It is written beside the answer.

        // A key that is gone from the table goes on working until it is looked up again: so no call reads it.
        Execute(hub, "DELETE FROM api_keys WHERE id = @id", id);
        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, (await holder.SendAsync(HttpMethod.Get, "/actions?page_size=1")).Status);
        Assert.True(DateTimeOffset.Parse(used, CultureInfo.InvariantCulture) > DateTimeOffset.UnixEpoch);
    }

    [Theory]
    [InlineData("""{"role":"backend"}""", "name")]
    [InlineData("""{"name":"n"}""", "role")]
    [InlineData("""{"name":"n","role":"backend","expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name":"n","role":"backend","origin_owner_ids":[]}""", "origin_owner_ids")]
    [InlineData("""{"name":"n","role":"backend","profile_ids":[""]}""", "profile_ids")]
    [InlineData("""{"name":"n","role":"admin","origin_owner_ids":["o"]}""", "origin_owner_ids")]
    public async Task WrongKey_IsRefused_AndTheFieldNamed(string body, string field)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/keys", body);

        BadInputTests.AssertError(answer, "invalid_input", "caller");
        Assert.Equal(field, (string?)answer.Body!["errors"]![0]!["field"]);
    }

    [Fact]
    public async Task UnknownRoleAndUnknownKey_AreNamed()
    {
        Assert.Equal("invalid_request", (await fixture.Http.SendAsync(HttpMethod.Post, "/keys", """{"name":"n","role":"root"}""")).Code);
        Assert.Equal("key_not_found", (await fixture.Http.SendAsync(HttpMethod.Get, "/keys/key_nothing")).Code);
        Assert.Equal("key_not_found", (await fixture.Http.SendAsync(HttpMethod.Post, "/keys/key_nothing/revoke")).Code);
        Assert.Equal("invalid_input", (await fixture.Http.SendAsync(HttpMethod.Get, "/keys?sort=name")).Code);
    }

    private static void Execute(ServerProcess hub, string sql, string id) => Assert.Equal(1, MendedServer.Execute(hub, sql, id));
}
