using System.Collections.Concurrent;
using System.Net;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Security;

/// <summary>Client secrets are rotated while calls run, and Autodesk drops the old secret and its tokens at once. No call may
/// notice.</summary>
public sealed class RotationTests(ServerFixture fixture)
{
    [Fact]
    public async Task SecretOfAnAccount_IsRotatedUnderLoad_WithoutAFailedCall()
    {
        var account = await fixture.LinkAsync();

        await RotateUnderLoadAsync(account.ClientId, account.Secret, $"/accounts/{account.Id}/credentials", [account.Id]);
    }

    [Fact]
    public async Task SecretOfAProfile_IsRotatedUnderLoad_WithoutAFailedCallOfItsAccounts()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var profile = "p-" + clientId;
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "Main",
                credentials = new { client_id = clientId, client_secret = secret },
            }
        );
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
            ids.Add((await fixture.Http.LinkAsync("", "", (string)emulated["acc_account_id"]!, profile: profile)).Text("id")!);
        }

        await RotateUnderLoadAsync(clientId, secret, $"/profiles/{profile}/credentials", ids);
    }

    [Fact]
    public async Task RotationRequest_IsCheckedAndAnsweredWithoutTheSecret()
    {
        var account = await fixture.LinkAsync();
        var path = $"/accounts/{account.Id}/credentials";

        var none = await fixture.Http.SendAsync(HttpMethod.Post, path, new { client_id = account.ClientId });
        var otherApp = await fixture.Http.SendAsync(HttpMethod.Post, path, new { client_id = "another", client_secret = account.Secret });
        var wrong = await fixture.Http.SendAsync(HttpMethod.Post, path, new { client_secret = "PLANTED-wrong" });
        var same = await fixture.Http.SendAsync(
            HttpMethod.Post,
            path,
            new { client_id = account.ClientId, client_secret = account.Secret }
        );
        var nowhere = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles/nowhere/credentials",
            new { client_secret = "PLANTED-wrong" }
        );

        Assert.Equal((HttpStatusCode.BadRequest, "client_secret"), (none.Status, (string?)none.Body!["errors"]![0]!["field"]));
        Assert.Equal((HttpStatusCode.BadRequest, "client_id"), (otherApp.Status, (string?)otherApp.Body!["errors"]![0]!["field"]));
        Assert.Equal((HttpStatusCode.Forbidden, "credentials_rejected"), (wrong.Status, wrong.Code));
        Assert.Equal((HttpStatusCode.OK, "active"), (same.Status, same.Text("status")));
        Assert.Equal("profile_not_found", nowhere.Code);
        foreach (var answer in new[] { none, otherApp, wrong, same, nowhere })
        {
            Assert.DoesNotContain(account.Secret, answer.Body!.ToJsonString(), StringComparison.Ordinal);
            Assert.DoesNotContain("PLANTED", answer.Body.ToJsonString(), StringComparison.Ordinal);
        }
    }

    private async Task RotateUnderLoadAsync(string clientId, string secret, string path, List<string> accounts)
    {
        foreach (var quota in (await fixture.Http.SendAsync(HttpMethod.Get, $"/quotas/{clientId}")).Body!.AsArray())
            await fixture.Http.SendAsync(
                HttpMethod.Put,
                $"/quotas/{clientId}/{quota!["quota_group"]}",
                new { requests_per_minute = 1_000_000 }
            );
        using var stop = new CancellationTokenSource();
        var (failures, done) = (new ConcurrentQueue<string>(), new int[6]);
        var workers = done.Select((_, worker) => Task.Run(() => CallAsync(worker), TestContext.Current.CancellationToken)).ToList();

        for (var round = 1; round <= 5; round++)
        {
            await EveryWorkerCallsAsync();
            var next = $"{secret}-{round}";
            await fixture.Emulator.PostAsync(
                "apps",
                new
                {
                    client_id = clientId,
                    client_secret = next,
                    previous_client_secret = round == 1 ? secret : $"{secret}-{round - 1}",
                }
            );
            Assert.Equal(
                "credentials_rejected",
                (await fixture.Http.SendAsync(HttpMethod.Post, path, new { client_secret = "a-typo" })).Code
            );
            Assert.Equal(HttpStatusCode.OK, (await fixture.Http.SendAsync(HttpMethod.Post, path, new { client_secret = next })).Status);
            await fixture.Emulator.PostAsync("apps", new { client_id = clientId, client_secret = next });
            await fixture.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = clientId });
            await EveryWorkerCallsAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);
        Assert.True(failures.IsEmpty, string.Join("\n", failures));
        var tokens = (await fixture.Emulator.JournalAsync(clientId, tokens: true)).Count(record =>
            record is { IsToken: true, Status: 200 }
        );
        Assert.True(tokens > 10, $"Every round revokes all tokens and so needs new ones for two actions; there were {tokens}.");

        async Task CallAsync(int worker)
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await fixture.Http.RpcAsync(
                    accounts[worker % accounts.Count],
                    new { action = worker % 2 == 0 ? "autodesk_list_hubs" : "autodesk_list_buckets" }
                );
                if (answer.Status != HttpStatusCode.OK)
                    failures.Enqueue($"{answer.Status} {answer.Body?.ToJsonString()}");
                Interlocked.Increment(ref done[worker]);
            }
        }

        // Two calls of each, so that none that began before a change is still on its way at the next one.
        async Task EveryWorkerCallsAsync()
        {
            var before = done.ToArray();
            await Until.TrueAsync(
                () => done.Index().All(worker => worker.Item >= before[worker.Index] + 2),
                "every worker has done two more calls"
            );
        }
    }
}
