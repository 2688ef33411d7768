using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Linking;

/// <summary>Connect sessions over HTTP, in StackOne's wire format, and the Link page without a browser.</summary>
public sealed partial class ConnectSessionTests(ServerFixture fixture)
{
    /// <summary>Exactly what StackOne's published client sends.</summary>
    [Fact]
    public async Task StackOnesRequest_IsAnsweredWithAllThatItsClientNeeds()
    {
        var answer = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/connect_sessions",
            new
            {
                origin_owner_id = "owner-1",
                origin_owner_name = "Owner",
                expires_in = 1800,
                multiple = false,
                type = "production",
                metadata = new { plan = "gold" },
                categories = new[] { "documents" },
                provider = "autodesk",
            }
        );

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.InRange((double)answer.Body!["id"]!, 1, Math.Pow(2, 53));
        Assert.Equal(1, (int)answer.Body["organization_id"]!);
        foreach (var required in new[] { "project_id", "origin_owner_id", "origin_owner_name", "created_at", "token", "auth_link_url" })
            Assert.False(string.IsNullOrEmpty(answer.Text(required)), required);
        Assert.Equal(("gold", "documents"), ((string?)answer.Body["metadata"]!["plan"], (string?)answer.Body["categories"]![0]));
        Assert.EndsWith("/link/" + answer.Text("token"), answer.Text("auth_link_url"), StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers["cache-control"]);

        var session = await fixture.Http.SendAsync(HttpMethod.Post, "/connect_sessions/authenticate", new { token = answer.Text("token") });
        Assert.Equal((HttpStatusCode.Created, (double)answer.Body["id"]!), (session.Status, (double)session.Body!["id"]!));
        Assert.Null(session.Body["token"]);
    }

    [Fact]
    public async Task LinkPage_LinksOnce_AndTheTokenIsUsedUp()
    {
        var (clientId, secret, emulated) = await AppAsync();
        var token = await OpenAsync(
            new
            {
                origin_owner_id = clientId,
                origin_owner_name = "Owner",
                label = "By link",
            }
        );

        var sent = await SubmitAsync(
            token,
            ("account_id", $"https://acc.autodesk.com/account-admin/settings/accounts/{emulated}?tab=1"),
            ("region", "US"),
            ("client_id", clientId),
            ("client_secret", secret)
        );
        var again = await SubmitAsync(
            token,
            ("account_id", emulated),
            ("region", "US"),
            ("client_id", clientId),
            ("client_secret", secret)
        );

        Assert.Equal((HttpStatusCode.SeeOther, HttpStatusCode.SeeOther), (sent.StatusCode, again.StatusCode));
        var account = Assert.Single(
            (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={clientId}")).Body!.AsArray()
        )!;
        Assert.Equal(
            ("active", "By link", emulated),
            ((string?)account["hub_status"], (string?)account["label"], (string?)account["setup_information"]!["acc_account_id"])
        );
        var used = await fixture.Http.SendAsync(HttpMethod.Post, "/connect_sessions/authenticate", new { token });
        Assert.Equal(HttpStatusCode.Conflict, used.Status);
        BadInputTests.AssertError(used, "connect_session_used", "caller");
        Assert.Contains("This link has been used", await PageAsync(token), StringComparison.Ordinal);
        var audited = (await fixture.Http.SendAsync(HttpMethod.Get, $"/audit?target=account/{account["id"]}")).Body!["data"]!.AsArray();
        Assert.Contains(
            audited,
            change =>
                (string?)change!["action"] == "link_account"
                && ((string?)change["actor"])!.StartsWith("connect_session:", StringComparison.Ordinal)
                && (string?)change["actor_name"] == "Owner"
        );
    }

    [Fact]
    public async Task FormSentTwiceAtOnce_LinksOneAccount()
    {
        var (clientId, secret, emulated) = await AppAsync();
        var token = await OpenAsync(new { origin_owner_id = clientId, origin_owner_name = "Owner" });

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    SubmitAsync(token, ("account_id", emulated), ("region", "US"), ("client_id", clientId), ("client_secret", secret))
                )
        );

        Assert.Single((await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={clientId}")).Body!.AsArray());
    }

    [Fact]
    public async Task WrongSecret_IsSaid_NeverShownAgain_AndCanBeCorrected()
    {
        var (clientId, secret, emulated) = await AppAsync();
        var token = await OpenAsync(new { origin_owner_id = clientId, origin_owner_name = "Owner" });

        await SubmitAsync(
            token,
            ("account_id", emulated),
            ("region", "US"),
            ("client_id", clientId),
            ("client_secret", "planted-wrong-secret")
        );
        var page = await PageAsync(token);
        await SubmitAsync(token, ("account_id", emulated), ("region", "US"), ("client_id", clientId), ("client_secret", secret));

        Assert.Contains("Autodesk refuses the client id", page, StringComparison.Ordinal);
        Assert.Contains(emulated, page, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-wrong-secret", page, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-wrong-secret", fixture.Hub.Output, StringComparison.Ordinal);
        Assert.Contains("This link has been used", await PageAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondLinkOfTheSameAutodeskAccount_IsRefusedToItsOwnerWithTheId_AndToOthersWithout()
    {
        var (clientId, secret, emulated) = await AppAsync();
        var first = await OpenAsync(new { origin_owner_id = clientId, origin_owner_name = "Owner" });
        await SubmitAsync(first, ("account_id", emulated), ("region", "US"), ("client_id", clientId), ("client_secret", secret));
        var existing = (string)(await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={clientId}")).Body![0]!["id"]!;

        var second = await OpenAsync(new { origin_owner_id = clientId, origin_owner_name = "Owner" });
        await SubmitAsync(second, ("account_id", emulated), ("region", "US"), ("client_id", clientId), ("client_secret", secret));
        var other = await OpenAsync(new { origin_owner_id = clientId + "-other", origin_owner_name = "Other" });
        await SubmitAsync(other, ("account_id", emulated), ("region", "US"), ("client_id", clientId), ("client_secret", secret));

        Assert.Contains($"linked already, as {existing}", await PageAsync(second), StringComparison.Ordinal);
        Assert.Single((await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={clientId}")).Body!.AsArray());
        Assert.DoesNotContain(existing, await PageAsync(other), StringComparison.Ordinal);
        Assert.Empty((await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={clientId}-other")).Body!.AsArray());
    }

    [Fact]
    public async Task Relinking_KeepsTheId_AndOnlyTheAccountsOwnerMay()
    {
        var account = await fixture.LinkAsync();
        var (_, newSecret) = (account.ClientId, "secret-" + Guid.NewGuid().ToString("N"));
        await fixture.Emulator.PostAsync("apps", new { client_id = account.ClientId, client_secret = newSecret });
        var stranger = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/connect_sessions",
            new
            {
                origin_owner_id = "stranger",
                origin_owner_name = "Stranger",
                account_id = account.Id,
            }
        );
        var token = await OpenAsync(
            new
            {
                origin_owner_id = "owner-1",
                origin_owner_name = "Owner",
                account_id = account.Id,
            }
        );

        var form = await PageAsync(token);
        await SubmitAsync(
            token,
            ("account_id", account.AccAccountId),
            ("region", "US"),
            ("act_as_user_id", account.User(0)),
            ("client_id", account.ClientId),
            ("client_secret", newSecret)
        );

        BadInputTests.AssertError(stranger, "account_not_found", "caller");
        Assert.Contains("Reconnect", form, StringComparison.Ordinal);
        Assert.Contains("This link has been used", await PageAsync(token), StringComparison.Ordinal);
        var after = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}");
        Assert.Equal(("active", account.Id), (after.Text("hub_status"), after.Text("id")));
    }

    [Fact]
    public async Task NobodyWithoutTheToken_SeesAnything_AndForeignFormsAreRefused()
    {
        var (clientId, secret, emulated) = await AppAsync();
        var token = await OpenAsync(new { origin_owner_id = clientId, origin_owner_name = "Owner of the secret session" });
        using var anonymous = fixture.Hub.NewClient(null);

        using var guessed = await anonymous.GetAsync(new Uri($"/link/{token}x", UriKind.Relative), TestContext.Current.CancellationToken);
        using var api = await anonymous.PostAsync(
            new Uri("/connect_sessions", UriKind.Relative),
            null,
            TestContext.Current.CancellationToken
        );
        using var foreign = new HttpRequestMessage(HttpMethod.Post, new Uri($"/link/{token}", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent([
                new("account_id", emulated),
                new("region", "US"),
                new("client_id", clientId),
                new("client_secret", secret),
            ]),
        };
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var refused = await anonymous.SendAsync(foreign, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, guessed.StatusCode);
        Assert.DoesNotContain(
            "secret session",
            await guessed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (api.StatusCode, refused.StatusCode));
        Assert.Empty((await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={clientId}")).Body!.AsArray());
        Assert.Contains("default-src 'none'", guessed.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", guessed.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredSession_OpensNothing_AndSaysSo()
    {
        var (clientId, secret, emulated) = await AppAsync();
        var token = await OpenAsync(
            new
            {
                origin_owner_id = clientId,
                origin_owner_name = "Owner",
                expires_in = 1,
            }
        );
        ApiAnswer session;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do session = await fixture.Http.SendAsync(HttpMethod.Post, "/connect_sessions/authenticate", new { token });
        while (session.Status == HttpStatusCode.Created && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken));

        await SubmitAsync(token, ("account_id", emulated), ("region", "US"), ("client_id", clientId), ("client_secret", secret));
        using var client = fixture.Hub.NewClient(null);
        using var page = await client.GetAsync(new Uri($"/link/{token}", UriKind.Relative), TestContext.Current.CancellationToken);

        BadInputTests.AssertError(session, "connect_session_expired", "caller");
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Gone), (session.Status, page.StatusCode));
        Assert.Contains(
            "This link has expired",
            await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Empty((await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={clientId}")).Body!.AsArray());
        BadInputTests.AssertError(
            await fixture.Http.SendAsync(HttpMethod.Post, "/connect_sessions/authenticate", new { token = "cst_unknown" }),
            "connect_session_not_found",
            "caller"
        );
    }

    /// <summary>Names and labels are data of strangers: they are shown, not run.</summary>
    [Fact]
    public async Task ScriptInNames_IsShownAsText()
    {
        var token = await OpenAsync(new { origin_owner_id = "owner", origin_owner_name = "<script>alert(1)</script>" });

        var page = await PageAsync(token);

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.All(ScriptTag().Matches(page), script => Assert.Contains("src=\"/ui/assets/", script.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"origin_owner_name":"x"}""", "origin_owner_id")]
    [InlineData("""{"origin_owner_id":"x","origin_owner_name":"x","expires_in":0}""", "expires_in")]
    [InlineData("""{"origin_owner_id":"x","origin_owner_name":"x","provider":"dropbox"}""", "provider")]
    [InlineData("""{"origin_owner_id":"x","origin_owner_name":"x","type":"staging"}""", "type")]
    [InlineData("""{"origin_owner_id":"x","origin_owner_name":"x","profile_id":"no such id"}""", "profile_id")]
    [InlineData("""{"origin_owner_id":"x","origin_owner_name":"x","origin_username":"LONG"}""", "origin_username")]
    [InlineData("""{"origin_owner_id":"x","origin_owner_name":"x","categories":["LONG"]}""", "categories")]
    [InlineData(
        """{"origin_owner_id":"x","origin_owner_name":"x","categories":["","","","","","","","","","","","","","","","","","","","",""]}""",
        "categories"
    )]
    public async Task BadRequest_NamesTheField(string body, string field)
    {
        body = body.Replace("LONG", new('x', 300), StringComparison.Ordinal);
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/connect_sessions", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(field, answer.Text("detail"), StringComparison.Ordinal);
    }

    /// <summary>A session is kept for days: what cannot be right is not kept with it.</summary>
    [Fact]
    public async Task WhatIsTooLongToBeRight_IsNotShownAgain()
    {
        var (clientId, _, emulated) = await AppAsync();
        var token = await OpenAsync(new { origin_owner_id = clientId, origin_owner_name = "Owner" });
        var longText = new string('x', 3000);

        await SubmitAsync(token, ("account_id", emulated), ("region", longText), ("act_as_user_id", longText), ("client_id", longText));

        var page = await PageAsync(token);
        Assert.Contains(emulated, page, StringComparison.Ordinal);
        Assert.DoesNotContain("xxxxxxxxxx", page, StringComparison.Ordinal);
    }

    private async Task<(string ClientId, string Secret, string AccAccountId)> AppAsync()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        return (clientId, secret, (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!);
    }

    private async Task<string> OpenAsync(object request)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/connect_sessions", request);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToJsonString());
        return answer.Text("token")!;
    }

    private async Task<HttpResponseMessage> SubmitAsync(string token, params (string Name, string Value)[] fields)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = fixture.Hub.Address };
        return await client.PostAsync(
            new Uri($"/link/{token}", UriKind.Relative),
            new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)))
        );
    }

    private async Task<string> PageAsync(string token)
    {
        using var client = fixture.Hub.NewClient(null);
        return await client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/link/{token}"), UriKind.Relative));
    }

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex ScriptTag();
}
