using System.Text;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Autodesk.Answers;

/// <summary>Why Autodesk refused, told by what is known and not by a word in a text. A new refusal is a new row.</summary>
public sealed class CauseTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();
    private static readonly LinkedAccountContext Account = new("7a1d5c1e-0000-4000-8000-000000000001", "US", "client-1", "OWN");

    [Theory]
    [InlineData("autodesk_get_account_user", 404, """{"message":"User does not exist in this account"}""", ErrorCode.AutodeskNotFound)]
    [InlineData("autodesk_get_account_user", 404, """{"message":"Account user not found"}""", ErrorCode.AutodeskNotFound)]
    [InlineData("autodesk_get_account_user", 404, """{"message":"This account doesn't exist."}""", ErrorCode.WrongRegion)]
    [InlineData(
        "autodesk_get_account_user",
        404,
        """{"message":"Account 7a1d5c1e-0000-4000-8000-000000000001 not found"}""",
        ErrorCode.WrongRegion
    )]
    [InlineData(
        "autodesk_update_account_project",
        404,
        """{"message":"The project does not exist in the account"}""",
        ErrorCode.AutodeskNotFound
    )]
    [InlineData("autodesk_list_account_users", 404, """{"message":"This account doesn't exist."}""", ErrorCode.WrongRegion)]
    [InlineData("autodesk_list_account_users", 404, "<html><title>404: account not found</title></html>", ErrorCode.AutodeskNotFound)]
    [InlineData(
        "autodesk_list_hubs",
        403,
        """{"developerMessage":"Token does not have the privilege for this request."}""",
        ErrorCode.ScopeNotGranted
    )]
    [InlineData(
        "autodesk_create_bucket",
        403,
        """{"reason":"Token does not have the privilege for this request."}""",
        ErrorCode.ScopeNotGranted
    )]
    public void Cause_IsTheOneThatIsKnown(string action, int status, string body, ErrorCode expected) =>
        Assert.Equal(expected, Of(action, new ApsResponse.Answered(status, "/x", JsonBytes.Parse(body))).Code);

    /// <summary>Autodesk's own words are in the message, whatever it is taken for.</summary>
    [Theory]
    [InlineData("autodesk_list_hubs", 403, """{"errorCode":"AUTH-001","developerMessage":"the very words"}""")]
    [InlineData("autodesk_list_hubs", 403, """{"errors":[{"detail":"the very words"}]}""")]
    [InlineData("autodesk_list_hubs", 429, """{"developerMessage":"the very words"}""")]
    [InlineData("autodesk_list_hubs", 400, """{"error":{"message":"the very words"}}""")]
    [InlineData("autodesk_list_hubs", 500, "the very words")]
    [InlineData("autodesk_list_hubs", 500, """{"title":"","detail":null,"message":"the very words"}""")]
    [InlineData("autodesk_create_folder", 500, """{"errors":["the very words"]}""")]
    [InlineData("autodesk_get_account_user", 404, """{"message":"the very words"}""")]
    [InlineData("autodesk_create_folder", 409, """{"errors":[{"title":"the very words"}]}""")]
    public void Message_HoldsAutodesksWords(string action, int status, string body) =>
        Assert.Contains(
            "the very words",
            Of(action, new ApsResponse.Answered(status, "/x", JsonBytes.Parse(body))).Detail,
            StringComparison.Ordinal
        );

    /// <summary>Of a page the words, and nothing else.</summary>
    [Theory]
    [InlineData("<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>", "502 Bad Gateway")]
    [InlineData("<!DOCTYPE html><html><style>b{}</style><script>alert('<x>')</script><h1>Access &amp; more</h1>", "Access & more")]
    [InlineData("<html><style>b{}</style><body><p>Blocked</p>\n<p>by policy</p>", "Blocked by policy")]
    [InlineData(
        "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message><HostId>x</HostId></Error>",
        "AccessDenied: Request has expired"
    )]
    [InlineData("""{"message":"<html><title>Down</title></html>"}""", "Down")]
    [InlineData("<html></html>", "a page without words")]
    [InlineData("<title>&lt;script&gt;</title>", "script")]
    [InlineData("size < 5 and > 3", "size < 5 and > 3")]
    [InlineData("a\u0000b\tc\r\nd", "a b c d")]
    [InlineData("""{"message":"\ud800"}""", """{"message":"\ud800"}""")]
    [InlineData("""{"errors":[null]}""", """{"errors":[null]}""")]
    [InlineData("", "no explanation")]
    public void Words_AreWordsOnly(string body, string words) =>
        Assert.Equal(words, ProviderBody.Read(Encoding.UTF8.GetBytes(body)).Message);

    [Fact]
    public async Task ActingUserThatWasSent_IsTheOneNamed()
    {
        await using var server = new RawServer(
            RawServer.Answer(403, "Content-Type: application/json", """{"detail":"The user is not an admin."}"""u8.ToArray())
        );
        using var client = new ApsClient(Microsoft.Extensions.Options.Options.Create(new ApsOptions()), TimeProvider.System);
        using var request = ApsRequestFactory.Create(
            Catalog.Find("autodesk_add_project_user")!,
            new Actions.ActionRequest("autodesk_add_project_user")
            {
                Path = new Dictionary<string, string> { ["project_id"] = "p" },
                Headers = new Dictionary<string, string> { ["User-Id"] = "CALLERS" },
                Body = JsonBytes.Parse("{}"),
            },
            Account,
            new ApsOptions { BaseUrl = server.Address }
        );

        var error = Of(
            "autodesk_add_project_user",
            await client.SendAsync(request, "t", TimeSpan.FromSeconds(30), null, null, TestContext.Current.CancellationToken)
        );

        Assert.Equal(ErrorCode.ActingUserNotAllowed, error.Code);
        Assert.Contains("CALLERS", error.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("OWN", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusalOfOneThing_KeepsAutodesksWords()
    {
        var denied = Of(
            "autodesk_get_folder",
            new ApsResponse.Answered(403, "/x", JsonBytes.Parse("""{"errors":[{"detail":"the very words"}]}"""))
        );

        var told = ApsFailureClassifier.WhenProvisioned(denied, Catalog.Find("autodesk_get_folder")!, Account, "CALLERS");

        Assert.Contains("the very words", told.Detail, StringComparison.Ordinal);
        Assert.Contains("CALLERS", told.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("25", 25.0)]
    [InlineData(" 25 ", 25.0)]
    [InlineData("1.5", 1.5)]
    [InlineData("0", 0.0)]
    [InlineData("99999999999", 86400.0)]
    [InlineData("9999999999999999999999999999999999999999", 86400.0)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 0.0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 86400.0)]
    [InlineData("Fri, 31 Dec 2199 23:59:59 GMT", 86400.0)]
    [InlineData("Tue, 31 Dec 2199 23:59:59 GMT", 86400.0)]
    [InlineData("Thu Jan  1 00:00:00 2199", 86400.0)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData("Tue, 45 Dec 2199 23:59:59 GMT", null)]
    [InlineData("NaN", null)]
    [InlineData("1e3", null)]
    [InlineData("", null)]
    public async Task RetryAfter_IsUnderstood(string header, double? seconds)
    {
        await using var server = new RawServer(RawServer.Answer(503, "Retry-After: " + header, []));

        var answered = Assert.IsType<ApsResponse.Answered>(await AnswerBodyTests.SendAsync(server, HttpMethod.Get));

        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, answered.RetryAfter);
    }

    private static ServiceError Of(string action, ApsResponse response) =>
        ApsFailureClassifier.Classify(Catalog.Find(action)!, Account, response);
}
