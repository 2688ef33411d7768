using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>Every change is written down: who, what, when, from where, and how it ended.</summary>
[Collection(MendedServer.Name)]
public sealed class AuditTests(ServerFixture fixture, MendedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LifeOfAnAccount_IsInTheAudit_AndReadsAndCallsAreNot()
    {
        var (text, keyId) = await fixture.Hub.MakeKeyAsync("operator");
        using var key = fixture.Hub.NewClient(text);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var acc = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        var id = (await key.LinkAsync(clientId, secret, acc)).Text("id")!;

        await key.SendAsync(HttpMethod.Get, $"/accounts/{id}");
        await key.RpcAsync(id, new { action = "autodesk_list_hubs" });
        await key.SendAsync(HttpMethod.Patch, $"/accounts/{id}", new { label = "PLANTED-label" });
        await key.SendAsync(HttpMethod.Post, $"/accounts/{id}/credentials", new { client_secret = "PLANTED-secret" });
        await key.SendAsync(HttpMethod.Post, $"/accounts/{id}/suspend");
        await key.SendAsync(HttpMethod.Post, $"/accounts/{id}/resume");
        await key.SendAsync(HttpMethod.Delete, $"/accounts/{id}");
        await key.SendAsync(HttpMethod.Delete, $"/accounts/{id}");

        var changes = (await fixture.Http.SendAsync(HttpMethod.Get, $"/audit?target=account/{id}")).Body!["data"]!.AsArray();
        Assert.Equal(
            [
                "delete_account account_not_found",
                "delete_account succeeded",
                "resume_account succeeded",
                "suspend_account succeeded",
                "rotate_account_credentials credentials_rejected",
                "update_account succeeded",
                "link_account succeeded",
            ],
            changes.Select(change => $"{change!["action"]} {change["outcome"]}")
        );
        Assert.All(
            changes,
            change =>
                Assert.Equal(
                    ($"key:{keyId}", "operator of a test", "127.0.0.1"),
                    ((string?)change!["actor"], (string?)change["actor_name"], (string?)change["address"])
                )
        );
        var own = (await fixture.Http.SendAsync(HttpMethod.Get, $"/audit?actor=key:bootstrap&target=key/{keyId}")).Body!["data"]!.AsArray();
        Assert.Equal("create_key", (string?)Assert.Single(own)!["action"]);
        Assert.DoesNotContain("PLANTED", changes.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryEndpointThatChangesSomething_IsAudited()
    {
        var document = JsonNode.Parse(await fixture.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Cancel))!;
        var changing = document["paths"]!
            .AsObject()
            .SelectMany(path =>
                path.Value!.AsObject()
                    .Where(method => method.Key != "get")
                    .Select(method => (Method: method.Key, Path: path.Key, Id: (string)method.Value!["operationId"]!))
            )
            .Where(operation =>
                operation.Id
                    is not (
                        "rpc_action"
                        or "create_upload"
                        or "put_upload"
                        or "patch_upload"
                        or "sign_upload_parts"
                        or "complete_upload"
                        or "abort_upload"
                        or "make_folders"
                        or "plan_action"
                        or "preview_profile"
                        or "authenticate_connect_session"
                        or "build_actions"
                        or "search_actions"
                        or "submit_tool_feedback"
                    )
            )
            .ToList();
        var (text, keyId) = await fixture.Hub.MakeKeyAsync("admin");
        using var key = fixture.Hub.NewClient(text);

        foreach (var (method, path, _) in changing)
        {
            var filled = path.Replace("{id}", "nothing", StringComparison.Ordinal)
                .Replace("{clientId}", "nobody", StringComparison.Ordinal)
                .Replace("{quotaGroup}", "nothing", StringComparison.Ordinal)
                .Replace("{eventId}", "nothing", StringComparison.Ordinal);
            await key.SendAsync(new HttpMethod(method.ToUpperInvariant()), filled, "{}");
        }

        var written = (await fixture.Http.SendAsync(HttpMethod.Get, $"/audit?actor=key:{keyId}&page_size=200")).Body!["data"]!.AsArray();
        Assert.Equal(changing.Select(operation => operation.Id).Order(), written.Select(change => (string?)change!["action"]).Order());
        Assert.All(written, change => Assert.NotNull(change!["outcome"]));
    }

    [Fact]
    public async Task Pages_FollowEachOther_AndWrongFiltersAreNamed()
    {
        var (text, keyId) = await fixture.Hub.MakeKeyAsync("operator");
        using var key = fixture.Hub.NewClient(text);
        for (var i = 0; i < 5; i++)
            await key.SendAsync(HttpMethod.Post, $"/accounts/nothing{i}/verify");

        var targets = new List<string?>();
        string? next = null;
        do
        {
            var page = await key.SendAsync(HttpMethod.Get, $"/audit?actor=key:{keyId}&page_size=2{(next is null ? "" : "&next=" + next)}");
            targets.AddRange(page.Body!["data"]!.AsArray().Select(change => (string?)change!["target"]));
            next = page.Text("next");
        } while (next is not null);

        Assert.Equal(["account/nothing4", "account/nothing3", "account/nothing2", "account/nothing1", "account/nothing0"], targets);
        foreach (
            var (query, field) in new[]
            {
                ("color=red", "color"),
                ("from=yesterday", "from"),
                ("page_size=0", "page_size"),
                ("next=x", "next"),
            }
        )
            Assert.Equal(field, (string?)(await key.SendAsync(HttpMethod.Get, $"/audit?{query}")).Body!["errors"]![0]!["field"]);
        foreach (
            var (query, field) in new[]
            {
                ("known=1", "known"),
                ("from=0", "from"),
                ("to=3", "to"),
                ("from=4&to=3", "to"),
                ("color=red", "color"),
            }
        )
            Assert.Equal(field, (string?)(await key.SendAsync(HttpMethod.Get, $"/audit/verify?{query}")).Body!["errors"]![0]!["field"]);
        var range = (await key.SendAsync(HttpMethod.Get, "/audit/verify?from=2&to=3")).Body!;
        Assert.Equal((true, 2, 3, 4), ((bool)range["is_sound"]!, (int)range["from"]!, (int)range["to"]!, (int)range["next"]!));
    }

    [Fact]
    public async Task Tampering_IsFound_OverHttp_AndTheExportIsTheChain()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        for (var i = 0; i < 3; i++)
            await hub.MakeKeyAsync("read_only");
        var sound = await hub.Http.SendAsync(HttpMethod.Get, "/audit/verify");
        using var exported = await hub.Http.GetAsync(new Uri("/audit/export", UriKind.Relative), Cancel);
        var lines = (await exported.Content.ReadAsStringAsync(Cancel))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .ToList();

        MendedServer.Execute(hub, "UPDATE audit SET actor = 'key:somebody' WHERE sequence = 2; DELETE FROM audit WHERE sequence = 5");
        var tampered = await hub.Http.SendAsync(HttpMethod.Get, "/audit/verify");

        Assert.True((bool)sound.Body!["is_sound"]!);
        Assert.Equal("application/x-ndjson", exported.Content.Headers.ContentType!.MediaType);
        Assert.Equal(Enumerable.Range(1, 6), lines.Select(line => (int)line["sequence"]!));
        Assert.Equal((string?)sound.Body["head"]!["hash"], (string?)lines[^1]["hash"]);
        Assert.Contains((string)lines[^1]["hash"]!, hub.Output, StringComparison.Ordinal); // The log is a second witness.
        Assert.False((bool)tampered.Body!["is_sound"]!);
        Assert.Equal(
            ["2 changed", "5 removed"],
            tampered.Body["faults"]!.AsArray().Select(fault => $"{fault!["sequence"]} {fault["problem"]}")
        );
    }

    [Fact]
    public async Task ChangeThatCannotBeWrittenDown_IsNotMade()
    {
        var hub = server.Hub;
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var acc = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        var id = (await hub.Http.LinkAsync(clientId, secret, acc)).Text("id")!;

        ApiAnswer refused,
            call;
        using (server.Without("audit"))
        {
            refused = await hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{id}/suspend");
            call = await hub.Http.RpcAsync(id, new { action = "autodesk_list_hubs" });
        }

        var done = await hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{id}/suspend");

        BadInputTests.AssertError(refused, "storage_unavailable", "storage");
        Assert.Contains("audit cannot be written", refused.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, call.Status); // It was not suspended, and calls need no audit.
        Assert.Equal("suspended", done.Text("status"));
        Assert.True((bool)(await hub.Http.SendAsync(HttpMethod.Get, "/audit/verify")).Body!["is_sound"]!);
    }
}
