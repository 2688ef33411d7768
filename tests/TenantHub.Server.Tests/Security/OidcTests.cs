using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>People with tokens of an OpenID Connect provider, and tokens that only look like it.</summary>
public sealed class OidcTests(HubFixture fixture)
{
    [Fact]
    public async Task Tokens_GiveTheMappedRole_AndForgedOnesNothing()
    {
        await using var issuer = await TokenIssuer.StartAsync();
        await using var hub = await HubProcess.StartAsync(fixture.Emulator.Address, settings: Settings(issuer));

        var operatorToken = issuer.Token(["unknown-group", "hub-operators"]);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(hub, operatorToken, "/quotas")).Status);
        BadInputTests.AssertError(await SendAsync(hub, operatorToken, "/keys"), "forbidden", "caller");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(hub, issuer.Token(["hub-admins"]), "/keys")).Status);
        BadInputTests.AssertError(await SendAsync(hub, issuer.Token(["unknown-group"]), "/accounts"), "forbidden", "caller"); // Known, but nobody gave them a role.
        BadInputTests.AssertError(await SendAsync(hub, issuer.Token(["admin"]), "/accounts"), "forbidden", "caller"); // Only the mapping gives roles.

        using var foreign = RSA.Create(2048);
        string[] forged =
        [
            issuer.Token(["hub-admins"], audience: "another-service"),
            issuer.Token(["hub-admins"], issuer: "http://127.0.0.1:9"),
            issuer.Token(["hub-admins"], validFor: TimeSpan.FromHours(-1)),
            issuer.Token(["hub-admins"], signing: new SigningCredentials(new RsaSecurityKey(foreign) { KeyId = "k1" }, SecurityAlgorithms.RsaSha256)),
            issuer.Token(["hub-admins"], signing: new SigningCredentials(new SymmetricSecurityKey(issuer.PublicKey) { KeyId = "k1" }, SecurityAlgorithms.HmacSha256)),
            Unsigned(issuer.Token(["hub-admins"])),
            issuer.Token(["hub-admins"])[..^4] + "AAAA",
        ];
        foreach (var token in forged) BadInputTests.AssertError(await SendAsync(hub, token, "/accounts"), "unauthenticated", "caller");

        // Keys work beside them.
        using var key = await hub.HoldKeyAsync("read_only");
        Assert.Equal(HttpStatusCode.OK, (await key.SendAsync(HttpMethod.Get, "/accounts")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(hub, HubProcess.AdminKey, "/keys")).Status);
        foreach (var token in forged.Append(operatorToken)) Assert.DoesNotContain(token, hub.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnAuthority_TokensAreNothing()
    {
        await using var issuer = await TokenIssuer.StartAsync();

        BadInputTests.AssertError(await SendAsync(fixture.Hub, issuer.Token(["hub-admins"]), "/accounts"), "unauthenticated", "caller");
    }

    [Theory]
    [InlineData("TenantHub__Oidc__Audience", "", "TenantHub:Oidc:Audience is not set")]
    [InlineData("TenantHub__Oidc__Authority", "http://login.example.com", "it must be an https address")]
    [InlineData("TenantHub__Oidc__Roles__hub-admins", "root", "TenantHub:Oidc:Roles:hub-admins is \"root\"; it must be one of read_only, backend, operator, admin")]
    public async Task HalfASetUp_StopsTheStart(string name, string value, string message)
    {
        await using var issuer = await TokenIssuer.StartAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => HubProcess.StartAsync(fixture.Emulator.Address, settings: new Dictionary<string, string>(Settings(issuer)) { [name] = value }));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Settings(TokenIssuer issuer) => new()
    {
        ["TenantHub__Oidc__Authority"] = issuer.Address,
        ["TenantHub__Oidc__Audience"] = TokenIssuer.Audience,
        ["TenantHub__Oidc__Roles__hub-operators"] = "operator",
        ["TenantHub__Oidc__Roles__hub-admins"] = "admin",
    };

    private static string Unsigned(string token) =>
        $"{Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes("""{"alg":"none","typ":"JWT"}"""))}.{token.Split('.')[1]}.";

    private static async Task<HubAnswer> SendAsync(HubProcess hub, string token, string path)
    {
        using var client = hub.NewClient(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(HttpMethod.Get, path);
    }
}
