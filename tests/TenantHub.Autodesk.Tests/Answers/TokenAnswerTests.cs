using System.Text;
using Microsoft.Extensions.Options;
using TenantHub.Autodesk.Auth;
using Xunit;

namespace TenantHub.Autodesk.Answers;

/// <summary>What the token endpoint answers, on the wire, and what it is taken for. A new odd answer is a new row.</summary>
public sealed class TokenAnswerTests
{
    private const string JsonType = "Content-Type: application/json";

    [Theory]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":3599}""", 3599)]
    [InlineData("""{"access_token":"abc","token_type":"bearer","expires_in":"3599"}""", 3599)]
    [InlineData("""{"access_token":"abc","token_type":"BEARER","expires_in":3599.9}""", 3599)]
    [InlineData("""{"access_token":"abc","expires_in":"3599.5"}""", 3599)]
    [InlineData("""{"access_token":"abc","token_type":null,"expires_in":3.6e3}""", 3600)]
    [InlineData("""{"access_token":"abc","token_type":"Bearer"}""", 300)] // Not said: five minutes.
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":null}""", 300)]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":99999999999999999999}""", 86400)]
    [InlineData("\uFEFF{\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_in\":1}", 1)]
    public async Task Token_IsTaken_WithTheLifeThatMakesSense(string body, int seconds)
    {
        var granted = Assert.IsType<TokenResult.Granted>(await RequestAsync(200, JsonType, body));

        Assert.Equal(("abc", TimeSpan.FromSeconds(seconds)), (granted.Token.Reveal(), granted.ExpiresIn));
    }

    [Theory]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":0}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":-5}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":"soon"}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":"NaN"}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":[3599]}""")]
    [InlineData("""{"access_token":"abc","token_type":"mac","expires_in":3599}""")]
    [InlineData("""{"access_token":"abc","token_type":7,"expires_in":3599}""")]
    [InlineData("""{"access_token":"abc\n","token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"a\r\nX-Evil: 1","token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"a b","token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"aé","token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"\ud800","token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"","token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":null,"token_type":"Bearer","expires_in":3599}""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":3599""")]
    [InlineData("""{"access_token":"abc","token_type":"Bearer","expires_in":3599}{}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("<html>Sign in</html>")]
    public async Task AnswerThatIsNoToken_IsAutodesksFault(string body)
    {
        var refused = Assert.IsType<TokenResult.Refused>(await RequestAsync(200, JsonType, body));

        Assert.Equal((ErrorCode.AutodeskUnavailable, 200), (refused.Error.Code, refused.Error.Provider!.Status));
    }

    /// <summary>Only Autodesk's and OAuth's own codes speak of the app.</summary>
    [Theory]
    [InlineData(
        401,
        """{"developerMessage":"The client_id/client_secret are not valid.","errorCode":"AUTH-003"}""",
        ErrorCode.CredentialsRejected
    )]
    [InlineData(
        401,
        """{"developerMessage":"The client_id (application key)/client_secret are not valid"}""",
        ErrorCode.CredentialsRejected
    )]
    [InlineData(401, """{"error":"invalid_client","error_description":"?"}""", ErrorCode.CredentialsRejected)]
    [InlineData(400, """{"error":"invalid_client"}""", ErrorCode.CredentialsRejected)]
    [InlineData(400, """{"error":"unauthorized_client"}""", ErrorCode.CredentialsRejected)]
    [InlineData(400, """{"error":"invalid_scope"}""", ErrorCode.ScopeNotGranted)]
    [InlineData(403, """{"developerMessage":"no","errorCode":"AUTH-001"}""", ErrorCode.ApiProductNotEnabled)]
    [InlineData(
        400,
        """{"developerMessage":"The required parameter(s) client_id,client_secret not present in the request","errorCode":"AUTH-008"}""",
        ErrorCode.AutodeskUnavailable
    )]
    [InlineData(400, """{"error":"invalid_request"}""", ErrorCode.AutodeskUnavailable)]
    [InlineData(400, "<html>Bad request: client_id, scope</html>", ErrorCode.AutodeskUnavailable)]
    [InlineData(401, "<html>Proxy authentication</html>", ErrorCode.AutodeskUnavailable)]
    [InlineData(401, """{"message":"Unauthorized"}""", ErrorCode.AutodeskUnavailable)]
    [InlineData(403, "<html><title>Blocked by the firewall: scope</title></html>", ErrorCode.AutodeskUnavailable)]
    [InlineData(403, """{"error":"invalid_client"}""", ErrorCode.AutodeskUnavailable)]
    [InlineData(302, "", ErrorCode.AutodeskUnavailable)]
    [InlineData(404, """{"developerMessage":"not found","errorCode":"AUTH-003"}""", ErrorCode.AutodeskUnavailable)]
    [InlineData(405, "", ErrorCode.AutodeskUnavailable)]
    [InlineData(407, "", ErrorCode.AutodeskUnavailable)]
    [InlineData(408, "", ErrorCode.AutodeskUnavailable)]
    [InlineData(413, "", ErrorCode.AutodeskUnavailable)]
    [InlineData(418, "", ErrorCode.AutodeskUnavailable)]
    [InlineData(500, """{"error":"invalid_client"}""", ErrorCode.AutodeskUnavailable)]
    [InlineData(429, "{}", ErrorCode.AutodeskRateLimited)]
    public async Task Refusal_SpeaksOfTheCredentials_OnlyByItsCode(int status, string body, ErrorCode expected)
    {
        var refused = Assert.IsType<TokenResult.Refused>(await RequestAsync(status, JsonType, body));

        Assert.Equal(expected, refused.Error.Code);
        Assert.DoesNotContain('<', refused.Error.Detail);
    }

    [Fact]
    public async Task Wait_IsTheOneThatAutodeskNames() =>
        Assert.Equal(
            TimeSpan.FromSeconds(1.5),
            Assert.IsType<TokenResult.Refused>(await RequestAsync(503, "Retry-After: 1.5", "")).Error.RetryAfter
        );

    private static async Task<TokenResult> RequestAsync(int status, string headers, string body)
    {
        await using var server = new RawServer(RawServer.Answer(status, headers, Encoding.UTF8.GetBytes(body)));
        using var client = new ApsTokenClient(Options.Create(new ApsOptions { BaseUrl = server.Address }), TimeProvider.System);
        return await client.RequestAsync("client-1", new Secret("s"), ["data:read"], TestContext.Current.CancellationToken);
    }
}
