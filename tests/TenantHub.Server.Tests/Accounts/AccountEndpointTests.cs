using System.Net;
using System.Net.Http.Headers;
using Microsoft.Data.Sqlite;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Accounts;

/// <summary>Accounts over HTTP, in StackOne's wire format where StackOne has the endpoint.</summary>
public sealed class AccountEndpointTests(ServerFixture fixture)
{
    [Fact]
    public async Task LinkedAccount_HasStackOnesShape_AndNoSecret()
    {
        var account = await fixture.LinkAsync(region: "EMEA");

        var answer = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Matches("^acc_[0-9A-Z]{26}$", answer.Text("id"));
        Assert.Equal(
            ("autodesk", "Autodesk", "active", "owner-1", "Owner", "production"),
            (
                answer.Text("provider"),
                answer.Text("provider_name"),
                answer.Text("status"),
                answer.Text("origin_owner_id"),
                answer.Text("origin_owner_name"),
                answer.Text("type")
            )
        );
        Assert.True(DateTimeOffset.TryParse(answer.Text("created_at"), System.Globalization.CultureInfo.InvariantCulture, out _));
        Assert.EndsWith("+00:00", answer.Text("updated_at"), StringComparison.Ordinal);
        Assert.Empty(answer.Body!["status_reasons"]!.AsArray());
        Assert.Equal("EMEA", (string?)answer.Body["setup_information"]!["region"]);
        Assert.Equal(account.AccAccountId, (string?)answer.Body["setup_information"]!["acc_account_id"]);
        Assert.Equal(account.ClientId, (string?)answer.Body["credentials"]!["client_id"]);
        Assert.DoesNotContain(account.Secret, answer.Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_FiltersAndPages_OldestFirst()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var account = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        var (owner, other) = ("list-" + clientId, "other-" + clientId);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add((await fixture.Http.LinkAsync(clientId, secret, account, owner: owner)).Text("id")!);
        var otherAccount = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        var otherId = (await fixture.Http.LinkAsync(clientId, secret, otherAccount, owner: other)).Text("id")!;
        await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{ids[1]}/suspend");
        await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{ids[2]}");

        Assert.Equal([ids[0], ids[1]], await IdsAsync($"origin_owner_id={owner}&page_size=2"));
        Assert.Equal([ids[3], ids[4]], await IdsAsync($"origin_owner_id={owner}&page_size=2&page=2"));
        Assert.Empty(await IdsAsync($"origin_owner_id={owner}&page_size=2&page=3"));
        Assert.Equal([ids[1]], await IdsAsync($"origin_owner_id={owner}&status=suspended"));
        Assert.Equal([ids[0], ids[1], ids[3], ids[4]], await IdsAsync($"origin_owner_id={owner}&status=suspended&status=active"));
        Assert.Equal([ids[2]], await IdsAsync($"origin_owner_id={owner}&status=archived"));
        Assert.Equal([ids[0], otherId], await IdsAsync($"account_ids={ids[0]}&account_ids={otherId}"));
        Assert.Equal(5, (await IdsAsync($"origin_owner_ids={owner}&origin_owner_ids={other}&provider=autodesk")).Count);
        Assert.Empty(await IdsAsync($"origin_owner_id={owner}&provider=dropbox"));
    }

    [Fact]
    public async Task List_IsFollowedByItsLinks_WhateverIsLinkedMeanwhile()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var account = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        var owner = "links & more/" + clientId;
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add((await fixture.Http.LinkAsync(clientId, secret, account, owner: owner)).Text("id")!);

        var seen = new List<string>();
        var next = $"/accounts?page_size=2&origin_owner_id={Uri.EscapeDataString(owner)}";
        for (var page = 0; next is not null; page++)
        {
            var answer = await fixture.Http.SendAsync(HttpMethod.Get, next);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            seen.AddRange(answer.Body!.AsArray().Select(found => (string)found!["id"]!));
            next = answer.Headers.GetValueOrDefault("link") is { } link
                ? link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)]
                : null;
            if (page == 0)
                await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{ids[0]}"); // Pages by number would now miss ids[2].
        }

        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task Search_FindsAccountsByAnyOfTheirNames()
    {
        var account = await fixture.LinkAsync();
        await fixture.Http.SendAsync(HttpMethod.Patch, $"/accounts/{account.Id}", new { label = $"Neubau {account.ClientId}" });

        foreach (var words in new[] { account.Id, $"NEUBAU {account.ClientId}", account.AccAccountId, $"owner {account.ClientId}" })
            Assert.Contains(account.Id, await IdsAsync($"query={Uri.EscapeDataString(words)}"));
        Assert.Empty(await IdsAsync($"query={Uri.EscapeDataString($"altbau {account.ClientId}")}"));
    }

    /// <summary>The list is derived. When it has drifted, an operator has it made again from what the accounts themselves have
    /// stored.</summary>
    [Fact]
    public async Task Rebuild_BringsBackRowsThatWereLost()
    {
        var account = await fixture.LinkAsync();
        await using (
            var database = new SqliteConnection($"Data Source={Path.Combine(fixture.Hub.DataDirectory, "tenanthub.db")};Pooling=false")
        )
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var delete = database.CreateCommand();
            delete.CommandText = "DELETE FROM accounts WHERE id = $id";
            delete.Parameters.AddWithValue("$id", account.Id);
            Assert.Equal(1, await delete.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        Assert.Empty(await IdsAsync($"account_ids={account.Id}"));
        var rebuilt = await fixture.Http.SendAsync(HttpMethod.Post, "/accounts/rebuild");

        Assert.Equal(HttpStatusCode.OK, rebuilt.Status);
        Assert.True((long)rebuilt.Body!["repaired"]! >= 1);
        Assert.Empty(rebuilt.Body["unreadable"]!.AsArray());
        Assert.Equal([account.Id], await IdsAsync($"account_ids={account.Id}"));
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page_size=1000", "page_size")]
    [InlineData("status=sleepy", "status")]
    [InlineData("color=red", "color")]
    [InlineData("next=not-a-cursor", "next")]
    [InlineData("next=MHxhY2Nf&page=2", "page")]
    public async Task WrongFilter_IsNamed(string query, string field)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, (string?)answer.Body!["errors"]![0]!["field"]);
    }

    [Fact]
    public async Task Patch_ChangesWhatIsGiven_AndEmptyObjectsWipeNothing()
    {
        var account = await fixture.LinkAsync();

        // What StackOne's client really sends: flattened objects, always a type.
        var flattened = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            """{"type":"production","origin_owner_name":"New name","label":{},"metadata":{},"credentials":{},"secrets":{},"setup_information":{}}"""
        );
        var label = await fixture.Http.SendAsync(HttpMethod.Patch, $"/accounts/{account.Id}", new { label = "Mine" });
        var cleared = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            """{"label":null,"setup_information":{"act_as_user_id":null}}"""
        );
        var number = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            """{"label":5,"setup_information":{"act_as_user_id":{"id":1}}}"""
        );

        Assert.Equal(HttpStatusCode.OK, flattened.Status);
        Assert.Equal(("New name", "Linked by a test"), (flattened.Text("origin_owner_name"), flattened.Text("label")));
        Assert.Equal(account.AccAccountId, (string?)flattened.Body!["setup_information"]!["acc_account_id"]);
        Assert.Equal(("New name", "Mine"), (label.Text("origin_owner_name"), label.Text("label")));
        Assert.Equal((HttpStatusCode.OK, null, "New name"), (cleared.Status, cleared.Text("label"), cleared.Text("origin_owner_name")));
        Assert.Null(cleared.Body!["setup_information"]!["act_as_user_id"]);
        Assert.Equal(
            ["label", "setup_information.act_as_user_id"],
            number.Body!["errors"]!.AsArray().Select(fault => (string?)fault!["field"])
        );
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" })).Status);
    }

    /// <summary>What people read must not turn the direction of what stands behind it.</summary>
    [Theory]
    [InlineData("abc\u202edef")]
    [InlineData("abc\u2066def")]
    [InlineData("abc\u001bdef")]
    public async Task NameThatSteersHowItIsShown_IsRefused(string name)
    {
        var account = await fixture.LinkAsync();

        var label = await fixture.Http.SendAsync(HttpMethod.Patch, $"/accounts/{account.Id}", new { label = name });
        var owner = await fixture.Http.SendAsync(HttpMethod.Patch, $"/accounts/{account.Id}", new { origin_owner_name = name });
        var key = await fixture.Http.SendAsync(HttpMethod.Post, "/keys", new { name, role = "backend" });
        var endpoint = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/event_endpoints",
            new { url = "https://example.com/x", description = name }
        );

        Assert.All([label, owner, key, endpoint], answer => Assert.Equal(HttpStatusCode.BadRequest, answer.Status));
    }

    [Fact]
    public async Task NewSecret_IsTriedBeforeItReplacesTheOldOne()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.PostAsync(
            "apps",
            new
            {
                client_id = account.ClientId,
                client_secret = "rotated-secret",
                previous_client_secret = account.Secret,
            }
        );

        var wrong = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { credentials = new { client_id = account.ClientId, client_secret = "a-typo" } }
        );
        var stillWorks = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_buckets" });
        var right = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{account.Id}",
            new { credentials = new { client_id = account.ClientId, client_secret = "rotated-secret" } }
        );
        await fixture.Emulator.PostAsync("apps", new { client_id = account.ClientId, client_secret = "rotated-secret" });
        await fixture.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = account.ClientId });
        var after = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_buckets" });

        Assert.Equal("credentials_rejected", wrong.Code);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [stillWorks.Status, right.Status, after.Status]);
    }

    [Fact]
    public async Task Delete_AnswersWithTheAccount_AndEndsIt()
    {
        var account = await fixture.LinkAsync();

        var deleted = await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{account.Id}");
        var again = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}");
        var call = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });

        Assert.Equal((HttpStatusCode.OK, "archived"), (deleted.Status, deleted.Text("status")));
        Assert.Equal((HttpStatusCode.NotFound, "account_not_found"), (again.Status, again.Code));
        Assert.Equal("account_not_found", call.Code);
    }

    [Fact]
    public async Task Meta_NamesProviderAndCategory()
    {
        var account = await fixture.LinkAsync();

        var meta = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/meta");

        Assert.Equal(("autodesk", "documents"), (meta.Text("provider"), meta.Text("category")));
    }

    [Theory]
    [InlineData("{}", "provider")]
    [InlineData("""{"provider":"autodesk"}""", "origin_owner_id")]
    [InlineData(
        """{"provider":"autodesk","origin_owner_id":"o","origin_owner_name":"O","credentials":{"client_id":"c","client_secret":"s"},"setup_information":{"acc_account_id":"12"}}""",
        "setup_information.acc_account_id"
    )]
    [InlineData(
        """{"provider":"autodesk","origin_owner_id":"o","origin_owner_name":"O","credentials":{"client_id":"c"},"setup_information":{"acc_account_id":"7a1d5c1e-0000-4000-8000-000000000001"}}""",
        "credentials"
    )]
    [InlineData(
        """{"provider":"autodesk","origin_owner_id":"o","origin_owner_name":"O","credentials":{"client_id":"c","client_secret":"s"},"setup_information":{"acc_account_id":"7a1d5c1e-0000-4000-8000-000000000001","region":"MARS"}}""",
        "setup_information.region"
    )]
    public async Task IncompleteLink_NamesTheField(string body, string field)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Post, "/accounts", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        BadInputTests.AssertError(answer, "invalid_input", "caller");
        Assert.Contains(answer.Body!["errors"]!.AsArray(), fault => (string?)fault!["field"] == field);
    }

    [Fact]
    public async Task Profile_LendsItsAppAndAllowsOnlyItsActions()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var profile = "p-" + clientId;
        var created = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "Main",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = new[] { "autodesk_list_hubs", "autodesk_upload_file_in_project_folder" },
            }
        );
        var linked = await fixture.Http.LinkAsync("", "", (string)emulated["acc_account_id"]!, profile: profile);

        var allowed = await fixture.Http.RpcAsync(linked.Text("id")!, new { action = "autodesk_list_hubs" });
        var refused = await fixture.Http.RpcAsync(linked.Text("id")!, new { action = "autodesk_list_buckets" });
        var project = emulated["projects"]![0]!;
        var upload = await fixture.Http.RpcAsync(
            linked.Text("id")!,
            new
            {
                action = "autodesk_upload_file_in_project_folder",
                path = new { project_id = (string)project["id"]! },
                body = new
                {
                    folder_id = (string)project["folders"]![0]!["id"]!,
                    file_name = "a.txt",
                    content = "AAAA",
                },
            }
        );
        var step = await fixture.Http.RpcAsync(
            linked.Text("id")!,
            new
            {
                action = "autodesk_create_storage",
                path = new { project_id = "x" },
                body = new { },
            }
        );

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (created.Status, linked.Status));
        Assert.DoesNotContain(secret, created.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, allowed.Status);
        Assert.Equal((HttpStatusCode.Forbidden, "action_not_enabled"), (refused.Status, refused.Code));
        Assert.True(upload.Status == HttpStatusCode.OK, upload.Body?.ToJsonString()); // Its steps run though they are not enabled on their own ...
        Assert.Equal("action_not_enabled", step.Code); // ... and only then.
        Assert.Equal(
            "profile_exists",
            (await fixture.Http.SendAsync(HttpMethod.Post, "/profiles", new { id = profile, name = "Again" })).Code
        );
        Assert.Equal(
            "profile_not_found",
            (await fixture.Http.LinkAsync("", "", (string)emulated["acc_account_id"]!, profile: "nobody")).Code
        );
    }

    [Fact]
    public async Task Keys_AreTakenAsBasicUserNameOrBearer_AndNothingElseIs()
    {
        using var bearer = fixture.Hub.NewClient(null);
        bearer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ServerProcess.AdminKey);
        using var wrong = fixture.Hub.NewClient("not-the-key");
        using var none = fixture.Hub.NewClient(null);

        Assert.Equal(HttpStatusCode.OK, (await bearer.SendAsync(HttpMethod.Get, "/accounts?page_size=1")).Status);
        foreach (var path in new[] { "/accounts", "/actions", "/accounts/acc_00000000000000000000000000/state", "/profiles/x" })
        {
            foreach (var client in new[] { wrong, none })
            {
                var answer = await client.SendAsync(HttpMethod.Get, path);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
                BadInputTests.AssertError(answer, "unauthenticated", "caller");
            }
        }

        foreach (var open in new[] { "/health/live", "/health/ready", "/openapi/v1.json", "/docs/errors" })
        {
            using var response = await none.GetAsync(new Uri(open, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task UnknownEndpoint_AndProblemJson_AreAnsweredInForm()
    {
        using var client = fixture.Hub.NewClient(ServerProcess.AdminKey);
        client.DefaultRequestHeaders.Accept.ParseAdd("application/problem+json");

        var problem = await client.SendAsync(HttpMethod.Get, "/accounts/nonsense");
        var nowhere = await fixture.Http.SendAsync(HttpMethod.Get, "/nowhere");
        var method = await fixture.Http.SendAsync(HttpMethod.Put, "/accounts");

        Assert.StartsWith("application/problem+json", problem.Headers["content-type"], StringComparison.Ordinal);
        Assert.Equal(404, (int)problem.Body!["status"]!);
        BadInputTests.AssertError(nowhere, "endpoint_not_found", "caller");
        BadInputTests.AssertError(method, "endpoint_not_found", "caller");
    }

    private async Task<List<string?>> IdsAsync(string query)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?{query}");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        return [.. answer.Body!.AsArray().Select(account => (string?)account!["id"])];
    }
}
