using System.Net;
using TenantHub.Server.Calls;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>A key that is bound to owners or profiles: every other account is, to the byte, one that does not exist.</summary>
public sealed class BoundKeyTests(ServerFixture fixture)
{
    private const string Nowhere = "acc_00000000000000000000000000";

    [Fact]
    public async Task AccountsOfOtherOwners_DoNotExist_AtAnyEndpoint()
    {
        var (mine, theirs) = await TwoOwnersAsync();
        using var thief = await fixture.Hub.HoldKeyAsync("operator", owners: [mine.Owner]);
        (HttpMethod Method, string Path, object? Body)[] attacks =
        [
            (HttpMethod.Get, "/accounts/{0}", null),
            (HttpMethod.Get, "/accounts/{0}/meta", null),
            (HttpMethod.Get, "/accounts/{0}/state", null),
            (HttpMethod.Patch, "/accounts/{0}", new { label = "stolen" }),
            (HttpMethod.Delete, "/accounts/{0}", null),
            (HttpMethod.Post, "/accounts/{0}/verify", null),
            (HttpMethod.Post, "/accounts/{0}/suspend", null),
            (HttpMethod.Post, "/accounts/{0}/resume", null),
            (HttpMethod.Post, "/accounts/{0}/credentials", new { client_secret = theirs.Secret }),
        ];
        var before = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{theirs.Id}");
        var requests = await fixture.Emulator.JournalAsync(theirs.ClientId, tokens: true);

        foreach (var (method, path, body) in attacks)
            await AssertSameAsync(id => thief.SendAsync(method, string.Format(null, path, id), body));
        await AssertSameAsync(id => thief.RpcAsync(id, new { action = "autodesk_list_hubs" }));
        await AssertSameAsync(id =>
            thief.RpcAsync(
                id,
                new { action = "autodesk_create_bucket", body = new { bucketKey = "k", policyKey = "transient" } },
                ("Idempotency-Key", "known-key")
            )
        );
        await AssertSameAsync(id => thief.SendAsync(HttpMethod.Post, "/actions/plan", new { action = "autodesk_list_hubs" }, id));
        await AssertSameAsync(id => thief.RpcAsync(id, UploadParts()));

        Assert.Equal(
            before.Body!.ToJsonString(),
            (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{theirs.Id}")).Body!.ToJsonString()
        );
        Assert.Equal(requests.Count, (await fixture.Emulator.JournalAsync(theirs.ClientId, tokens: true)).Count);
        Assert.Equal(HttpStatusCode.OK, (await thief.RpcAsync(mine.Id, new { action = "autodesk_list_hubs" })).Status);

        async Task AssertSameAsync(Func<string, Task<ApiAnswer>> attack)
        {
            var (stolen, nothing) = (await attack(theirs.Id), await attack(Nowhere));
            Assert.Equal((HttpStatusCode.NotFound, "account_not_found"), (stolen.Status, stolen.Code));
            Assert.Equal(WithoutIdentity(nothing, Nowhere), WithoutIdentity(stolen, theirs.Id));
        }
    }

    [Fact]
    public async Task Lists_ShowOwnAccountsOnly_WhateverTheFilterAsksFor()
    {
        var (mine, theirs) = await TwoOwnersAsync();
        using var key = await fixture.Hub.HoldKeyAsync("read_only", owners: [mine.Owner]);

        Assert.Equal([mine.Id], await ListAsync(key, ""));
        Assert.Equal([mine.Id], await ListAsync(key, $"origin_owner_ids={theirs.Owner}&origin_owner_ids={mine.Owner}"));
        Assert.Empty(await ListAsync(key, $"origin_owner_id={theirs.Owner}"));
        Assert.Empty(await ListAsync(key, $"account_ids={theirs.Id}"));
        Assert.Equal([mine.Id], await ListAsync(key, $"account_ids={theirs.Id}&account_ids={mine.Id}"));
    }

    [Fact]
    public async Task LinkForAnotherOwner_IsForbidden_AndSoIsMovingAnAccountThere()
    {
        var (mine, theirs) = await TwoOwnersAsync();
        using var backend = await fixture.Hub.HoldKeyAsync("backend", owners: [mine.Owner]);
        using var operatorKey = await fixture.Hub.HoldKeyAsync("operator", owners: [mine.Owner]);

        var refused = await backend.LinkAsync(mine.ClientId, mine.Secret, mine.AccAccountId, owner: theirs.Owner);
        var nobody = await backend.SendAsync(
            HttpMethod.Post,
            "/accounts",
            new { provider = "autodesk", credentials = new { client_id = mine.ClientId, client_secret = mine.Secret } }
        );
        var moved = await operatorKey.SendAsync(HttpMethod.Patch, $"/accounts/{mine.Id}", new { origin_owner_id = theirs.Owner });
        var linked = await backend.LinkAsync(mine.ClientId, mine.Secret, mine.AccAccountId, owner: mine.Owner);

        foreach (var answer in new[] { refused, nobody, moved })
            Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (answer.Status, answer.Code));
        Assert.Equal(HttpStatusCode.Created, linked.Status);
    }

    [Fact]
    public async Task KeyBoundToAProfile_SeesItsAccountsAndItOnly()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var (profile, other) = ("p-" + clientId, "q-" + clientId);
        foreach (var id in new[] { profile, other })
            await fixture.Http.SendAsync(
                HttpMethod.Post,
                "/profiles",
                new
                {
                    id,
                    name = id,
                    credentials = new { client_id = clientId, client_secret = secret },
                }
            );
        var (owner, acc) = ("owner-" + clientId, (string)emulated["acc_account_id"]!);
        var inside = (await fixture.Http.LinkAsync("", "", acc, owner: owner, profile: profile)).Text("id")!;
        var outside = (await fixture.Http.LinkAsync("", "", acc, owner: owner, profile: other)).Text("id")!;
        var own = (await fixture.Http.LinkAsync(clientId, secret, acc, owner: owner)).Text("id")!;
        using var key = await fixture.Hub.HoldKeyAsync("backend", profiles: [profile]);
        using var both = await fixture.Hub.HoldKeyAsync("backend", owners: ["another owner"], profiles: [profile]);

        Assert.Equal([inside], await ListAsync(key, $"origin_owner_id={owner}"));
        Assert.Equal(HttpStatusCode.OK, (await key.RpcAsync(inside, new { action = "autodesk_list_hubs" })).Status);
        Assert.Equal("account_not_found", (await key.RpcAsync(outside, new { action = "autodesk_list_hubs" })).Code);
        Assert.Equal("account_not_found", (await key.SendAsync(HttpMethod.Get, $"/accounts/{own}")).Code);
        Assert.Equal("account_not_found", (await both.SendAsync(HttpMethod.Get, $"/accounts/{inside}")).Code); // An account must match both.
        Assert.Equal(HttpStatusCode.OK, (await key.SendAsync(HttpMethod.Get, $"/profiles/{profile}")).Status);
        var hidden = await key.SendAsync(HttpMethod.Get, $"/profiles/{other}");
        var absent = await key.SendAsync(HttpMethod.Get, "/profiles/nowhere");
        Assert.Equal(WithoutIdentity(absent, "nowhere"), WithoutIdentity(hidden, other));
        Assert.Equal("forbidden", (await key.LinkAsync("", "", acc, owner: owner, profile: other)).Code);
        Assert.Equal("forbidden", (await key.LinkAsync(clientId, secret, acc, owner: owner)).Code);
        Assert.Equal(HttpStatusCode.Created, (await key.LinkAsync("", "", acc, owner: owner, profile: profile)).Status);
    }

    [Fact]
    public async Task CallsOfOtherOwners_AreNotInTheLog_NeitherByFilterNorById()
    {
        var (mine, theirs) = await TwoOwnersAsync();
        using var key = await fixture.Hub.HoldKeyAsync("backend", owners: [mine.Owner]);
        var other = (await fixture.Http.RpcAsync(theirs.Id, new { action = "autodesk_list_hubs" })).Headers["x-request-id"];
        var own = (await key.RpcAsync(mine.Id, new { action = "autodesk_list_hubs" })).Headers["x-request-id"];
        await CallLog.FindAsync(fixture.Http, own);
        await CallLog.FindAsync(fixture.Http, other);

        foreach (
            var query in new[]
            {
                "",
                $"origin_owner_ids={theirs.Owner},{mine.Owner}",
                $"account_ids={theirs.Id},{mine.Id}",
                $"request_ids={other},{own}",
            }
        )
            Assert.Equal([own], await LoggedAsync(query));
        foreach (
            var query in new[]
            {
                $"origin_owner_ids={theirs.Owner}",
                $"account_ids={theirs.Id}",
                $"request_ids={other}",
                "profile_ids=some",
            }
        )
            Assert.Empty(await LoggedAsync(query));
        var (hidden, absent) = (
            await key.SendAsync(HttpMethod.Get, $"/requests/logs/{other}"),
            await key.SendAsync(HttpMethod.Get, $"/requests/logs/{Guid.Empty}")
        );
        Assert.Equal(WithoutIdentity(absent, $"{Guid.Empty}"), WithoutIdentity(hidden, other));
        Assert.Equal(HttpStatusCode.OK, (await key.SendAsync(HttpMethod.Get, $"/requests/logs/{own}")).Status);

        async Task<List<string?>> LoggedAsync(string query) =>
            [
                .. (await key.SendAsync(HttpMethod.Get, $"/requests/logs?{query}")).Body!["data"]!
                    .AsArray()
                    .Select(record => (string?)record!["request_id"]),
            ];
    }

    private async Task<(Account Mine, Account Theirs)> TwoOwnersAsync()
    {
        // Both use one app: the hardest case, because Autodesk cannot tell them apart.
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var accounts = new List<Account>();
        foreach (var owner in new[] { "mine-" + clientId, "theirs-" + clientId })
        {
            var acc = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
            accounts.Add(
                new((await fixture.Http.LinkAsync(clientId, secret, acc, owner: owner)).Text("id")!, owner, clientId, secret, acc)
            );
        }

        return (accounts[0], accounts[1]);
    }

    private static MultipartFormDataContent UploadParts() =>
        new()
        {
            {
                new StringContent(
                    """{"action":"autodesk_upload_file_in_project_folder","path":{"project_id":"p"},"body":{"folder_id":"f","file_name":"n"}}"""
                ),
                "request"
            },
            { new ByteArrayContent([1]), "content" },
        };

    private static string WithoutIdentity(ApiAnswer answer, string id)
    {
        var body = answer.Body!.DeepClone().AsObject();
        body.Remove("traceId");
        body.Remove("timestamp");
        return $"{(int)answer.Status} {body.ToJsonString()}".Replace(id, "ID", StringComparison.Ordinal);
    }

    private static async Task<List<string?>> ListAsync(HttpClient client, string query) =>
        [.. (await client.SendAsync(HttpMethod.Get, $"/accounts?{query}")).Body!.AsArray().Select(account => (string?)account!["id"])];

    private sealed record Account(string Id, string Owner, string ClientId, string Secret, string AccAccountId);
}
