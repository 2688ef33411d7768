using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;
using TenantHub.Server.Errors;
using TenantHub.Server.Mcp;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>People with tokens of an OpenID Connect provider, and tokens that only look like it.</summary>
public sealed class OidcTests(ServerFixture fixture, SignInServer company) : IClassFixture<SignInServer>
{
    [Fact]
    public async Task Tokens_GiveTheMappedRole_AndForgedOnesNothing()
    {
        var (issuer, hub) = (company.Issuer, company.Hub);

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
            issuer.Token(
                ["hub-admins"],
                signing: new SigningCredentials(new RsaSecurityKey(foreign) { KeyId = "k1" }, SecurityAlgorithms.RsaSha256)
            ),
            issuer.Token(
                ["hub-admins"],
                signing: new SigningCredentials(new SymmetricSecurityKey(issuer.PublicKey) { KeyId = "k1" }, SecurityAlgorithms.HmacSha256)
            ),
            Unsigned(issuer.Token(["hub-admins"])),
            issuer.Token(["hub-admins"])[..^4] + "AAAA",
        ];
        foreach (var token in forged)
            BadInputTests.AssertError(await SendAsync(hub, token, "/accounts"), "unauthenticated", "caller");

        // An agent that is refused is told where to get a token, and one of a person works.
        using var nobody = new HttpClient(new SocketsHttpHandler()) { BaseAddress = hub.Address };
        var challenge = await nobody.PostAsync("/mcp", "tools/list");
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (challenge.Status, challenge.Code));
        var metadata = Regex.Match(challenge.Headers["www-authenticate"], "resource_metadata=\"([^\"]+)\"").Groups[1].Value;
        var resource = await nobody.SendAsync(HttpMethod.Get, new Uri(metadata).AbsolutePath);
        Assert.Equal(hub.Address + "mcp", resource.Text("resource"));
        Assert.StartsWith("http://127.0.0.1", (string?)resource.Body!["authorization_servers"]![0], StringComparison.Ordinal);
        Assert.Equal("openid", (string?)resource.Body["scopes_supported"]?[0]);
        var ofAccount = await nobody.SendAsync(HttpMethod.Get, new Uri(metadata).AbsolutePath + "/acc_1");
        Assert.Equal(hub.Address + "mcp/acc_1", ofAccount.Text("resource"));
        var old = await SendToMcpAsync(issuer.Token(["hub-admins"], validFor: TimeSpan.FromHours(-1)));
        Assert.Contains("error=\"invalid_token\"", old.Headers["www-authenticate"], StringComparison.Ordinal);
        var small = await SendToMcpAsync(issuer.Token(["unknown-group"]));
        Assert.Equal(HttpStatusCode.Forbidden, small.Status);
        Assert.Matches(
            "error=\"insufficient_scope\".* scope=\"openid offline_access\", resource_metadata=\"",
            small.Headers.GetValueOrDefault("www-authenticate")
        );
        nobody.DefaultRequestHeaders.Authorization = new("Bearer", operatorToken);
        Assert.NotNull((await nobody.PostAsync("/mcp", "tools/list")).Body!["result"]);

        async Task<ApiAnswer> SendToMcpAsync(string token) =>
            await nobody.PostAsync("/mcp", "tools/list", headers: ("Authorization", "Bearer " + token));

        // Keys work beside them.
        using var key = await hub.HoldKeyAsync("read_only");
        Assert.Equal(HttpStatusCode.OK, (await key.SendAsync(HttpMethod.Get, "/accounts")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(hub, ServerProcess.AdminKey, "/keys")).Status);
        foreach (var token in forged.Append(operatorToken))
            Assert.DoesNotContain(token, hub.Output, StringComparison.Ordinal);
    }

    /// <summary>The whole way of a browser: to the provider, back with a code, and into the pages.</summary>
    [Fact]
    public async Task People_SignInToThePages_WithTheirMappedRole()
    {
        var (issuer, hub) = (company.Issuer, company.Hub);
        var end = TestContext.Current.CancellationToken;

        using var jane = Browser(hub);
        issuer.PersonsRoles = ["hub-operators"];
        Assert.Contains(
            "Sign in with your company account",
            await jane.GetStringAsync(Relative("/ui/sign-in"), end),
            StringComparison.Ordinal
        );
        using var arrived = await jane.GetAsync(Relative("/ui/sign-in/person?to=/ui/accounts"), end);
        Assert.Contains("url=/ui/accounts\"", await arrived.Content.ReadAsStringAsync(end), StringComparison.Ordinal);
        using var profiles = await jane.GetAsync(Relative("/ui/profiles"), end); // For operators.
        Assert.Equal("/ui/profiles", profiles.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("components-reconnect-modal", await profiles.Content.ReadAsStringAsync(end), StringComparison.Ordinal); // The live page; her name comes over its circuit.

        using var reader = Browser(hub);
        issuer.PersonsRoles = ["hub-readers"];
        using var entered = await reader.GetAsync(Relative("/ui/sign-in/person"), end);
        using var overview = await reader.GetAsync(Relative("/ui"), end);
        Assert.Equal("/ui", overview.RequestMessage!.RequestUri!.AbsolutePath);
        using var notTheirs = await reader.GetAsync(Relative("/ui/profiles"), end);
        Assert.Equal("/ui/sign-in", notTheirs.RequestMessage!.RequestUri!.AbsolutePath);

        using var stranger = Browser(hub);
        issuer.PersonsRoles = ["unknown-group"];
        using var nowhere = await stranger.GetAsync(Relative("/ui/sign-in/person"), end);
        using var closed = await stranger.GetAsync(Relative("/ui"), end);
        Assert.Equal("/ui/sign-in", closed.RequestMessage!.RequestUri!.AbsolutePath); // Known, but nobody gave them a role.

        using var forger = Browser(hub);
        using var forged = await forger.GetAsync(Relative("/ui/oidc?code=made-up&state=made-up"), end);
        Assert.Equal("/ui/sign-in", forged.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.DoesNotContain(TokenIssuer.ClientSecret, hub.Output, StringComparison.Ordinal);

        static HttpClient Browser(ServerProcess hub) =>
            new(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = hub.Address };
        static Uri Relative(string address) => new(address, UriKind.Relative);
    }

    [Fact]
    public async Task WithoutAnAuthority_TokensAreNothing()
    {
        BadInputTests.AssertError(
            await SendAsync(fixture.Hub, company.Issuer.Token(["hub-admins"]), "/accounts"),
            "unauthenticated",
            "caller"
        );
    }

    private static string Unsigned(string token) =>
        $"{Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes("""{"alg":"none","typ":"JWT"}"""))}.{token.Split('.')[1]}.";

    private static async Task<ApiAnswer> SendAsync(ServerProcess hub, string token, string path)
    {
        using var client = hub.NewClient(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(HttpMethod.Get, path);
    }
}
