using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Errors;

/// <summary>Bad input has a clear error, its source, what to do, and sends nothing.</summary>
public sealed class BadInputTests(ServerFixture fixture)
{
    public static TheoryData<string, string, int, string, string> Inputs =>
        new()
        {
            { "unknown action", """{"action":"autodesk_fly"}""", 404, "unknown_action", "autodesk_fly" },
            { "no action", "{}", 400, "invalid_request", "action" },
            { "invalid JSON", """{"action":""", 400, "invalid_request", "not valid JSON" },
            { "array instead of object", "[]", 400, "invalid_request", "must be a JSON object" },
            { "unknown field", """{"action":"autodesk_list_hubs","colour":1}""", 400, "invalid_request", "colour" },
            { "field given twice", """{"action":"autodesk_list_hubs","action":"autodesk_list_hubs"}""", 400, "invalid_request", "twice" },
            {
                "missing parameter",
                """{"action":"autodesk_get_folder","path":{"project_id":"p"}}""",
                400,
                "invalid_input",
                "path.folder_id"
            },
            { "unknown path parameter", """{"action":"autodesk_list_hubs","path":{"x":"y"}}""", 400, "invalid_input", "path.x" },
            { "unknown query parameter", """{"action":"autodesk_list_hubs","query":{"limit":5}}""", 400, "invalid_input", "query.limit" },
            {
                "number out of range",
                """{"action":"autodesk_list_account_users","query":{"limit":101}}""",
                400,
                "invalid_input",
                "from 1 to 100"
            },
            {
                "number that is none",
                """{"action":"autodesk_list_account_users","query":{"limit":"many"}}""",
                400,
                "invalid_input",
                "query.limit"
            },
            {
                "word not in the list",
                """{"action":"autodesk_list_webhooks","query":{"status":"asleep"}}""",
                400,
                "invalid_input",
                "active, inactive, reactivated"
            },
            {
                "object as query value",
                """{"action":"autodesk_list_hubs","query":{"filter[id]":{}}}""",
                400,
                "invalid_request",
                "query.filter[id]"
            },
            { "missing body", """{"action":"autodesk_create_bucket"}""", 400, "invalid_input", "body is required" },
            {
                "missing body field",
                """{"action":"autodesk_create_bucket","body":{"policyKey":"transient"}}""",
                400,
                "invalid_input",
                "body.bucketKey is required"
            },
            {
                "wrong body field",
                """{"action":"autodesk_create_bucket","body":{"bucketKey":"NO","policyKey":"transient"}}""",
                400,
                "invalid_input",
                "body.bucketKey must match"
            },
            {
                "unknown body field",
                """{"action":"autodesk_create_bucket","body":{"bucketKey":"abc","policyKey":"transient","size":1}}""",
                400,
                "invalid_input",
                "body.size is not known"
            },
            { "body where none belongs", """{"action":"autodesk_list_hubs","body":{"a":1}}""", 400, "invalid_input", "has no body" },
            {
                "path traversal",
                """{"action":"autodesk_get_account_user","path":{"user_id":".."}}""",
                400,
                "invalid_input",
                "path.user_id"
            },
            {
                "header injection",
                """{"action":"autodesk_list_hubs","headers":{"x-user-id":"a\r\nX-Evil: 1"}}""",
                400,
                "invalid_input",
                "control characters"
            },
            {
                "undeclared header",
                """{"action":"autodesk_list_hubs","headers":{"Authorization":"Bearer x"}}""",
                400,
                "invalid_input",
                "headers.Authorization"
            },
            {
                "another account's hub",
                """{"action":"autodesk_get_hub","path":{"hub_id":"b.22222222-2222-4333-8444-555555555555"}}""",
                404,
                "not_this_account",
                "Nothing was sent"
            },
            {
                "another account",
                """{"action":"autodesk_list_account_users","path":{"account_id":"22222222-2222-4333-8444-555555555555"}}""",
                404,
                "not_this_account",
                "Nothing was sent"
            },
            {
                "another region",
                """{"action":"autodesk_list_account_users","headers":{"Region":"EMEA"}}""",
                400,
                "invalid_input",
                "must be US"
            },
            {
                "tampered cursor",
                """{"action":"autodesk_list_projects","query":{"next":"eyJhIjoieCJ9"}}""",
                400,
                "invalid_input",
                "query.next"
            },
            {
                "page size of nothing",
                """{"action":"autodesk_list_projects","query":{"page_size":0}}""",
                400,
                "invalid_input",
                "query.page_size"
            },
            {
                "two ways of paging",
                """{"action":"autodesk_list_account_users","query":{"page_size":5,"limit":5}}""",
                400,
                "invalid_input",
                "together with limit"
            },
        };

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task BadCall_IsExplained_AndNothingIsSent(string what, string body, int status, string code, string says)
    {
        var account = await fixture.LinkAsync();
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);

        var answer = await fixture.Http.RpcAsync(account.Id, body);

        Assert.True((int)answer.Status == status, $"{what}: {answer.Body?.ToJsonString()}");
        AssertError(answer, code, "caller");
        Assert.Contains(says, answer.Text("detail"), StringComparison.Ordinal);
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, tokens: true, since: before));
    }

    [Fact]
    public async Task SeveralFaults_AreAllNamedAtOnce()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            """{"action":"autodesk_list_account_projects","query":{"limit":0,"filterTextMatch":"like","colour":"red"}}"""
        );

        Assert.Equal(
            ["query.limit", "query.filterTextMatch", "query.colour"],
            answer.Body!["errors"]!.AsArray().Select(fault => (string?)fault!["field"])
        );
    }

    [Theory]
    [InlineData("acc_00000000000000000000000000", 404, "account_not_found")]
    [InlineData("nonsense", 404, "account_not_found")]
    [InlineData(null, 400, "invalid_request")]
    public async Task UnknownAccount_IsNotFound(string? account, int status, string code)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/rpc", new { action = "autodesk_list_hubs" }, account);

        Assert.Equal(status, (int)answer.Status);
        AssertError(answer, code, "caller");
    }

    [Fact]
    public async Task SuspendedAccount_IsRefused_UntilItIsResumed()
    {
        var account = await fixture.LinkAsync();
        await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/suspend");
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);

        var refused = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, tokens: true, since: before));
        await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/resume");
        var done = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        AssertError(refused, "account_suspended", "caller");
        Assert.Equal(HttpStatusCode.OK, done.Status);
    }

    [Fact]
    public async Task BodyThatIsTooLarge_IsRefused()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            "{\"action\":\"autodesk_create_bucket\",\"body\":{\"bucketKey\":\"" + new string('a', 1024 * 1024) + "\"}}"
        );

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        AssertError(answer, "body_too_large", "caller");
    }

    [Fact]
    public async Task OtherContentType_IsRefused()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/rpc", "action=autodesk_list_hubs", account.Id, "text/plain");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        AssertError(answer, "unsupported_media_type", "caller");
    }

    internal static void AssertError(ApiAnswer answer, string code, string source)
    {
        Assert.Equal(code, answer.Code);
        Assert.Equal(source, answer.Text("source"));
        Assert.Equal((int)answer.Status, (int)answer.Body!["statusCode"]!);
        Assert.False(string.IsNullOrEmpty(answer.Text("message")));
        Assert.False(string.IsNullOrEmpty(answer.Text("nextStep")));
        Assert.EndsWith("+00:00", answer.Text("timestamp"), StringComparison.Ordinal);
        Assert.StartsWith("application/json", answer.Headers["content-type"], StringComparison.Ordinal);
    }
}
