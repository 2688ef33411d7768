using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Calls;

/// <summary>Calls recorded with their bodies, over HTTP: begun, read and stopped by an operator of the account, each in the audit.</summary>
public sealed class RecordingTests(ServerFixture fixture)
{
    [Fact]
    public async Task NextCalls_AreRecorded_Listed_Read_AndItIsAudited()
    {
        var account = await fixture.LinkAsync();
        var (text, keyId) = await fixture.Hub.MakeKeyAsync("operator");
        using var key = fixture.Hub.NewClient(text);
        var path = $"/accounts/{account.Id}/recording";
        var begun = await key.SendAsync(HttpMethod.Post, path, new { calls = 2 });
        Assert.Equal((HttpStatusCode.OK, 2), (begun.Status, (int)begun.Body!["recording"]!["left"]!));
        Assert.Equal(2, (int)(await key.SendAsync(HttpMethod.Get, $"/accounts/{account.Id}/state")).Body!["recording"]!["left"]!);

        var email = $"planted-{Guid.NewGuid():N}@example.com";
        await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_create_account_user", body = new { email } });
        var call = (await ListedAsync(key, path, 1))[0];
        var read = (await key.SendAsync(HttpMethod.Get, $"{path}/{call["request_id"]}")).Body!;

        Assert.Equal("autodesk_create_account_user", (string?)read["action"]);
        Assert.Equal(email, (string?)JsonNode.Parse((string)read["input"]!["text"]!)!["body"]!["email"]);
        Assert.Contains(email, (string?)read["requests"]!.AsArray()[^1]!["sent"]!["text"], StringComparison.Ordinal);
        Assert.Contains(email, (string?)read["answer"]!["text"], StringComparison.Ordinal);
        Assert.Equal((string?)call["request_id"], (string?)(await CallLog.FindAsync(key, (string)call["request_id"]!))["request_id"]);
        AssertNotPlain(email);

        Assert.Null((await key.SendAsync(HttpMethod.Delete, path)).Body!["recording"]);
        await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        Assert.Single(await ListedAsync(key, path, 1));
        var audit = (await fixture.Http.SendAsync(HttpMethod.Get, $"/audit?actor=key:{keyId}")).Body!["data"]!.AsArray();
        Assert.Equal(
            [
                $"stop_recording account/{account.Id} succeeded",
                $"read_recorded_call account/{account.Id}/call/{call["request_id"]} succeeded",
                $"begin_recording account/{account.Id} succeeded",
            ],
            audit.Select(change => $"{change!["action"]} {change["target"]} {change["outcome"]}")
        );
        Assert.DoesNotContain(email, audit.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AccountOfAnotherOwner_DoesNotExist_NorDoItsRecordedCalls()
    {
        var (account, other) = (await fixture.LinkAsync(), await fixture.LinkAsync());
        var path = $"/accounts/{account.Id}/recording";
        await fixture.Http.SendAsync(HttpMethod.Post, path, new { calls = 1 });
        await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_hubs" });
        var id = (string)(await ListedAsync(fixture.Http, path, 1))[0]["request_id"]!;
        await fixture.Http.SendAsync(HttpMethod.Patch, $"/accounts/{other.Id}", new { origin_owner_id = "mine" });
        using var thief = await fixture.Hub.HoldKeyAsync("operator", owners: ["mine"]);

        foreach (
            var (method, attacked) in new[]
            {
                (HttpMethod.Post, path),
                (HttpMethod.Delete, path),
                (HttpMethod.Get, path),
                (HttpMethod.Get, $"{path}/{id}"),
            }
        )
        {
            var answer = await thief.SendAsync(method, attacked, method == HttpMethod.Post ? new { calls = 5 } : null);
            Assert.Equal((HttpStatusCode.NotFound, "account_not_found"), (answer.Status, answer.Code));
        }

        // Through an account of his own, and by an account that has become his since: the call was another owner's.
        Assert.Equal("call_not_found", (await thief.SendAsync(HttpMethod.Get, $"/accounts/{other.Id}/recording/{id}")).Code);
        await fixture.Http.SendAsync(HttpMethod.Patch, $"/accounts/{account.Id}", new { origin_owner_id = "mine" });
        Assert.Empty((await thief.SendAsync(HttpMethod.Get, path)).Body!["recorded"]!.AsArray());
        Assert.Equal("call_not_found", (await thief.SendAsync(HttpMethod.Get, $"{path}/{id}")).Code);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.SendAsync(HttpMethod.Get, $"{path}/{id}")).Status);
    }

    [Fact]
    public async Task SecretsAndSignedUrls_AreNotInWhatIsRecorded()
    {
        var account = await fixture.LinkAsync();
        var path = $"/accounts/{account.Id}/recording";
        var bucket = "b" + Guid.NewGuid().ToString("N");
        await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = bucket, policyKey = "transient" } }
        );
        await fixture.Http.SendAsync(HttpMethod.Post, path, new { calls = 5 });
        var signed = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_get_signed_s3_upload_urls", path = new { bucketKey = bucket, objectKey = "plan.pdf" } }
        );
        var uploadKey = (string)signed.Body!["data"]!["uploadKey"]!;
        await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_create_bucket", body = new { bucketKey = account.Secret, policyKey = "transient" } }
        );

        var recorded = new StringBuilder();
        foreach (var call in await ListedAsync(fixture.Http, path, 2))
            recorded.Append((await fixture.Http.SendAsync(HttpMethod.Get, $"{path}/{call["request_id"]}")).Body);

        Assert.Contains("ignature=", signed.Body!.ToJsonString(), StringComparison.OrdinalIgnoreCase); // There was something to take out.
        Assert.DoesNotContain("ignature=", recorded.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(uploadKey, recorded.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(account.Secret, recorded.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(".emulated", recorded.ToString(), StringComparison.Ordinal); // As the emulator's tokens end.
        Assert.Contains("[redacted]", recorded.ToString(), StringComparison.Ordinal);
    }

    /// <summary>It is written behind the calls.</summary>
    private static async Task<List<JsonNode>> ListedAsync(HttpClient key, string path, int count)
    {
        List<JsonNode> listed = [];
        await Until.TrueAsync(
            async () =>
                (listed = [.. (await key.SendAsync(HttpMethod.Get, path)).Body!["recorded"]!.AsArray().Select(call => call!)]).Count
                == count,
            $"{count} calls are recorded"
        );
        return listed;
    }

    private void AssertNotPlain(string text)
    {
        var files = Directory.EnumerateFiles(fixture.Hub.DataDirectory, "tenanthub.db*").ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Assert.DoesNotContain(text, Encoding.Latin1.GetString(copy.ToArray()), StringComparison.Ordinal);
        }
    }
}
