using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>
/// Something goes wrong at every point of a write. With an Idempotency-Key the emulator sees exactly one effect, and the answer is true;
/// without one there is never a second effect that nobody asked for.
/// </summary>
public sealed class WriteOnceTests(WriteOnceTests.QuickServer quick) : IClassFixture<WriteOnceTests.QuickServer>
{
    private static readonly string[] ReadableWrites =
    [
        "autodesk_create_folder",
        "autodesk_create_item",
        "autodesk_create_version",
        "autodesk_create_bucket",
        "autodesk_create_webhook",
        "autodesk_create_account_project",
        "autodesk_create_account_user",
        "autodesk_add_project_user",
    ];

    private static readonly Dictionary<string, object> Faults = new()
    {
        ["connection cut before the effect"] = new { kind = "cut_before" },
        ["answer lost after the effect"] = new { kind = "lost_answer" },
        ["answer later than the time-out"] = new { kind = "late_answer", delay_ms = 60_000 },
        ["request slower than the time-out"] = new { kind = "latency", delay_ms = 60_000 },
        ["500"] = new { kind = "status", status = 500 },
        ["408 after the effect"] = new
        {
            kind = "status",
            status = 408,
            effect = true,
        },
        ["503"] = new
        {
            kind = "status",
            status = 503,
            headers = new Dictionary<string, string> { ["Retry-After"] = "1" },
        },
        ["429"] = new { kind = "retry_after", headers = new Dictionary<string, string> { ["Retry-After"] = "1" } },
    };

    public static TheoryData<string, string> EveryWriteAndFault
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var action in ReadableWrites)
            foreach (var fault in Faults.Keys)
                data.Add(action, fault);
            return data;
        }
    }

    private HttpClient Http => quick.Hub.Http;

    [Theory]
    [MemberData(nameof(EveryWriteAndFault))]
    public async Task WithAKey_ThereIsExactlyOneEffect_AndTheAnswerIsTheThing(string action, string fault)
    {
        var (account, call, since) = await ArrangeAsync(action, fault, times: 1);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var answer = await Http.RpcAsync(account.Id, call, key);
        var repeat = await Http.RpcAsync(account.Id, call, key);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        Assert.Single(await EffectsAsync(account, since));
        Assert.Equal("replay", repeat.Headers["x-answer-origin"]);
        Assert.Equal(answer.Body!.ToJsonString(), repeat.Body!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(EveryWriteAndFault))]
    public async Task WithoutAKey_ThereIsNeverASecondEffect_AndTheAnswerSaysWhatIsKnown(string action, string fault)
    {
        var (account, call, since) = await ArrangeAsync(action, fault, times: 1);

        var answer = await Http.RpcAsync(account.Id, call);

        var effects = await EffectsAsync(account, since);
        if (answer.Status == HttpStatusCode.OK)
        {
            Assert.Single(effects);
        }
        else
        {
            // It looked and has not found it; it did not send it again, because nobody asked for that.
            Assert.Equal("outcome_unknown", answer.Code);
            Assert.Empty(effects);
            Assert.NotEqual("429", fault);
        }
    }

    [Theory]
    [InlineData("late_answer", 1)] // Killed after the effect.
    [InlineData("latency", 0)] // Killed before it.
    public async Task HubThatIsKilledInTheMiddle_MakesItOnce_WhenTheKeyComesAgain(string kind, int effectsBefore)
    {
        await using var hub = await ServerProcess.StartAsync(quick.Emulator.Address, settings: QuickServer.Settings);
        var (account, call, since) = await ArrangeAsync("autodesk_create_folder", null, times: 1, hub.Http);
        await quick.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = $"/data/v1/projects/b.{account.ProjectId}/folders" },
                kind,
                delay_ms = 60_000,
                times = 1,
            }
        );
        var key = ("Idempotency-Key", "killed-" + kind);
        var lost = hub.Http.RpcAsync(account.Id, call, key);
        await Until.TrueAsync(() => quick.Emulator.Delayed > 0, "the write is at Autodesk");

        await hub.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => lost);
        await hub.StartAgainAsync();
        var answer = await hub.Http.RpcAsync(account.Id, call, key);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        Assert.Equal(effectsBefore == 1 ? "read_back" : null, answer.Headers.GetValueOrDefault("x-answer-origin"));
        Assert.Single(await EffectsAsync(account, since));
    }

    [Fact]
    public async Task WriteThatCannotBeReadBack_IsNotSentAgain_AndSaysSoEveryTime()
    {
        var (account, call, since) = await ArrangeAsync("autodesk_create_storage", "answer lost after the effect", times: 1);
        var key = ("Idempotency-Key", "storage");

        var first = await Http.RpcAsync(account.Id, call, key);
        var second = await Http.RpcAsync(account.Id, call, key);

        Assert.Equal(("outcome_unknown", "outcome_unknown"), (first.Code, second.Code));
        Assert.Single(await EffectsAsync(account, since));
    }

    [Fact]
    public async Task ReadThatFails_IsRepeatedWithinTheBudget_AndTheCallerNoticesNothing()
    {
        var account = await LinkAsync();
        await quick.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}" },
                kind = "cut_before",
                times = 2,
            }
        );

        var answer = await Http.RpcAsync(account.Id, new { action = "autodesk_get_hub" });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var records = await quick.Emulator.JournalAsync(account.ClientId, since: 0);
        Assert.Single(records, record => record.Path == $"/project/v1/hubs/{account.HubId}"); // The cut ones carry no client id.
    }

    private async Task<(Linked Account, object Call, long Since)> ArrangeAsync(
        string action,
        string? fault,
        int times,
        HttpClient? hub = null
    )
    {
        var http = hub ?? Http;
        var account = await LinkAsync(http);
        var prepared = await Preparation.ForAsync(action, account, http);
        var definition = ActionCases.Of(action, account, prepared);
        var since = (await quick.Emulator.WholeJournalAsync()).Max(record => record.Seq);
        if (fault is not null)
        {
            var what = System.Text.Json.JsonSerializer.SerializeToNode(Faults[fault])!.AsObject();
            what["match"] = new JsonObject
            {
                ["method"] = definition.Method,
                ["path_prefix"] = Uri.UnescapeDataString(definition.WirePath),
            };
            what["times"] = times;
            await quick.Emulator.FaultAsync(what);
        }

        return (
            account,
            new
            {
                action,
                path = definition.Path,
                query = definition.Query,
                headers = definition.Headers,
                body = definition.Body,
            },
            since
        );
    }

    private async Task<Linked> LinkAsync(HttpClient? hub = null)
    {
        var (clientId, secret) = await quick.Emulator.AddAppAsync();
        var account = await quick.Emulator.AddAccountAsync([clientId]);
        var answer = await (hub ?? Http).LinkAsync(
            clientId,
            secret,
            (string)account["acc_account_id"]!,
            "US",
            (string?)account["users"]![0]!["id"]
        );
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return new Linked((string)answer.Body!["id"]!, clientId, secret, account, answer.Body);
    }

    /// <summary>The writes that took effect: the emulator has made something and said so, whether or not the answer arrived.</summary>
    private async Task<IReadOnlyList<JournalRecord>> EffectsAsync(Linked account, long since) =>
        [
            .. (await quick.Emulator.JournalAsync(account.ClientId, since: since)).Where(record =>
                record.Method is not "GET" && (record.Status is (>= 200 and < 300) or 408) // Answered so after the effect.
            ),
        ];

    /// <summary>A hub that loses patience sooner, so that time-outs and looks do not take their full time.</summary>
    public sealed class QuickServer : IAsyncLifetime
    {
        internal static readonly Dictionary<string, string> Settings = new()
        {
            ["TenantHub__Autodesk__AttemptTimeout"] = "00:00:02",
            ["TenantHub__Resilience__SettleTime"] = "00:00:00.200",
            ["TenantHub__Resilience__RetryDelay"] = "00:00:00.010",
        };

        public EmulatorHost Emulator { get; private set; } = null!;

        public ServerProcess Hub { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Emulator = await EmulatorHost.StartAsync();
            Hub = await ServerProcess.StartAsync(Emulator.Address, settings: Settings);
        }

        public async ValueTask DisposeAsync()
        {
            await Hub.DisposeAsync();
            await Emulator.DisposeAsync();
        }
    }
}
