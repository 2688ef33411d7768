using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using ModelContextProtocol.Protocol;
using TenantHub.Server.Actions;
using TenantHub.Server.Mcp;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Approvals;

/// <summary>Calls that a person has to approve: what waits is not sent, what is approved takes effect once, and nothing else passes with
/// it.</summary>
public sealed class ApprovalTests(ServerFixture fixture)
{
    [Fact]
    public async Task ApprovedCall_TakesEffectOnce_HoweverOftenItIsSent()
    {
        var (account, agent, since) = await ArrangeAsync("writes");
        var call = Bucket();

        var waits = await agent.RpcAsync(account.Id, call);
        var again = await agent.RpcAsync(account.Id, call);
        var approval = waits.Headers["location"];
        Assert.Equal((HttpStatusCode.Accepted, "approval_required"), (waits.Status, waits.Code));
        Assert.Equal(approval, again.Headers["location"]);
        Assert.Equal("pending", (await agent.SendAsync(HttpMethod.Get, approval)).Text("status"));
        Assert.Empty(await WritesAsync(account, since));

        Assert.Equal("approved", (await fixture.Http.SendAsync(HttpMethod.Post, approval + "/approve")).Text("status"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => agent.RpcAsync(account.Id, call)));
        var last = await agent.RpcAsync(account.Id, call);

        Assert.True(last.Status == HttpStatusCode.OK, last.Body?.ToJsonString());
        Assert.Equal("replay", last.Headers["x-answer-origin"]);
        Assert.All(answers, answer => Assert.Contains(answer.Status, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Conflict]));
        Assert.Single(await WritesAsync(account, since));
        Assert.Equal("used", (await agent.SendAsync(HttpMethod.Get, approval)).Text("status"));
    }

    [Fact]
    public async Task Approval_IsForNothingElse()
    {
        var (account, agent, since) = await ArrangeAsync("writes");
        using var other = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var neighbour = await fixture.LinkAsync();
        var call = Bucket();
        var approval = (await agent.RpcAsync(account.Id, call)).Headers["location"];
        await fixture.Http.SendAsync(HttpMethod.Post, approval + "/approve");

        ApiAnswer[] attacks =
        [
            await agent.RpcAsync(account.Id, Bucket()), // Another argument.
            await other.RpcAsync(account.Id, call), // Another caller.
            await agent.RpcAsync(neighbour.Id, call), // Another account.
            await agent.RpcAsync(account.Id, call, ("Idempotency-Key", "another")), // Another write.
        ];

        Assert.All(attacks, attack => Assert.Equal("approval_required", attack.Code));
        Assert.Equal(5, attacks.Select(attack => attack.Headers["location"]).Append(approval).Distinct().Count());
        Assert.Empty(await WritesAsync(account, since));
        Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync(HttpMethod.Get, approval)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.SendAsync(HttpMethod.Post, approval + "/approve")).Status);
        Assert.Equal("approval_decided", (await fixture.Http.SendAsync(HttpMethod.Post, approval + "/refuse")).Code);
        Assert.Equal(
            "approval_not_found",
            (await fixture.Http.SendAsync(HttpMethod.Post, "/approvals/apr_00000000000000000000000000/approve")).Code
        );
    }

    [Fact]
    public async Task RefusedCall_StaysRefused_AndReadsNeedNobody()
    {
        var (account, agent, since) = await ArrangeAsync("writes");
        var call = Bucket();
        var approval = (await agent.RpcAsync(account.Id, call)).Headers["location"];

        await fixture.Http.SendAsync(HttpMethod.Post, approval + "/refuse");
        var refused = await agent.RpcAsync(account.Id, call);

        Assert.Equal((HttpStatusCode.Forbidden, "approval_refused"), (refused.Status, refused.Code));
        Assert.Equal(HttpStatusCode.OK, (await agent.RpcAsync(account.Id, new { action = "autodesk_list_hubs" })).Status);
        Assert.Empty(await WritesAsync(account, since));
    }

    [Fact]
    public async Task Profile_DemandsIt_OfEveryKey_AndNobodyApprovesTheirOwn()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var profile = $"agents-{Guid.NewGuid():N}";
        var made = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "p",
                credentials = new { client_id = clientId, client_secret = secret },
                approval = "destructive",
            }
        );
        Assert.True(made.Status == HttpStatusCode.Created, made.Body?.ToJsonString());
        var account = (string)
            (await fixture.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!, profile: profile)).Body!["id"]!;
        var bucket = $"agent-{Guid.NewGuid():N}";
        Assert.Equal(
            HttpStatusCode.OK,
            (
                await fixture.Http.RpcAsync(
                    account,
                    new { action = "autodesk_create_bucket", body = new { bucketKey = bucket, policyKey = "transient" } }
                )
            ).Status
        );
        var delete = new { action = "autodesk_delete_bucket", path = new { bucketKey = bucket } };

        var waits = await fixture.Http.RpcAsync(account, delete);
        var own = await fixture.Http.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve");
        using var person = await fixture.Hub.HoldKeyAsync("operator");
        var approved = await person.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve");
        var deleted = await fixture.Http.RpcAsync(account, delete);

        Assert.Equal("approval_required", waits.Code);
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (own.Status, own.Code));
        Assert.Equal("approved", approved.Text("status"));
        Assert.True(deleted.Status == HttpStatusCode.OK, deleted.Body?.ToJsonString());
    }

    [Fact]
    public async Task Upload_WaitsToo_WithItsBytes()
    {
        var (account, agent, since) = await ArrangeAsync("writes");
        object Upload(string content) =>
            new
            {
                action = "autodesk_upload_file_in_project_folder",
                path = new { project_id = account.ProjectId },
                body = new
                {
                    folder_id = account.Folder,
                    file_name = "approved.txt",
                    content,
                },
            };

        var waits = await agent.RpcAsync(account.Id, Upload("AAAA"));
        await fixture.Http.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve");
        var other = await agent.RpcAsync(account.Id, Upload("BBBB"));
        Assert.Equal("approval_required", other.Code);
        Assert.Empty(await WritesAsync(account, since));
        var approved = await agent.RpcAsync(account.Id, Upload("AAAA"));
        var again = await agent.RpcAsync(account.Id, Upload("AAAA"));

        Assert.True(approved.Status == HttpStatusCode.OK, approved.Body?.ToJsonString());
        Assert.Equal("replay", again.Headers["x-answer-origin"]);
        Assert.Equal("used", (await agent.SendAsync(HttpMethod.Get, waits.Headers["location"])).Text("status"));
    }

    /// <summary>What a write does stands in its body: some delete, or take away what others have.</summary>
    [Theory]
    [InlineData("autodesk_update_folder")]
    [InlineData("autodesk_create_version")]
    [InlineData("autodesk_update_account_user")]
    [InlineData("autodesk_update_account_project")]
    [InlineData("autodesk_update_project_user")]
    [InlineData("autodesk_update_webhook")]
    public async Task WriteThatTakesAway_IsDestructive(string action)
    {
        var (account, asking, _) = await ArrangeAsync("destructive");
        var hook = action is "autodesk_update_webhook" ? await Preparation.HookAsync(account, fixture.Http) : "";
        var since = (await fixture.Emulator.JournalAsync(account.ClientId)).Max(record => record.Seq);
        using var writing = await fixture.Hub.HoldKeyAsync("backend", ceiling: "write");
        var jsonapi = new { version = "1.0" };
        var item = new { data = new { type = "items", id = "urn:adsk.wipprod:dm.lineage:x" } };
        object extension = new { type = "versions:autodesk.core:Deleted", version = "1.0" };
        (object Path, object Body) call = action switch
        {
            "autodesk_update_folder" => (
                new { project_id = account.ProjectId, folder_id = account.Folder },
                new
                {
                    jsonapi,
                    data = new
                    {
                        type = "folders",
                        id = account.Folder,
                        attributes = new { hidden = true },
                    },
                }
            ),
            "autodesk_create_version" => (
                new { project_id = account.ProjectId },
                new
                {
                    jsonapi,
                    data = new
                    {
                        type = "versions",
                        attributes = new { extension },
                        relationships = new { item },
                    },
                }
            ),
            "autodesk_update_account_user" => (new { user_id = "somebody" }, new { status = "inactive" }),
            "autodesk_update_account_project" => (new { project_id = account.ProjectId }, new { status = "archived" }),
            "autodesk_update_webhook" => (
                new
                {
                    system = "data",
                    @event = "dm.version.added",
                    hook_id = hook,
                },
                new { status = "inactive" }
            ),
            _ => (new { project_id = account.ProjectId, user_id = "somebody" }, new { products = Array.Empty<object>() }),
        };

        var refused = await writing.RpcAsync(
            account.Id,
            new
            {
                action,
                path = call.Path,
                body = call.Body,
            }
        );
        var waits = await asking.RpcAsync(
            account.Id,
            new
            {
                action,
                path = call.Path,
                body = call.Body,
            }
        );

        Assert.Equal((HttpStatusCode.Forbidden, "action_not_allowed"), (refused.Status, refused.Code));
        Assert.True(waits.Code == "approval_required", waits.Body?.ToJsonString());
        Assert.Empty(await WritesAsync(account, since));
    }

    [Fact]
    public async Task WriteThatOnlyChanges_NeedsNoMoreThanWrite()
    {
        var (account, asking, since) = await ArrangeAsync("destructive");
        using var writing = await fixture.Hub.HoldKeyAsync("backend", ceiling: "write");
        object Rename(string name) =>
            new
            {
                action = "autodesk_update_folder",
                path = new { project_id = account.ProjectId, folder_id = account.Folder },
                body = new
                {
                    jsonapi = new { version = "1.0" },
                    data = new
                    {
                        type = "folders",
                        id = account.Folder,
                        attributes = new { name, hidden = false },
                    },
                },
            };

        Assert.Equal(HttpStatusCode.OK, (await writing.RpcAsync(account.Id, Rename("one"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await asking.RpcAsync(account.Id, Rename("two"))).Status);
        Assert.Equal(2, (await WritesAsync(account, since)).Count);
    }

    /// <summary>An upload that somebody else has begun is a door past the person who has to approve.</summary>
    [Fact]
    public async Task UploadOfSomebodyElse_IsNoWayAroundAnApproval()
    {
        var (account, asking, _) = await ArrangeAsync("writes");
        var begun = await fixture.Http.SendAsync(HttpMethod.Post, "/files/uploads", Upload(account), account.Id);
        Assert.True(begun.Status == HttpStatusCode.Created, begun.Body?.ToJsonString());
        var upload = $"/files/uploads/{begun.Text("id")}";
        var since = (await fixture.Emulator.WholeJournalAsync()).Max(record => record.Seq);

        foreach (
            var (method, path) in new[] { (HttpMethod.Put, upload), (HttpMethod.Post, upload + "/complete"), (HttpMethod.Delete, upload) }
        )
        {
            var refused = await asking.SendAsync(method, path, method == HttpMethod.Put ? new { its = "bytes" } : null, account.Id);
            Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (refused.Status, refused.Code));
        }

        Assert.Equal("open", (await asking.SendAsync(HttpMethod.Get, upload, null, account.Id)).Text("status"));
        Assert.DoesNotContain(
            await fixture.Emulator.WholeJournalAsync(since),
            record => record.Method != "GET" && !record.IsToken && (record.ClientId is null || record.ClientId == account.ClientId)
        );

        // What was approved for one caller is for no other.
        var waits = await asking.SendAsync(HttpMethod.Post, "/files/uploads", Upload(account), account.Id);
        await fixture.Http.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve");
        var approved = await asking.SendAsync(HttpMethod.Post, "/files/uploads", Upload(account), account.Id);
        var other = await fixture.Http.SendAsync(
            HttpMethod.Put,
            $"/files/uploads/{approved.Text("id")}",
            new { other = "bytes" },
            account.Id
        );
        Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (other.Status, other.Code));
    }

    /// <summary>What becomes of a file that is there is part of what a person approves, and sees.</summary>
    [Fact]
    public async Task Upload_IsApprovedWithWhatBecomesOfANameThatExists()
    {
        var (account, agent, since) = await ArrangeAsync("writes");

        var waits = await agent.SendAsync(HttpMethod.Post, "/files/uploads", Upload(account, "fail"), account.Id);
        await fixture.Http.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve");
        var other = await agent.SendAsync(HttpMethod.Post, "/files/uploads", Upload(account, "version"), account.Id);

        Assert.Equal("approval_required", other.Code);
        Assert.NotEqual(waits.Headers["location"], other.Headers["location"]);
        var shown = (await agent.SendAsync(HttpMethod.Get, other.Headers["location"])).Body!["call"]!["upload"]!;
        Assert.Equal(("version", "through", 4), ((string)shown["if_exists"]!, (string)shown["mode"]!, (int)shown["size"]!));
        Assert.Empty(await WritesAsync(account, since));
        Assert.Equal(
            HttpStatusCode.Created,
            (await agent.SendAsync(HttpMethod.Post, "/files/uploads", Upload(account, "fail"), account.Id)).Status
        );
    }

    /// <summary>One caller neither keeps others from asking, nor pushes what waits out of sight.</summary>
    [Fact]
    public async Task OneCaller_LeavesRoomForOthers_AndWhatWaitsIsListedByItself()
    {
        var (account, greedy, _) = await ArrangeAsync("writes");
        using var modest = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var first = (await modest.RpcAsync(account.Id, Bucket())).Headers["location"].Split('/')[^1];

        var asked = new List<string>();
        for (var i = 0; i < 26; i++)
            asked.Add((await greedy.RpcAsync(account.Id, Bucket())).Code!);

        Assert.Equal(25, asked.Count(code => code == "approval_required"));
        Assert.Equal("too_many_requests", asked[^1]);
        Assert.Equal("approval_required", (await modest.RpcAsync(account.Id, Bucket())).Code);
        var (waiting, next) = (new List<string>(), "");
        while (true)
        {
            var page = (await fixture.Http.SendAsync(HttpMethod.Get, "/approvals?status=pending&limit=10" + next)).Body!.AsArray();
            waiting.AddRange(
                page.Where(approval => (string)approval!["account_id"]! == account.Id).Select(approval => (string)approval!["id"]!)
            );
            if (page.Count < 10)
                break;
            next = $"&next={(string)page[^1]!["id"]!}";
        }

        Assert.Equal((first, 27, 27), (waiting[0], waiting.Count, waiting.Distinct().Count()));
    }

    [Fact]
    public async Task ApprovalsId_IsNobodysIdempotencyKey()
    {
        var (account, agent, since) = await ArrangeAsync("writes");
        var call = Bucket();
        var approval = (await agent.RpcAsync(account.Id, call)).Headers["location"];
        await fixture.Http.SendAsync(HttpMethod.Post, approval + "/approve");

        var other = await fixture.Http.RpcAsync(account.Id, Bucket(), ("Idempotency-Key", approval.Split('/')[^1]));

        Assert.Equal("invalid_input", other.Code);
        Assert.Empty(await WritesAsync(account, since));
        Assert.Equal(HttpStatusCode.OK, (await agent.RpcAsync(account.Id, call)).Status);
    }

    /// <summary>Bytes that come inside the JSON are approved with the call, also where the account's grain never sees them.</summary>
    [Fact]
    public async Task Transfer_IsApprovedForItsBytes()
    {
        var (account, agent, since) = await ArrangeAsync("none");
        using var limited = await fixture.Hub.HoldKeyAsync("backend", approval: "writes");
        var bucket = $"agent-{Guid.NewGuid():N}";
        await agent.RpcAsync(
            account.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = bucket, policyKey = "transient" } }
        );
        var urls = await agent.RpcAsync(
            account.Id,
            new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = "a.txt" } }
        );
        object Transfer(string content) =>
            new
            {
                action = "autodesk_upload_binary_to_signed_s3_url",
                path = new { signed_url = (string)urls.Body!["data"]!["urls"]![0]! },
                body = new { content },
            };

        var waits = await limited.RpcAsync(account.Id, Transfer("AAAA"));
        Assert.Equal("approval_required", waits.Code);
        await fixture.Http.SendAsync(HttpMethod.Post, waits.Headers["location"] + "/approve");
        var other = await limited.RpcAsync(account.Id, Transfer("BBBB"));
        var plan = await limited.SendAsync(HttpMethod.Post, "/actions/plan", Transfer("AAAA"), account.Id);
        var shown = await fixture.Http.SendAsync(HttpMethod.Get, waits.Headers["location"]);
        var sent = await limited.RpcAsync(account.Id, Transfer("AAAA"));

        Assert.Equal("approval_required", other.Code);
        Assert.Equal((HttpStatusCode.OK, "approved"), (plan.Status, plan.Text("approval_status")));
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(new byte[3])),
            (string?)shown.Body!["call"]!["content_sha256"]
        );
        Assert.True(sent.Status == HttpStatusCode.OK, sent.Body?.ToJsonString());
        Assert.Single(
            await fixture.Emulator.WholeJournalAsync(),
            record =>
                record.Seq > since
                && record.Method == "PUT"
                && ((string)urls.Body!["data"]!["urls"]![0]!).Contains(record.Path, StringComparison.Ordinal)
        );
    }

    /// <summary>The approval is stored, and the server dies before those who listen were told: a fault of the database stands between
    /// the two, so that the kill comes there.</summary>
    [Fact]
    public async Task KilledBetweenAnApprovalAndItsEvent_TheEventIsToldOnce()
    {
        await using var receiver = await EventReceiver.StartAsync();
        await using var emulator = await EmulatorHost.StartAsync();
        await using var hub = await ServerProcess.StartAsync(
            emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Events__AllowLoopback"] = "true" }
        );
        await hub.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = receiver.Url });
        var (clientId, secret) = await emulator.AddAppAsync();
        var emulated = await emulator.AddAccountAsync([clientId]);
        var account = (await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
        using var agent = await hub.HoldKeyAsync("backend", approval: "writes");
        Change(
            hub,
            """
            CREATE TRIGGER no_state BEFORE UPDATE ON grain_state BEGIN SELECT RAISE(ABORT, 'gone'); END;
            CREATE TRIGGER no_event BEFORE INSERT ON event_deliveries BEGIN SELECT RAISE(ABORT, 'gone'); END;
            """
        );

        var decided = (await agent.RpcAsync(account, Bucket())).Headers["location"];
        Assert.Equal("refused", (await hub.Http.SendAsync(HttpMethod.Post, decided + "/refuse")).Text("status"));
        Assert.Equal("approval_required", (await agent.RpcAsync(account, Bucket())).Code);
        await hub.KillAsync();
        Change(hub, "DROP TRIGGER no_state; DROP TRIGGER no_event;");
        await hub.StartAgainAsync();

        List<ReceivedEvent> Told() => [.. receiver.Taken.Where(told => told.Body.Contains("approval.", StringComparison.Ordinal))];
        await Until.TrueAsync(() => Told().Count >= 3, "what became of both calls is told");
        Assert.Equal(
            ["approval.refused", "approval.requested", "approval.requested"],
            Told().Select(told => (string)JsonNode.Parse(told.Body)!["type"]!).Order()
        );
        Assert.Equal(3, Told().Select(told => told.Id).Distinct().Count());
    }

    [Fact]
    public async Task Agent_AsksItsUser_AndSendsTheCallAgain()
    {
        var (account, _, since) = await ArrangeAsync("none");
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend", approval: "writes");
        var asked = new List<ElicitRequestParams>();
        await using var client = await McpProbe.ConnectAsync(
            fixture.Hub,
            key,
            "/mcp/" + account.Id,
            new()
            {
                Handlers = new()
                {
                    ElicitationHandler = async (question, _) =>
                    {
                        asked.Add(question!);
                        var waiting = (await fixture.Http.SendAsync(HttpMethod.Get, "/approvals"))
                            .Body!.AsArray()
                            .First(approval => (string)approval!["account_id"]! == account.Id);
                        await fixture.Http.SendAsync(HttpMethod.Post, $"/approvals/{(string)waiting!["id"]!}/approve");
                        return new ElicitResult { Action = "accept" };
                    },
                },
            }
        );

        var (result, json) = await client.RunAsync("autodesk_create_bucket", Arguments());

        Assert.True(result.IsError is not true, json.ToJsonString());
        Assert.Contains("/ui/approvals", Assert.Single(asked).Message, StringComparison.Ordinal);
        Assert.Single(await WritesAsync(account, since));
    }

    [Fact]
    public async Task AgentWhoseUserDeclines_OrThatCannotAsk_SendsNothing()
    {
        var (account, _, since) = await ArrangeAsync("none");
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend", approval: "writes");
        await using var declining = await McpProbe.ConnectAsync(
            fixture.Hub,
            key,
            "/mcp/" + account.Id,
            new() { Handlers = new() { ElicitationHandler = (_, _) => ValueTask.FromResult(new ElicitResult { Action = "decline" }) } }
        );
        await using var accepting = await McpProbe.ConnectAsync(
            fixture.Hub,
            key,
            "/mcp/" + account.Id,
            new() { Handlers = new() { ElicitationHandler = (_, _) => ValueTask.FromResult(new ElicitResult { Action = "accept" }) } }
        );
        await using var silent = await McpProbe.ConnectAsync(fixture.Hub, key, "/mcp/" + account.Id);

        var (_, declined) = await declining.RunAsync("autodesk_create_bucket", Arguments());
        Assert.True((string?)declined["code"] == "approval_refused", declined.ToJsonString());
        Assert.Equal("approval_required", (string)(await accepting.RunAsync("autodesk_create_bucket", Arguments())).Json["code"]!); // A client that says yes is no operator.
        var unwanted = Arguments();
        Assert.Equal("approval_refused", (string)(await declining.RunAsync("autodesk_create_bucket", unwanted)).Json["code"]!);
        Assert.Equal("approval_refused", (string)(await silent.RunAsync("autodesk_create_bucket", unwanted)).Json["code"]!); // The user's no stays.
        var (_, waits) = await silent.RunAsync("autodesk_create_bucket", Arguments());
        Assert.Equal("approval_required", (string)waits["code"]!);
        Assert.StartsWith("apr_", (string)waits["approval_id"]!, StringComparison.Ordinal);
        Assert.Empty(await WritesAsync(account, since));
    }

    /// <summary>Who closes the question has decided nothing; who declines has, and the agent is told who it was.</summary>
    [Fact]
    public async Task UserWhoMakesNoChoice_LeavesTheCallWaiting_AndOneWhoDeclinesIsNamed()
    {
        var (account, _, since) = await ArrangeAsync("none");
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend", approval: "writes");
        async Task<JsonNode> AnswerAsync(string action, object arguments)
        {
            await using var client = await McpProbe.ConnectAsync(
                fixture.Hub,
                key,
                "/mcp/" + account.Id,
                new() { Handlers = new() { ElicitationHandler = (_, _) => ValueTask.FromResult(new ElicitResult { Action = action }) } }
            );
            return (await client.RunAsync("autodesk_create_bucket", arguments)).Json;
        }

        var wanted = Arguments();
        var canceled = await AnswerAsync("cancel", wanted);
        var waiting = await fixture.Http.SendAsync(HttpMethod.Get, $"/approvals/{(string?)canceled["approval_id"]}");
        var declined = await AnswerAsync("decline", wanted);
        var again = await AnswerAsync("accept", wanted);

        Assert.True((string?)canceled["code"] == "approval_required", canceled.ToJsonString());
        Assert.Equal("pending", waiting.Text("status"));
        foreach (var refused in (JsonNode[])[declined, again])
        {
            Assert.Equal("approval_refused", (string?)refused["code"]);
            Assert.Contains("agent's own user", (string?)refused["message"], StringComparison.Ordinal);
        }

        Assert.Empty(await WritesAsync(account, since));
    }

    [Fact]
    public async Task LinkToAnApproval_IsWhole_AndNeverOfAForeignHost()
    {
        var (account, agent, _) = await ArrangeAsync("writes");
        object Call() => new { name = "autodesk_create_bucket", arguments = Arguments() };

        var own = await agent.PostAsync("/mcp/" + account.Id, "tools/call", Call());
        var foreign = await agent.PostAsync("/mcp/" + account.Id, "tools/call", Call(), null, ("Host", "evil.example"));

        Assert.Contains(
            $" {fixture.Hub.Address}ui/approvals/apr_",
            (string?)own.Body!["result"]!["structuredContent"]!["next_step"],
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("evil.example", foreign.Body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StateOfAnotherCall_IsRefused()
    {
        var (account, _, since) = await ArrangeAsync("none");
        var (key, _) = await fixture.Hub.MakeKeyAsync("backend", approval: "writes");
        var (otherKey, _) = await fixture.Hub.MakeKeyAsync("backend", approval: "writes");
        using var mine = fixture.Hub.NewClient(key);
        using var theirs = fixture.Hub.NewClient(otherKey);
        var arguments = Arguments();

        var question = (await AskAsync(mine, arguments, null)).Body!["result"]!;
        var state = (string)question["requestState"]!;
        Assert.Equal("input_required", (string)question["resultType"]!);
        foreach (
            var (http, changed, forged) in ((HttpClient, object, string)[])
                [(theirs, arguments, state), (mine, Arguments(), state), (mine, arguments, state[..^4] + "AAAA"), (mine, arguments, "x")]
        )
            Assert.Equal(-32602, (int)(await AskAsync(http, changed, forged)).Body!["error"]!["code"]!);

        Assert.Empty(await WritesAsync(account, since));

        Task<ApiAnswer> AskAsync(HttpClient http, object given, string? requestState) =>
            http.PostAsync(
                "/mcp/" + account.Id,
                "tools/call",
                new
                {
                    name = "autodesk_create_bucket",
                    arguments = given,
                    requestState,
                    inputResponses = requestState is null ? null : new { approval = new { action = "accept" } },
                    _meta = new Dictionary<string, object>
                    {
                        ["io.modelcontextprotocol/protocolVersion"] = "2026-07-28",
                        ["io.modelcontextprotocol/clientInfo"] = new { name = "by hand", version = "1" },
                        ["io.modelcontextprotocol/clientCapabilities"] = new { elicitation = new { form = new { } } },
                    },
                },
                null,
                ("MCP-Protocol-Version", "2026-07-28"),
                ("Mcp-Method", "tools/call"),
                ("Mcp-Name", "autodesk_create_bucket")
            );
    }

    private static void Change(ServerProcess hub, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(hub.DataDirectory, "tenanthub.db")};Pooling=False");
        connection.Open();
#pragma warning disable CA2100 // Constants of this class.
        using var command = new SqliteCommand(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object Arguments() => new { body = new { bucketKey = $"agent-{Guid.NewGuid():N}", policyKey = "transient" } };

    private static object Upload(Linked account, string ifExists = "version") =>
        new
        {
            project_id = account.ProjectId,
            folder_id = account.Folder,
            file_name = "waits.txt",
            size = 4,
            if_exists = ifExists,
        };

    private static object Bucket() =>
        new { action = "autodesk_create_bucket", body = new { bucketKey = $"agent-{Guid.NewGuid():N}", policyKey = "transient" } };

    private async Task<(Linked Account, HttpClient Agent, long Since)> ArrangeAsync(string approval)
    {
        var account = await fixture.LinkAsync();
        var agent = await fixture.Hub.HoldKeyAsync("backend", approval: approval);
        return (
            account,
            agent,
            (await fixture.Emulator.JournalAsync(account.ClientId)).Select(record => record.Seq).DefaultIfEmpty().Max()
        );
    }

    private async Task<IReadOnlyList<JournalRecord>> WritesAsync(Linked account, long since) =>
        [.. (await fixture.Emulator.JournalAsync(account.ClientId, since: since)).Where(sent => sent.Method != "GET")];
}
