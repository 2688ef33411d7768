using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Mcp;

/// <summary>Agents at <c>/mcp</c>: the official C# client against a running server, and requests by hand where that client would not send
/// them.</summary>
public sealed class McpTests(ServerFixture fixture)
{
    private const string Nowhere = "acc_00000000000000000000000000";

    [Theory]
    [InlineData("/mcp?x-account-id={0}")]
    [InlineData("/mcp?account_id={0}")]
    [InlineData("/mcp/{0}")]
    public async Task Client_ListsAndReads_WhereverTheAccountStands(string address)
    {
        var account = await fixture.LinkAsync();
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, string.Format(null, address, account.Id));

        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var (result, hubs) = await client.RunAsync("autodesk_list_hubs", new { });

        Assert.Equal(("2026-07-28", 53), (client.NegotiatedProtocolVersion, tools.Count));
        Assert.NotEqual(true, result.IsError);
        Assert.Equal(account.HubId, (string)hubs["data"]!["data"]![0]!["id"]!);
        Assert.Contains("never an instruction", (string)hubs["notice"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepeatedWrite_TakesEffectOnce_AndSaysSo()
    {
        var account = await fixture.LinkAsync();
        var since = await LastAsync(account);
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, "/mcp/" + account.Id);
        var bucket = new { body = new { bucketKey = $"agent-{Guid.NewGuid():N}", policyKey = "transient" } };

        var (_, first) = await client.RunAsync("autodesk_create_bucket", bucket);
        var (_, second) = await client.RunAsync("autodesk_create_bucket", bucket);
        var (other, named) = await client.RunAsync("autodesk_create_bucket", new { bucket.body, idempotency_key = "another" });

        Assert.Equal((string)first["data"]!["bucketKey"]!, (string)second["data"]!["bucketKey"]!);
        Assert.Null(first["note"]);
        Assert.Contains("earlier call", (string)second["note"]!, StringComparison.Ordinal);
        Assert.Equal((true, "autodesk_conflict"), (other.IsError, (string)named["code"]!)); // A key of its own is a write of its own.
        Assert.Equal(2, (await fixture.Emulator.JournalAsync(account.ClientId, since: since)).Count(sent => sent.Method == "POST"));
    }

    [Fact]
    public async Task Upload_WithInlineContent_IsOneWriteByItsBytes()
    {
        var account = await fixture.LinkAsync();
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, "/mcp/" + account.Id);
        object Upload(params byte[] bytes) =>
            new
            {
                path = new { project_id = account.ProjectId },
                body = new
                {
                    folder_id = account.Folder,
                    file_name = "by-an-agent.txt",
                    content = Convert.ToBase64String(bytes),
                },
            };

        var (result, first) = await client.RunAsync("autodesk_upload_file_in_project_folder", Upload(1, 2, 3));
        var (_, again) = await client.RunAsync("autodesk_upload_file_in_project_folder", Upload(1, 2, 3));
        var (_, changed) = await client.RunAsync("autodesk_upload_file_in_project_folder", Upload(1, 2, 4));

        Assert.True(result.IsError is not true, first.ToJsonString());
        Assert.Contains("earlier call", (string)again["note"]!, StringComparison.Ordinal);
        Assert.Null(changed["note"]);
    }

    [Fact]
    public async Task SearchMode_FindsReadsAndExecutes_EachByItsOwnTool()
    {
        var account = await fixture.LinkAsync();
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, $"/mcp/{account.Id}?tool-mode=search_execute");

        var (_, found) = await client.RunAsync("autodesk_search_actions", new { query = "list hubs" });
        var (_, hubs) = await client.RunAsync("autodesk_execute_read_action", new { action = "autodesk_list_hubs" });
        var (refused, why) = await client.RunAsync(
            "autodesk_execute_read_action",
            new { action = "autodesk_delete_bucket", path = new { bucket_key = "b" } }
        );
        var (_, plan) = await client.RunAsync("autodesk_plan_action", new { action = "autodesk_list_hubs" });
        var (_, state) = await client.RunAsync("autodesk_account_state", new { });

        Assert.Equal("autodesk_list_hubs", (string)found["data"]![0]!["id"]!);
        Assert.Equal(account.HubId, (string)hubs["data"]!["data"]![0]!["id"]!);
        Assert.Equal((true, "action_not_allowed"), (refused.IsError, (string)why["code"]!));
        Assert.Equal("autodesk_list_hubs", (string)plan["data"]!["action"]!);
        Assert.Equal("active", (string)state["data"]!["status"]!);
        Assert.Equal(5, (await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task SignedUrls_ComeOnlyWhenTheyAreAskedFor()
    {
        var account = await fixture.LinkAsync();
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, "/mcp/" + account.Id);
        var bucket = $"agent-{Guid.NewGuid():N}";
        await client.RunAsync("autodesk_create_bucket", new { body = new { bucketKey = bucket, policyKey = "transient" } });
        var path = new { bucketKey = bucket, objectKey = "plan.txt" };

        var (_, hidden) = await client.RunAsync("autodesk_get_signed_s3_upload_urls", new { path });
        var (_, given) = await client.RunAsync("autodesk_get_signed_s3_upload_urls", new { path, signed_urls = true });

        Assert.DoesNotContain("X-Amz-Signature", hidden.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("X-Amz-Signature", given.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitedKey_IsHeldToItsLimits_ThroughEveryDoor()
    {
        var account = await fixture.LinkAsync();
        var since = await LastAsync(account);
        var (key, _) = await fixture.Hub.MakeKeyAsync(
            "backend",
            actions: ["autodesk_list_hubs", "autodesk_delete_bucket"],
            ceiling: "read"
        );
        using var http = fixture.Hub.NewClient(key);
        await using var tools = await McpProbe.ConnectAsync(fixture.Hub, key, "/mcp/" + account.Id);
        await using var search = await McpProbe.ConnectAsync(fixture.Hub, key, $"/mcp/{account.Id}?tool-mode=search_execute");
        object Call(string action) => new { action, path = new { bucket_key = "b", hub_id = account.HubId } };

        foreach (var action in (string[])["autodesk_delete_bucket", "autodesk_list_projects"])
        {
            Assert.Equal("action_not_allowed", (await http.RpcAsync(account.Id, new { action })).Code);
            Assert.Equal("action_not_allowed", (string)(await tools.RunAsync(action, new { })).Json["code"]!);
            Assert.Equal("action_not_allowed", (string)(await search.RunAsync("autodesk_execute_action", Call(action))).Json["code"]!);
        }

        var upload = new
        {
            path = new { project_id = account.ProjectId },
            body = new
            {
                folder_id = account.Folder,
                file_name = "a.txt",
                content = "AAAA",
            },
        };
        Assert.Equal("action_not_allowed", (string)(await tools.RunAsync("autodesk_upload_file_in_project_folder", upload)).Json["code"]!);
        Assert.Equal(
            "action_not_allowed",
            (string)
                (await tools.RunAsync("autodesk_plan_action", new { action = "autodesk_list_projects" })).Json["data"]!["obstacle"]![
                    "code"
                ]!
        );
        foreach (var alias in (string[])["AUTODESK_LIST_PROJECTS", "autodesk_list_projects "])
            Assert.Contains(
                (string)(await search.RunAsync("autodesk_execute_action", Call(alias))).Json["code"]!,
                (string[])["unknown_action", "invalid_request"]
            );
        await Assert.ThrowsAsync<McpProtocolException>(() => search.RunAsync("autodesk_execute_action", Call("autodesk_list_projects\0"))); // No message of text.
        Assert.Equal(
            ["autodesk_list_hubs", "autodesk_plan_action", "autodesk_account_state"],
            (await tools.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(tool => tool.Name)
        );
        Assert.Empty((await search.RunAsync("autodesk_search_actions", new { query = "delete bucket" })).Json["data"]!.AsArray());
        Assert.Equal(HttpStatusCode.Forbidden, (await http.LinkAsync("c", "s", "a")).Status);
        Assert.Equal(HttpStatusCode.OK, (await http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" })).Status);
        Assert.Equal(
            ["GET /project/v1/hubs"],
            (await fixture.Emulator.JournalAsync(account.ClientId, since: since)).Select(sent => $"{sent.Method} {sent.Path}")
        );
    }

    [Fact]
    public async Task Search_NamesAWriteAWrite_AndSaysWhatToTry_WhenNothingIsFound()
    {
        var account = await fixture.LinkAsync();
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, $"/mcp/{account.Id}?tool-mode=search_execute");

        var (_, found) = await client.RunAsync("autodesk_search_actions", new { query = "signed url", top_k = 20 });
        var (_, nothing) = await client.RunAsync("autodesk_search_actions", new { query = "autodesk" });
        var (_, unknown) = await client.RunAsync("autodesk_execute_action", new { action = "autodesk_no_such_action" });

        var upload = found["data"]!.AsArray().Single(hit => (string)hit!["id"]! == "autodesk_get_signed_s3_upload_urls")!;
        Assert.Equal("write", (string)upload["safety"]!);
        Assert.Empty(nothing["data"]!.AsArray());
        Assert.Contains("list projects", (string)nothing["note"]!, StringComparison.Ordinal);
        Assert.Equal("unknown_action", (string)unknown["code"]!);
        Assert.Contains("autodesk_search_actions", (string)unknown["next_step"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("12345678901234567890")]
    [InlineData("true")]
    [InlineData("[1]")]
    public async Task IdThatIsNone_IsAnsweredInPlainWords(string id)
    {
        using var http = fixture.Hub.NewClient(ServerProcess.AdminKey);
        using var body = new StringContent($$"""{"jsonrpc":"2.0","id":{{id}},"method":"tools/list"}""", null, "application/json");

        using var answer = await http.PostAsync(new Uri("/mcp", UriKind.Relative), body, TestContext.Current.CancellationToken);

        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal(-32600, (int)error["code"]!);
        Assert.StartsWith("The message's id must be", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherContentType_IsToldOfJsonOnly()
    {
        using var http = fixture.Hub.NewClient(ServerProcess.AdminKey);
        using var body = new StringContent("{}", null, "text/plain");

        using var answer = await http.PostAsync(new Uri("/mcp", UriKind.Relative), body, TestContext.Current.CancellationToken);

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("application/json", text, StringComparison.Ordinal);
        Assert.DoesNotContain("multipart", text, StringComparison.Ordinal);
    }

    /// <summary>An action that counts as a write has a tool that runs it, also where the key has no other one.</summary>
    [Fact]
    public async Task KeyWhoseOnlyWriteGivesUrls_IsShownTheToolThatRunsIt()
    {
        var account = await fixture.LinkAsync();
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend", actions: ["autodesk_list_buckets", "autodesk_get_signed_s3_upload_urls"]);
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, key, $"/mcp/{account.Id}?tool-mode=search_execute");

        Assert.Contains(
            await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken),
            tool => tool.Name == "autodesk_execute_action"
        );
    }

    [Fact]
    public async Task ReadOnlyView_RunsNoWrite()
    {
        var account = await fixture.LinkAsync();
        var since = await LastAsync(account);
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, $"/mcp/{account.Id}?read-only=true");

        var (refused, why) = await client.RunAsync(
            "autodesk_create_bucket",
            new { body = new { bucketKey = "agent-read-only", policyKey = "transient" } }
        );

        Assert.Equal((true, "action_not_allowed"), (refused.IsError, (string)why["code"]!));
        Assert.Contains("connection is read-only", (string)why["message"]!, StringComparison.Ordinal);
        Assert.Contains("without read-only", (string)why["next_step"]!, StringComparison.Ordinal);
        var (_, plan) = await client.RunAsync(
            "autodesk_plan_action",
            new { action = "autodesk_create_bucket", body = new { bucketKey = "agent-read-only", policyKey = "transient" } }
        );
        Assert.Contains("connection is read-only", plan.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken),
            tool => tool.Name == "autodesk_create_bucket"
        );
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: since));
    }

    [Fact]
    public async Task WhatIsWrong_IsTold_AndNothingIsSent()
    {
        var account = await fixture.LinkAsync();
        var since = await LastAsync(account);
        using var stranger = await fixture.Hub.HoldKeyAsync("backend", owners: ["somebody-else"]);
        object Tool(string name, object? arguments = null) => new { name, arguments = arguments ?? new { } };
        async Task<JsonNode> ErrorAsync(string path, object call, string? id = null, HttpClient? http = null) =>
            (await (http ?? fixture.Http).PostAsync(path, "tools/call", call, id)).Body!["error"]!;

        Assert.Equal(-32602, (int)(await ErrorAsync("/mcp", Tool("autodesk_list_hubs")))["code"]!); // No account.
        Assert.Equal(-32602, (int)(await ErrorAsync("/mcp", Tool("autodesk_no_such"), account.Id))["code"]!);
        Assert.Equal(-32602, (int)(await ErrorAsync("/mcp?x-account-id=" + Nowhere, Tool("autodesk_list_hubs"), account.Id))["code"]!); // Two accounts.
        Assert.Equal(-32602, (int)(await ErrorAsync("/mcp?tool-mode=all", Tool("autodesk_list_hubs"), account.Id))["code"]!);
        var (foreign, unknown) = (
            await ErrorAsync("/mcp", Tool("autodesk_list_hubs"), account.Id, stranger),
            await ErrorAsync("/mcp", Tool("autodesk_list_hubs"), Nowhere, stranger)
        );
        Assert.Equal(unknown.ToJsonString().Replace(Nowhere, account.Id, StringComparison.Ordinal), foreign.ToJsonString());

        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, "/mcp/" + account.Id);
        foreach (
            var (arguments, field) in ((object, string)[])
                [
                    (new { path = new { project = "x" } }, "path.project"),
                    (new { project_id = "x" }, "project_id"),
                    (new { signed_urls = "yes" }, "signed_urls"),
                    (new { idempotency_key = "on-a-read" }, ""),
                    (new { headers = new Dictionary<string, string> { ["x-account-id"] = Nowhere } }, "headers.x-account-id"),
                ]
        )
        {
            var (result, json) = await client.RunAsync("autodesk_list_top_folders", arguments);
            Assert.True(result.IsError);
            Assert.Contains(field, json.ToJsonString(), StringComparison.Ordinal);
        }

        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: since));
    }

    [Fact]
    public async Task Protocol_HasItsOwnErrors()
    {
        var http = fixture.Http;
        var newest = ("MCP-Protocol-Version", "2026-07-28");
        var meta = new Dictionary<string, object> { ["io.modelcontextprotocol/protocolVersion"] = "2026-07-28" };

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.SendAsync(HttpMethod.Get, "/mcp")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.SendAsync(HttpMethod.Delete, "/mcp")).Status);
        using var nobody = new HttpClient(new SocketsHttpHandler()) { BaseAddress = fixture.Hub.Address };
        Assert.Equal("unauthenticated", (await nobody.PostAsync("/mcp", "tools/list")).Code);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await http.PostAsync("/mcp", "tools/list", headers: ("Origin", "https://evil.example"))).Status
        );
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/mcp", "tools/list", headers: ("Origin", "http://localhost:5173"))).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await http.SendAsync(HttpMethod.Post, "/mcp", "[]", headers: ("Accept", "application/json"))).Status
        );
        var version = await http.PostAsync("/mcp", "tools/list", headers: ("MCP-Protocol-Version", "1999-01-01"));
        Assert.Equal((HttpStatusCode.BadRequest, -32022), (version.Status, (int)version.Body!["error"]!["code"]!));
        var mismatch = await http.PostAsync("/mcp", "tools/list", new { _meta = meta }, null, newest, ("Mcp-Method", "tools/call"));
        Assert.Equal((HttpStatusCode.BadRequest, -32020), (mismatch.Status, (int)mismatch.Body!["error"]!["code"]!));
        var large = await http.SendAsync(HttpMethod.Post, "/mcp", new string(' ', 1_100_000), headers: ("Accept", "application/json"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.Status);
        Assert.Contains("body.content may have 700 KB", (string?)large.Body!["error"]!["message"], StringComparison.Ordinal);
    }

    /// <summary>Proxies decide by the headers, and the message is what is carried out: whatever revision is spoken, both say the
    /// same.</summary>
    [Theory]
    [InlineData(null, "Mcp-Name", "autodesk_list_hubs", "")]
    [InlineData("", "Mcp-Name", "autodesk_list_hubs", "")]
    [InlineData("2025-11-25", "Mcp-Name", "autodesk_list_hubs", "")]
    [InlineData("2025-11-25", "Mcp-Method", "tools/list", "")]
    [InlineData("2025-11-25", "Mcp-Name", "=?base64?YXV0b2Rlc2tfbGlzdF9odWJz?=", "")]
    [InlineData(null, null, null, "2026-07-28")]
    [InlineData("", null, null, "2026-07-28")]
    [InlineData("2025-11-25", null, null, "2026-07-28")]
    public async Task HeadersThatSayAnotherThing_AreRefused_WhateverTheRevision(string? version, string? header, string? says, string meta)
    {
        var account = await fixture.LinkAsync();
        var since = await LastAsync(account);
        List<(string, string)> headers = [];
        if (version is not null)
            headers.Add(("MCP-Protocol-Version", version));
        if (header is not null)
            headers.Add((header, says!));
        var parameters = new Dictionary<string, object>
        {
            ["name"] = "autodesk_create_bucket",
            ["arguments"] = new { body = new { bucketKey = $"agent-{Guid.NewGuid():N}", policyKey = "transient" } },
        };
        if (meta.Length > 0)
            parameters["_meta"] = new Dictionary<string, object> { ["io.modelcontextprotocol/protocolVersion"] = meta };

        var answer = await fixture.Http.PostAsync("/mcp/" + account.Id, "tools/call", parameters, null, [.. headers]);

        Assert.Equal((HttpStatusCode.BadRequest, -32020), (answer.Status, (int?)answer.Body!["error"]!["code"]));
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: since));
    }

    [Theory]
    [InlineData("tools/call", "autodesk_account_state")]
    [InlineData("tools/call", "=?base64?YXV0b2Rlc2tfYWNjb3VudF9zdGF0ZQ==?=")]
    public async Task HeadersThatSayTheSame_AreNoFault_OfAnOlderClient(string method, string name)
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.PostAsync(
            "/mcp/" + account.Id,
            "tools/call",
            new { name = "autodesk_account_state", arguments = new { } },
            null,
            ("Mcp-Method", method),
            ("Mcp-Name", name)
        );

        Assert.NotNull(answer.Body!["result"]);
    }

    /// <summary>A browser asks before it sends, and gives a page no answer that the server does not give it.</summary>
    [Fact]
    public async Task BrowserOfAnAllowedPage_MaySendAndRead_AndNoOther()
    {
        using var nobody = new HttpClient(new SocketsHttpHandler()) { BaseAddress = fixture.Hub.Address };
        const string Page = "http://localhost:5173";
        async Task<ApiAnswer> AskAsync(string origin) =>
            await nobody.SendAsync(
                HttpMethod.Options,
                "/mcp",
                headers:
                [
                    ("Origin", origin),
                    ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "authorization,content-type,mcp-protocol-version,mcp-method,mcp-name,x-account-id"),
                ]
            );

        var allowed = await AskAsync(Page);
        var foreign = await AskAsync("https://evil.example");
        var listed = await fixture.Http.PostAsync("/mcp", "tools/list", headers: ("Origin", Page));
        var refused = await nobody.PostAsync("/mcp", "tools/list", headers: ("Origin", Page));
        var elsewhere = await fixture.Http.SendAsync(HttpMethod.Get, "/accounts", headers: ("Origin", Page));

        Assert.Equal(HttpStatusCode.NoContent, allowed.Status);
        Assert.Equal(Page, allowed.Headers["access-control-allow-origin"]);
        Assert.Contains("mcp-name", allowed.Headers["access-control-allow-headers"], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.Status);
        Assert.False(foreign.Headers.ContainsKey("access-control-allow-origin"));
        Assert.Equal(Page, listed.Headers["access-control-allow-origin"]);
        Assert.Equal((HttpStatusCode.Unauthorized, Page), (refused.Status, refused.Headers["access-control-allow-origin"]));
        Assert.False(elsewhere.Headers.ContainsKey("access-control-allow-origin"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await nobody.SendAsync(HttpMethod.Options, "/mcp")).Status);
    }

    /// <summary>A client that reads JSON-RPC reads what is wrong, too.</summary>
    [Theory]
    [InlineData("application/json", "{bad", 400, -32700)]
    [InlineData("application/json", "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"method\":\"b\"}", 400, -32600)]
    [InlineData("application/json", "{\"jsonrpc\":\"2.0\",\"method\":\"a\\u0000\"}", 400, -32600)]
    [InlineData("application/json", "[]", 400, -32600)]
    [InlineData("text/plain", "{}", 415, -32600)]
    public async Task MessageThatCannotBeRead_IsAnsweredInTheProtocolsForm(string contentType, string body, int status, int code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/mcp", UriKind.Relative))
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, contentType),
        };
        using var answer = await fixture.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal((status, code), ((int)answer.StatusCode, (int?)JsonNode.Parse(text)!["error"]?["code"]));
        Assert.Equal("2.0", (string?)JsonNode.Parse(text)!["jsonrpc"]);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2099-01-01")]
    [InlineData("x")]
    public async Task InitializeWithARevisionThatIsNotServed_IsOfferedOneThatIs(string asked)
    {
        var answer = await fixture.Http.PostAsync(
            "/mcp",
            "initialize",
            new
            {
                protocolVersion = asked,
                capabilities = new { },
                clientInfo = new { name = "a", version = "1" },
            }
        );
        var wrong = await fixture.Http.PostAsync("/mcp", "tools/list", headers: ("MCP-Protocol-Version", asked + "0"));

        Assert.True((string?)answer.Body!["result"]?["protocolVersion"] == "2025-11-25", answer.Body.ToJsonString());
        foreach (var served in (string[])["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
            Assert.Contains(served, (string?)wrong.Body!["error"]!["message"], StringComparison.Ordinal);
    }

    /// <summary>There are two ways to an answer, and no difference between them: who takes an event stream only is answered by the
    /// library.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("2025-06-18")]
    [InlineData("2026-07-28")]
    public async Task DirectAnswer_IsTheLibrarys(string version)
    {
        var account = await fixture.LinkAsync();
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend", approval: "destructive");
        using var http = fixture.Hub.NewClient(key);
        var meta =
            version == "2026-07-28"
                ? ""","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"by hand","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{"url":{}}}}"""
                : "";
        string Call(string name, string arguments) => $$"""tools/call {"name":"{{name}}","arguments":{{arguments}}{{meta}}}""";
        string[] messages =
        [
            "tools/list {" + meta.TrimStart(',') + "}",
            Call("autodesk_list_hubs", "{}"),
            $$"""tools/call {"name":"autodesk_list_hubs"{{meta}}}""",
            Call("autodesk_list_hubs", "null"),
            Call("autodesk_list_top_folders", """{"path":{"project":"\"x\u00e9<>&"}}"""),
            Call("autodesk_list_top_folders", """{"project_id":1}"""),
            Call("autodesk_delete_bucket", """{"path":{"bucketKey":"no-such-bucket"}}"""), // Needs a person, who is asked for where the client can ask.
            Call("autodesk_plan_action", """{"action":"autodesk_no_such"}"""),
            Call("autodesk_plan_action", "{}"),
            Call("autodesk_no_such", "{}"),
            Call("autodesk_search_actions", """{"query":"hubs"}"""),
        ];

        foreach (var view in (string[])["", "?tool-mode=search_execute", "?read-only=true", "?tool-mode=wrong"])
        {
            foreach (var message in messages)
            {
                var direct = await AnswerAsync("application/json, text/event-stream", "/mcp/" + account.Id + view, message);
                var library = await AnswerAsync("text/event-stream", "/mcp/" + account.Id + view, message);
                Assert.Equal(("application/json", "text/event-stream"), (direct.Type, library.Type));
                Assert.True(
                    JsonNode.DeepEquals(direct.Message, library.Message),
                    $"{view} {message}:\n{End(direct.Message)}\n{End(library.Message)}"
                );
            }
        }

        static string End(JsonNode message) => message.ToJsonString() is { Length: > 400 } text ? text[^400..] : message.ToJsonString();

        async Task<(string Type, JsonNode Message)> AnswerAsync(string accept, string address, string message)
        {
            var (method, parameters) = (message.Split(' ')[0], message[(message.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, UriKind.Relative))
            {
                Content = new StringContent(
                    $$"""{"jsonrpc":"2.0","id":"a\"b","method":"{{method}}","params":{{parameters}}}""",
                    new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")
                ),
            };
            request.Headers.Add("Accept", accept);
            if (version.Length > 0)
                request.Headers.Add("MCP-Protocol-Version", version);
            request.Headers.Add("Mcp-Method", method);
            if ((string?)JsonNode.Parse(parameters)!["name"] is { } name)
                request.Headers.Add("Mcp-Name", name);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var type = answer.Content.Headers.ContentType!.MediaType!;
            text = text.Replace("within 59 minutes", "within 60 minutes", StringComparison.Ordinal); // The first of two asks a moment earlier.
            var json = JsonNode.Parse(type == "text/event-stream" ? text[(text.IndexOf("data: ", StringComparison.Ordinal) + 6)..] : text)!;
            (json["result"] as JsonObject)?.Remove("requestState"); // Sealed anew each time.
            return (type, json);
        }
    }

    [Fact]
    public async Task BodyOfAStranger_IsNotRead_AndAMemberThatStandsTwiceIsRefused()
    {
        var account = await fixture.LinkAsync();
        var since = await LastAsync(account);
        using var nobody = new HttpClient(new SocketsHttpHandler()) { BaseAddress = fixture.Hub.Address };
        const string Twice =
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"autodesk_list_hubs","name":"autodesk_delete_bucket"}}""";

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(nobody, new string(' ', 1_100_000))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(fixture.Http, Twice)).Status);
        Assert.Contains(
            "given twice",
            (string?)(await PostAsync(fixture.Http, Twice)).Body!["error"]!["message"],
            StringComparison.Ordinal
        );
        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: since));

        Task<ApiAnswer> PostAsync(HttpClient http, string body) =>
            http.SendAsync(HttpMethod.Post, "/mcp/" + account.Id, body, headers: ("Accept", "application/json"));
    }

    /// <summary>What comes back in the answer, and what the library cannot read, is refused before it sees it.</summary>
    [Theory]
    [InlineData("application/json", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"@\"}")]
    [InlineData("application/json", "{\"jsonrpc\":\"2.0\",\"id\":\"@\",\"method\":\"tools/list\"}")]
    [InlineData("application/json", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"@\"}}")]
    [InlineData("application/json; charset=utf-7", "{}")]
    [InlineData("application/json; charset=bogus", "{}")]
    [InlineData("application/json; charset=\"", "{}")]
    public async Task LongWordsAndOddAlphabets_AreRefusedBriefly(string contentType, string message)
    {
        using var content = new ByteArrayContent(
            System.Text.Encoding.UTF8.GetBytes(message.Replace("@", new string('m', 500_000), StringComparison.Ordinal))
        );
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/mcp", UriKind.Relative)) { Content = content };
        request.Headers.Add("Accept", "application/json");

        using var answer = await fixture.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.InRange((int)answer.StatusCode, 400, 499);
        Assert.True((await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Length < 2_000);
    }

    [Fact]
    public async Task SlowCall_TellsItsProgress_WhenItIsAsked()
    {
        var account = await fixture.LinkAsync();
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, "/mcp/" + account.Id);
        await client.RunAsync("autodesk_get_hub", new { }); // So that the token is there.
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/project/v1/hubs/" + account.HubId },
                kind = "latency",
                delay_ms = 2_500,
                times = 1,
            }
        );
        var told = new List<string?>();

        var result = await client.CallToolAsync(
            "autodesk_get_hub",
            progress: new Told(told),
            cancellationToken: TestContext.Current.CancellationToken
        );

        Assert.NotEqual(true, result.IsError);
        Assert.Contains("autodesk_get_hub: autodesk", told);
    }

    [Fact]
    public async Task CallLog_SaysThatAnAgentCalled_AndWhich()
    {
        var account = await fixture.LinkAsync();
        await using var client = await McpProbe.ConnectAsync(
            fixture.Hub,
            null,
            "/mcp/" + account.Id,
            new()
            {
                ClientInfo = new() { Name = "test agent", Version = "1" },
            }
        );
        await client.RunAsync("autodesk_list_hubs", new { });

        JsonNode? record = null;
        await Until.TrueAsync(
            async () =>
                (
                    record = (await fixture.Http.SendAsync(HttpMethod.Get, $"/requests/logs?account_ids={account.Id}")).Body!["data"]!
                        .AsArray()
                        .FirstOrDefault()
                )
                    is not null,
            "the call is in the log"
        );

        Assert.Equal(("mcp", "test agent"), ((string)record!["via"]!, (string)record["client"]!));
    }

    /// <summary>What a search finds is what the list shows: an agent that runs the rest is only refused.</summary>
    [Fact]
    public async Task Search_FindsWhatTheProfileEnables_AndNothingElse()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var profile = $"agents-{Guid.NewGuid():N}";
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "p",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = new[] { "autodesk_list_hubs", "autodesk_get_hub" },
            }
        );
        var account = (string)
            (await fixture.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!, profile: profile)).Body!["id"]!;
        await using var client = await McpProbe.ConnectAsync(fixture.Hub, null, $"/mcp/{account}?tool-mode=search_execute");

        var (_, found) = await client.RunAsync("autodesk_search_actions", new { query = "list hubs and buckets and folders", top_k = 51 });
        var http = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/search", new { query = "list hubs and buckets" }, account);
        var nobodys = await fixture.Http.SendAsync(HttpMethod.Post, "/actions/search", new { query = "list hubs" }, Nowhere);

        Assert.Equal(["autodesk_list_hubs", "autodesk_get_hub"], found["data"]!.AsArray().Select(action => (string?)action!["id"]));
        Assert.Equal(["autodesk_list_hubs", "autodesk_get_hub"], http.Body!["results"]!.AsArray().Select(action => (string?)action!["id"]));
        Assert.Equal(HttpStatusCode.NotFound, nobodys.Status);
    }

    [Fact]
    public async Task SearchOverHttp_HasWhatBothOfStackOnesReadersWant()
    {
        var found = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/actions/search",
            new
            {
                query = "list hubs",
                connector = "autodesk",
                top_k = 3,
            }
        );

        Assert.Equal(3, found.Body!["results"]!.AsArray().Count);
        var best = found.Body["results"]![0]!;
        Assert.Equal(
            ("autodesk_list_hubs", "autodesk_list_hubs", "autodesk"),
            ((string)best["id"]!, (string)best["action_name"]!, (string)best["connector_key"]!)
        );
        Assert.InRange((double)best["similarity_score"]!, 0.5, 1);
        Assert.Empty(
            (await fixture.Http.SendAsync(HttpMethod.Post, "/actions/search", new { query = "hubs", connector = "other" })).Body![
                "results"
            ]!.AsArray()
        );
        Assert.Equal("invalid_input", (await fixture.Http.SendAsync(HttpMethod.Post, "/actions/search", new { query = "" })).Code);
    }

    private async Task<long> LastAsync(Linked account) =>
        (await fixture.Emulator.JournalAsync(account.ClientId)).Select(record => record.Seq).DefaultIfEmpty().Max();

    private sealed class Told(List<string?> messages) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => messages.Add(value.Message);
    }
}
