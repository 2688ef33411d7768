using System.Net;
using System.Text;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>What the framework or a database cannot take is the caller's fault, never an error of ours.</summary>
public sealed class RequestGuardTests(ServerFixture fixture)
{
    [Theory]
    [InlineData("/ui/sign-in"), InlineData("/link/cst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), InlineData("/ui/profiles/new")]
    public async Task FormThatTheFrameworkRefuses_Is400(string path)
    {
        using var client = fixture.Hub.NewClient(null);
        var manyFields = string.Join('&', Enumerable.Range(0, 1100).Select(i => $"f{i}=1"));
        HttpContent[] forms =
        [
            new StringContent(manyFields, Encoding.UTF8, "application/x-www-form-urlencoded"),
            Multipart("x", "--x\r\nno headers that end"),
            Multipart(new string('b', 5000), "--b--"),
            new StringContent("key=a%00b&account_id=a%00b", Encoding.UTF8, "application/x-www-form-urlencoded"),
            Odd("key=x", "application/x-www-form-urlencoded; charset=utf-7"),
            Multipart(
                "x",
                "--x\r\nContent-Disposition: form-data; name=key\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nx\r\n--x--\r\n"
            ),
        ];

        foreach (var form in forms)
        {
            using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), form, TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest, $"{form.Headers.ContentType}: {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("/ui/sign-in"), InlineData("/link/cst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task FormOverSixteenKibibytes_IsTooLarge(string path)
    {
        using var client = fixture.Hub.NewClient(null);
        using var form = new StringContent("key=" + new string('x', 17 * 1024), Encoding.UTF8, "application/x-www-form-urlencoded");

        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task UploadWithABoundaryLongerThanAllowed_Is400()
    {
        var account = await fixture.LinkAsync();
        using var content = Multipart(new string('b', 5000), "--b--");

        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/rpc", content, account.Id);

        BadInputTests.AssertError(answer, "invalid_request", "caller");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    public static TheoryData<string, string, string> Texts
    {
        get
        {
            var texts = new TheoryData<string, string, string>();
            foreach (var bad in new[] { @"\u0000", @"\ud800", @"x\udc00y" })
            {
                texts.Add(
                    "POST",
                    "/accounts",
                    $$"""{"provider":"autodesk","origin_owner_id":"{{bad}}","origin_owner_name":"O","credentials":{"client_id":"a","client_secret":"b"},"setup_information":{"acc_account_id":"11111111-2222-4333-8444-555555555555"} }"""
                );
                texts.Add(
                    "POST",
                    "/accounts",
                    $$"""{"provider":"autodesk","origin_owner_id":"o","origin_owner_name":"O","label":"{{bad}}","credentials":{"client_id":"a","client_secret":"b"},"setup_information":{"acc_account_id":"11111111-2222-4333-8444-555555555555"} }"""
                );
                texts.Add("PATCH", "/accounts/acc_01HZZZZZZZZZZZZZZZZZZZZZZZ", $$"""{"label":"{{bad}}"}""");
                texts.Add("POST", "/connect_sessions", $$"""{"origin_owner_id":"o","origin_owner_name":"O","metadata":{"a":"{{bad}}"} }""");
                texts.Add("POST", "/connect_sessions", $$"""{"origin_owner_id":"o","origin_owner_name":"O","origin_username":"{{bad}}"}""");
                texts.Add("POST", "/connect_sessions/authenticate", $$"""{"token":"{{bad}}"}""");
                texts.Add("POST", "/profiles", $$"""{"id":"p","name":"{{bad}}"}""");
                texts.Add("POST", "/keys", $$"""{"name":"{{bad}}","role":"backend"}""");
                texts.Add("POST", "/keys", $$"""{"name":"k","role":"backend","origin_owner_ids":["{{bad}}"]}""");
                texts.Add("POST", "/event_endpoints", $$"""{"url":"https://example.com/x","description":"{{bad}}"}""");
                texts.Add(
                    "POST",
                    "/actions/rpc",
                    $$"""{"action":"autodesk_create_webhook","path":{"system":"data","event":"dm.version.added"},"body":{"callbackUrl":"https://example.com","scope":{"folder":"{{bad}}"} } }"""
                );
                texts.Add("POST", "/actions/rpc", $$"""{"action":"autodesk_get_hub","path":{"hub_id":"{{bad}}"} }""");
                texts.Add("POST", "/actions/rpc", $$"""{"action":"autodesk_list_hubs","query":{"filter[id]":"{{bad}}"} }""");
                texts.Add("POST", "/actions/rpc", $$"""{"action":"autodesk_list_hubs","query":{"{{bad}}":"x"} }""");
            }

            foreach (
                var list in new[]
                {
                    "/accounts?query=%00",
                    "/accounts?origin_owner_id=a%00",
                    "/accounts?account_ids=%01",
                    "/requests/logs?account_ids=%00",
                    "/audit?target=%00",
                    "/actions?action_key=%00",
                    "/quotas?page=%00",
                }
            )
                texts.Add("GET", list, "");
            return texts;
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task TextThatIsNone_Is400(string method, string path, string body)
    {
        var answer = await fixture.Http.SendAsync(
            new HttpMethod(method),
            path,
            body.Length == 0 ? null : body,
            path == "/actions/rpc" ? (await fixture.LinkAsync()).Id : null
        );

        Assert.True(answer.Status is HttpStatusCode.BadRequest, $"{method} {path} {body}: {answer.Status} {answer.Body}");
    }

    [Theory]
    [
        InlineData("GET", "/profiles/%20"),
        InlineData("GET", "/profiles/main%0A"),
        InlineData("DELETE", "/profiles/%20"),
        InlineData("PATCH", "/profiles/A"),
        InlineData("PUT", "/profiles/%F0%9F%98%80/limits")
    ]
    public async Task ProfileIdThatIsNone_Is404(string method, string path)
    {
        var answer = await fixture.Http.SendAsync(new HttpMethod(method), path, method is "GET" or "DELETE" ? null : new { });

        Assert.Equal((HttpStatusCode.NotFound, "profile_not_found"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task ProfileBodyWithABlankId_Is400()
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/profiles", new { id = " ", name = "Blank" });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task AccountsAutodeskAccount_CannotBePatched()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { setup_information = new { acc_account_id = Guid.NewGuid().ToString() } }
        );

        BadInputTests.AssertError(answer, "invalid_input", "caller");
        Assert.Contains("acc_account_id cannot be changed", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [
        InlineData("/health/live"),
        InlineData("/openapi/v1.json"),
        InlineData("/docs"),
        InlineData("/docs/errors"),
        InlineData("/accounts"),
        InlineData("/nowhere"),
        InlineData("/ui/sign-in"),
        InlineData("/metrics"),
        InlineData("/guide"),
        InlineData("/accounts/acc_x"),
        InlineData("/ui/assets/hub.css")
    ]
    public async Task EveryAnswer_ForbidsToGuessItsType(string path)
    {
        using var answer = await fixture.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
    }

    [Theory]
    [
        InlineData("/ui/sign-in?to=%2Fui%2F%0D%0ASet-Cookie:x"),
        InlineData("/ui/signed-in?to=%2Fui%2F%00"),
        InlineData("/ui/sign-in?to=%2Fui%2F%7F")
    ]
    public async Task AddressToGoOnWith_WithControlCharacters_Is400(string path)
    {
        using var client = fixture.Hub.NewClient(null);

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static ByteArrayContent Multipart(string boundary, string text) => Odd(text, $"multipart/form-data; boundary={boundary}");

    private static ByteArrayContent Odd(string text, string contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }
}
