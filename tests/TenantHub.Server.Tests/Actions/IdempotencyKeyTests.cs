using System.Net;
using TenantHub.Server.Errors;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Actions;

public sealed class IdempotencyKeyTests(ServerFixture fixture)
{
    [Fact]
    public async Task SameKeySamePayload_IsAnsweredWithTheFirstAnswer_AndSentOnce_AlsoAfterAKill()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var linked = await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
        var account = new Linked(linked.Text("id")!, clientId, secret, emulated, linked.Body!);
        var call = Bucket("kept-" + clientId);

        var first = await hub.Http.RpcAsync(account.Id, call, ("Idempotency-Key", "k1"));
        await hub.KillAsync();
        await hub.StartAgainAsync();
        var again = await hub.Http.RpcAsync(account.Id, call, ("Idempotency-Key", "\"k1\""));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.Status, again.Status));
        Assert.Equal(first.Body!.ToJsonString(), again.Body!.ToJsonString());
        Assert.Equal("replay", again.Headers["x-answer-origin"]);
        Assert.Single(await fixture.Emulator.JournalAsync(clientId), record => record.Method == "POST");
    }

    [Fact]
    public async Task OtherPayload_IsRefused_AndNothingIsSent()
    {
        var account = await fixture.LinkAsync();
        await fixture.Http.RpcAsync(account.Id, Bucket("one-" + account.ClientId), ("Idempotency-Key", "k"));

        var other = await fixture.Http.RpcAsync(account.Id, Bucket("two-" + account.ClientId), ("Idempotency-Key", "k"));

        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        BadInputTests.AssertError(other, "idempotency_key_reused", "caller");
        Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId), record => record.Method == "POST");
    }

    [Fact]
    public async Task KeyThatIsRunning_IsRefused_WithWhatTheFirstCallIsDoing()
    {
        var account = await fixture.LinkAsync();
        var call = Bucket("slow-" + account.ClientId);
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = "/oss/v2/buckets" },
                kind = "latency",
                delay_ms = 6_000,
                client_id = account.ClientId,
                times = 1,
            }
        );
        var running = fixture.Http.RpcAsync(account.Id, call, ("Idempotency-Key", "k"));
        await Until.TrueAsync(
            async () =>
                (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/state")).Body!["lane"]!["running"]!.AsArray()
                    is [{ } first]
                && (string?)first["phase"] == "autodesk",
            "the first call is at Autodesk"
        );
        var second = await fixture.Http.RpcAsync(account.Id, call, ("Idempotency-Key", "k"));

        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        BadInputTests.AssertError(second, "idempotency_key_in_use", "caller");
        Assert.Contains("Autodesk has not answered", $"{second.Body!["detail"]}", StringComparison.Ordinal);
        Assert.Equal("1", second.Headers["retry-after"]);
        Assert.Equal(HttpStatusCode.OK, (await running).Status);
        Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId), record => record.Method == "POST");
    }

    [Fact]
    public async Task TwentyAtOnceWithOneKey_MakeOneEffect()
    {
        var account = await fixture.LinkAsync();
        var call = Bucket("burst-" + account.ClientId);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => fixture.Http.RpcAsync(account.Id, call, ("Idempotency-Key", "k")))
        );

        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(
            answers,
            answer =>
                Assert.True(answer.Status == HttpStatusCode.OK || answer.Code == "idempotency_key_in_use", answer.Body?.ToJsonString())
        );
        Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId), record => record.Method == "POST");
    }

    [Fact]
    public async Task KeysBelongToOneAccount_AndARefusedWriteFreesItsKey()
    {
        var (one, two) = (await fixture.LinkAsync(), await fixture.LinkAsync());
        await fixture.Http.RpcAsync(one.Id, Bucket("a-" + one.ClientId), ("Idempotency-Key", "shared"));
        var others = await fixture.Http.RpcAsync(two.Id, Bucket("b-" + two.ClientId), ("Idempotency-Key", "shared"));

        // Taken by somebody else: Autodesk refuses it, and it had no effect; the key may be used for a corrected one.
        var taken = await fixture.Http.RpcAsync(two.Id, Bucket("a-" + one.ClientId), ("Idempotency-Key", "mine"));
        var corrected = await fixture.Http.RpcAsync(two.Id, Bucket("c-" + two.ClientId), ("Idempotency-Key", "mine"));

        Assert.Equal(HttpStatusCode.OK, others.Status);
        Assert.False(others.Headers.ContainsKey("x-answer-origin"));
        Assert.Equal("autodesk_conflict", taken.Code);
        Assert.Equal(HttpStatusCode.OK, corrected.Status);
    }

    [Fact]
    public async Task KeyThatIsTooLong_IsRefused()
    {
        var account = await fixture.LinkAsync();

        var answer = await fixture.Http.RpcAsync(account.Id, Bucket("x-" + account.ClientId), ("Idempotency-Key", new string('k', 256)));

        BadInputTests.AssertError(answer, "invalid_input", "caller");
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(account.ClientId), record => record.Method == "POST");
    }

    private static object Bucket(string key) =>
        new { action = "autodesk_create_bucket", body = new { bucketKey = key, policyKey = "transient" } };
}
