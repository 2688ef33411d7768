using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Server.Mcp;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Calls;

/// <summary>The call log on the wire.</summary>
public sealed class CallLogTests(ServerFixture fixture)
{
    [Fact]
    public async Task Call_IsLoggedWithItsSteps_InStackOnesShape()
    {
        var account = await fixture.LinkAsync();
        const string TraceId = "3af7651916cd43dd8448eb211c80319c";

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_list_buckets" },
            ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01")
        );

        var record = await LoggedAsync(fixture.Http, answer);
        Assert.Equal(
            (account.Id, "autodesk_list_buckets", "GET", "/oss/v2/buckets", 200, true, "autodesk", "OSS", "owner-1", TraceId, "succeeded"),
            (
                (string)record["account_id"]!,
                (string)record["action"]!,
                (string)record["http_method"]!,
                (string)record["path"]!,
                (int)record["status"]!,
                (bool)record["success"]!,
                (string)record["provider"]!,
                (string)record["service"]!,
                (string)record["origin_owner_id"]!,
                (string)record["trace_id"]!,
                (string)record["outcome"]!
            )
        );
        Assert.Equal(("API_KEY", "key:bootstrap"), ((string)record["source_type"]!, (string)record["source_id"]!));
        Assert.True((DateTimeOffset)record["start_time"]! <= (DateTimeOffset)record["end_time"]!);

        var seen = Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId), request => request.Path == "/oss/v2/buckets");
        var request = Assert.Single(Steps(record, "request"));
        Assert.Equal(
            ("GET", seen.Path, seen.Status, Encoding.UTF8.GetByteCount(seen.ResponseBody!)),
            ((string)request["http_method"]!, (string)request["path"]!, (int)request["status"]!, (int)request["response_bytes"]!)
        );
        Assert.Single(Steps(record, "token"));
    }

    [Fact]
    public async Task RepeatsAndWaits_AreStepsInTheirOrder()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}/projects" },
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "1" },
                times = 1,
            }
        );

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_projects" });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var record = await LoggedAsync(fixture.Http, answer);
        Assert.Equal([429, 200], Steps(record, "request").Select(step => (int)step["status"]!));
        Assert.Equal("/project/v1/hubs/{hub_id}/projects", (string?)Steps(record, "request")[0]["path"]);
        var wait = Steps(record, "quota")[^1];
        Assert.True((double)wait["duration"]! >= 900, record.ToJsonString()); // Autodesk's Retry-After.
        Assert.True((DateTimeOffset)Steps(record, "request")[0]["end_time"]! <= (DateTimeOffset)wait["start_time"]!);
    }

    [Fact]
    public async Task CallThatWasRefusedBeforeItWasSent_IsLoggedToo()
    {
        var account = await fixture.LinkAsync();
        await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/suspend");

        var suspended = await LoggedAsync(fixture.Http, await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" }));
        var unknown = await LoggedAsync(fixture.Http, await fixture.Http.RpcAsync(account.Id, new { action = "no_such_action" }));
        var nobody = await LoggedAsync(
            fixture.Http,
            await fixture.Http.RpcAsync("acc_00000000000000000000000000", new { action = "autodesk_list_hubs" })
        );

        Assert.Equal((403, "account_suspended"), ((int)suspended["status"]!, (string)suspended["outcome"]!));
        Assert.Equal(
            (404, "unknown_action", "unknown"),
            ((int)unknown["status"]!, (string)unknown["outcome"]!, (string)unknown["action"]!)
        );
        Assert.Equal(
            (404, "account_not_found", null),
            ((int)nobody["status"]!, (string)nobody["outcome"]!, (string?)nobody["origin_owner_id"])
        );
        Assert.All([suspended, unknown, nobody], record => Assert.Empty(Steps(record, "request")));
    }

    [Fact]
    public async Task LostWrite_TellsTheRequestTheLookAndWhereTheAnswerCameFrom()
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = "/oss/v2/buckets" },
                kind = "lost_answer",
                client_id = account.ClientId,
                times = 1,
            }
        );
        var bucket = new
        {
            action = "autodesk_create_bucket",
            body = new { bucketKey = "bucket" + Guid.NewGuid().ToString("N"), policyKey = "transient" },
        };

        var found = await LoggedAsync(fixture.Http, await fixture.Http.RpcAsync(account.Id, bucket, ("Idempotency-Key", "k")));
        var replayed = await LoggedAsync(fixture.Http, await fixture.Http.RpcAsync(account.Id, bucket, ("Idempotency-Key", "k")));

        Assert.Equal("read_back", (string?)found["answer_origin"]);
        Assert.Equal(["lost", "ok"], Steps(found, "request").Select(step => (string?)step["outcome"]));
        Assert.Equal("autodesk_get_bucket_details", (string?)Steps(found, "request")[1]["action"]);
        Assert.Equal("found", (string?)Assert.Single(Steps(found, "read_back"))["outcome"]);
        Assert.Equal("replay", (string?)replayed["answer_origin"]);
        Assert.Empty(Steps(replayed, "request"));
    }

    [Fact]
    public async Task Upload_IsFoundUnderItsOwnName_WithItsSteps()
    {
        var account = await fixture.LinkAsync();
        var upload = new
        {
            action = "autodesk_upload_file_in_project_folder",
            path = new { project_id = account.ProjectId },
            body = new
            {
                folder_id = account.Folder,
                file_name = "plan.txt",
                content = Convert.ToBase64String("planted-content"u8),
            },
        };
        var made = await fixture.Http.RpcAsync(account.Id, upload);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        var whole = await LoggedAsync(fixture.Http, made);
        await LoggedAsync(fixture.Http, await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" })); // In order: what was before it is there.

        var listed = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"/requests/logs?account_ids={account.Id}&actions=autodesk_upload_file_in_project_folder&order_direction=asc"
        );

        Assert.Equal(
            [
                upload.action,
                "autodesk_create_storage",
                "autodesk_get_signed_s3_upload_urls",
                "autodesk_signed_s3_upload",
                "autodesk_create_item",
            ],
            listed.Body!["data"]!.AsArray().Select(record => (string?)record!["action"])
        );
        Assert.Equal(
            (upload.action, "owner-1", "succeeded", 201, null),
            (
                (string?)whole["action"],
                (string?)whole["origin_owner_id"],
                (string?)whole["outcome"],
                (int)whole["provider_status"]!,
                (string?)whole["part_of"]
            )
        );
        Assert.All(listed.Body["data"]!.AsArray().Skip(1), step => Assert.Equal(upload.action, (string?)step!["part_of"]));
    }

    /// <summary>Whatever becomes of a call that carries a file: by HTTP as JSON and as multipart, by MCP, as an upload of its own.</summary>
    [Fact]
    public async Task CallWithAFile_ThatIsNotSent_HasExactlyOneRecord()
    {
        var account = await fixture.LinkAsync();
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend", approval: "writes");
        using var agent = fixture.Hub.NewClient(key);
        await using var tools = await McpProbe.ConnectAsync(fixture.Hub, key, "/mcp/" + account.Id);
        await using var search = await McpProbe.ConnectAsync(fixture.Hub, key, $"/mcp/{account.Id}?tool-mode=search_execute");
        const string Upload = "autodesk_upload_file_in_project_folder";
        const string Transfer = "autodesk_upload_binary_to_signed_s3_url";
        var path = new { project_id = account.ProjectId };
        var (file, bare) = (
            new
            {
                folder_id = account.Folder,
                file_name = "a.txt",
                content = "AAAA",
            },
            new { folder_id = account.Folder, file_name = "a.txt" }
        );
        using var form = new MultipartFormDataContent
        {
            {
                new StringContent(
                    JsonSerializer.Serialize(
                        new
                        {
                            action = Upload,
                            path,
                            body = bare,
                        }
                    )
                ),
                "request"
            },
            { new ByteArrayContent([1, 2, 3]), "content", "a.txt" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/actions/rpc", UriKind.Relative)) { Content = form };
        request.Headers.Add("x-account-id", account.Id);

        await agent.RpcAsync(
            account.Id,
            new
            {
                action = Upload,
                path,
                body = file,
            }
        );
        using var multipart = await agent.SendAsync(request, TestContext.Current.CancellationToken);
        await tools.RunAsync(Upload, new { path, body = file });
        await agent.SendAsync(
            HttpMethod.Post,
            "/files/uploads",
            new
            {
                project_id = account.ProjectId,
                bare.folder_id,
                bare.file_name,
                size = 3,
            },
            account.Id
        );
        await fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action = Upload,
                path,
                body = bare,
            }
        ); // Without a file.
        await fixture.Http.RpcAsync(account.Id, new { action = Transfer, path = new { url = "https://example.com/x" } });
        await search.RunAsync(
            "autodesk_execute_read_action",
            new
            {
                action = Upload,
                path,
                body = file,
            }
        );

        Assert.Equal(HttpStatusCode.Accepted, multipart.StatusCode);
        await LoggedAsync(fixture.Http, await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" }));
        var listed = await fixture.Http.SendAsync(
            HttpMethod.Get,
            $"/requests/logs?account_ids={account.Id}&actions={Upload},{Transfer}&order_direction=asc"
        );
        Assert.Equal(
            [
                (Upload, "approval_required", null),
                (Upload, "approval_required", null),
                (Upload, "approval_required", "mcp"),
                (Upload, "approval_required", null),
                (Upload, "invalid_request", null),
                (Transfer, "invalid_request", null),
                (Upload, "action_not_allowed", "mcp"),
            ],
            listed.Body!["data"]!
                .AsArray()
                .Select(record => ((string)record!["action"]!, (string)record["outcome"]!, (string?)record["via"]))
        );
    }

    [Fact]
    public async Task Filters_ComeFlatOrInBrackets_AndPagesAreWalkedByTheCursor()
    {
        var account = await fixture.LinkAsync();
        var start = TimeProvider.System.GetUtcNow();
        foreach (var action in Enumerable.Repeat("autodesk_list_hubs", 3))
            await fixture.Http.RpcAsync(account.Id, new { action });
        await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_get_bucket_details", path = new { bucketKey = "no-such-bucket" } }
        );
        await LoggedAsync(fixture.Http, await fixture.Http.RpcAsync(account.Id, new { action = "nonsense" }));

        foreach (
            var (filter, expected) in new[]
            {
                ("actions=autodesk_list_hubs", 3),
                ("filter%5Bactions%5D=autodesk_list_hubs", 3),
                ("success=true", 3),
                ("filter%5Bsuccess%5D=false", 2),
                ("status_codes=404", 2),
                ("status_codes=200,404", 5),
                ("status_codes=429", 0),
                ("http_methods=get", 4),
                ("services=OSS", 1),
                ("providers=autodesk", 5),
                ("providers=dropbox", 0),
                ("source_types=API_KEY", 5),
                ("source_types=DASHBOARD", 0),
                ("source_ids=key:bootstrap", 5),
                ("source_types=USER", 0),
                ("resources=employees", 0),
                ("outcomes=unknown_action", 1),
                ("start_date=2999-01-01T00:00:00Z", 0),
                ("end_date=2000-01-01T00:00:00Z", 0),
                ($"filter%5Bstart_date%5D={Uri.EscapeDataString(start.ToString("O"))}", 5),
            }
        )
        {
            var listed = await fixture.Http.SendAsync(HttpMethod.Get, $"/requests/logs?account_ids={account.Id}&{filter}");
            Assert.True(expected == listed.Body!["data"]?.AsArray().Count, $"{filter}: {listed.Body}");
        }

        var all = (await fixture.Http.SendAsync(HttpMethod.Get, $"/requests/logs?account_ids={account.Id}")).Body!["data"]!.AsArray();
        Assert.All(all, record => Assert.Null(record!["step_requests"]));
        foreach (var order in new[] { "order_by=eventDatetime", "filter%5Border_by%5D=duration", "order_by=status&order_direction=asc" })
        {
            var ids = new List<string>();
            string? next = null;
            do
            {
                var page = await fixture.Http.SendAsync(
                    HttpMethod.Get,
                    $"/requests/logs?account_ids={account.Id}&page_size=2&{order}{(next is null ? "" : "&next=" + next)}"
                );
                ids.AddRange(page.Body!["data"]!.AsArray().Select(record => (string)record!["request_id"]!));
                next = page.Text("next");
            } while (!string.IsNullOrEmpty(next));
            Assert.Equal(all.Select(record => (string)record!["request_id"]!).Order(), ids.Order());
        }
    }

    [Theory]
    [InlineData("colour=red", "colour")]
    [InlineData("filter%5Bcolour%5D=red", "filter[colour]")]
    [InlineData("success=maybe", "success")]
    [InlineData("page_size=101", "page_size")]
    [InlineData("page_size=x", "page_size")]
    [InlineData("next=%F0", "address")]
    [InlineData("next=AAAA", "next")]
    [InlineData("start_date=yesterday", "start_date")]
    [InlineData("order_by=colour", "order_by")]
    [InlineData("order_direction=up", "order_direction")]
    [InlineData("status_codes=2xx", "status_codes")]
    public async Task BadQuery_IsRefusedWithItsName(string query, string name)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Get, "/requests/logs?" + query);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_input"), (answer.Status, answer.Code));
        Assert.Equal(name, (string?)answer.Body!["errors"]![0]!["field"]);
    }

    [Theory]
    [InlineData("/requests/logs/00000000-0000-7000-8000-000000000000")]
    [InlineData("/requests/logs/nonsense")]
    public async Task UnknownRecord_IsNotFound(string path)
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Get, path);

        Assert.Equal((HttpStatusCode.NotFound, "call_not_found"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Log_NeedsAKey_AndSaysWhatItDropped()
    {
        using var nobody = fixture.Hub.NewClient(null);

        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.SendAsync(HttpMethod.Get, "/requests/logs")).Status);
        Assert.Equal("0", (await fixture.Http.SendAsync(HttpMethod.Get, "/requests/logs")).Headers["x-call-log-dropped"]);
    }

    [Fact]
    public async Task PlantedSecretsAndValues_AreNotInTheLog_NorInTheDatabase()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var account = (await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
        await hub.Http.RpcAsync(account, new { action = "planted-in-the-action" });
        await hub.Http.RpcAsync(account, new { action = "autodesk_list_buckets", query = new { startAt = "planted-in-the-query" } });
        await hub.Http.RpcAsync(
            account,
            new { action = "autodesk_get_folder", path = new { project_id = "planted-in-the-path", folder_id = "planted-in-the-path" } }
        );
        var project = emulated["projects"]![0]!;
        var last = await hub.Http.RpcAsync(
            account,
            new
            {
                action = "autodesk_create_folder",
                path = new { project_id = (string)project["id"]! },
                body = new
                {
                    jsonapi = new { version = "1.0" },
                    data = new
                    {
                        type = "folders",
                        attributes = new
                        {
                            name = "planted-in-the-body",
                            extension = new { type = "folders:autodesk.bim360:Folder", version = "1.0" },
                        },
                        relationships = new
                        {
                            parent = new { data = new { type = "folders", id = (string)project["folders"]![0]!["id"]! } },
                        },
                    },
                },
            }
        );
        Assert.Equal(HttpStatusCode.OK, last.Status);

        // A stop that is asked for writes what waits; the record is there after the next start.
        await hub.TerminateAsync();
        await hub.StartAgainAsync();
        await LoggedAsync(hub.Http, last);

        var page = await hub.Http.SendAsync(HttpMethod.Get, "/requests/logs?include=step_logs&page_size=100");
        var found = page.Body!.ToJsonString();
        Assert.Equal(4, page.Body!["data"]!.AsArray().Count);
        await hub.KillAsync();
        var files = Directory
            .EnumerateFiles(hub.DataDirectory, "tenanthub.db*")
            .Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file)))
            .ToList();
        Assert.Contains(files, file => file.Contains(account, StringComparison.Ordinal)); // The search does find what is there.
        foreach (var planted in new[] { secret, ".emulated", ServerProcess.AdminKey, "planted-in-" })
        {
            Assert.DoesNotContain(planted, found, StringComparison.Ordinal);
            Assert.DoesNotContain(files, file => file.Contains(planted, StringComparison.Ordinal));
        }
    }

    /// <summary>What the caller was told is there for who looks later; what the caller gave is not.</summary>
    [Theory]
    [InlineData("""{"bucketKey": "ZZ-SECRET", "policyKey": "transient"}""")]
    [InlineData("""{"bucketKey": "planted", "policyKey": "planted-policy", "planted_name": 1}""")]
    public async Task FailedCall_KeepsItsErrorsTextAndFields_WithoutWhatWasGiven(string body)
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_create_bucket", body = JsonNode.Parse(body) });

        var error = (await LoggedAsync(fixture.Http, answer))["error"]!;
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            answer.Body!["errors"]!.AsArray().Select(fault => (string)fault!["field"]!),
            error["errors"]!.AsArray().Select(fault => (string)fault!["field"]!)
        );
        Assert.NotEmpty((string)error["detail"]!);
        Assert.DoesNotContain("ZZ-SECRET", error.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("planted-policy", error.ToJsonString(), StringComparison.Ordinal);
    }

    private static Task<JsonNode> LoggedAsync(HttpClient hub, ApiAnswer answer) => CallLog.FindAsync(hub, answer.Headers["x-request-id"]);

    private static List<JsonNode> Steps(JsonNode record, string kind) =>
        [.. record["step_requests"]!.AsArray().Where(step => (string?)step!["kind"] == kind).Select(step => step!)];
}
