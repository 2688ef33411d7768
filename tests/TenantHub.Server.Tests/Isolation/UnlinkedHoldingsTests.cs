using System.Net;
using Microsoft.Data.Sqlite;
using TenantHub.Server.Actions;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Buckets and webhooks stay at Autodesk when their account is unlinked: whose they are stays known.</summary>
public sealed class UnlinkedHoldingsTests(ServerFixture fixture)
{
    [Fact]
    public async Task UnlinkedAccount_LeavesItsBucketsAndWebhooks_ToTheSameOwnerAlone()
    {
        var account = await fixture.LinkAsync();
        var bucket = await Preparation.BucketAsync(account, fixture.Http);
        await Preparation.HookAsync(account, fixture.Http);
        Assert.Equal(3, Records(account)); // The bucket, the webhook, and the project that was proven for its folder.

        var gone = await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{account.Id}");
        var stranger = await AgainAsync(account, "stranger");
        var hidden = await fixture.Http.RpcAsync(stranger, Details(bucket));
        await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{stranger}");
        var again = await AgainAsync(account, "owner-1");
        var found = await fixture.Http.RpcAsync(again, Details(bucket));

        Assert.Contains($"bucket {bucket}", gone.Text("next_step"), StringComparison.Ordinal);
        hidden.AssertNotThisAccount();
        Assert.Equal(HttpStatusCode.OK, found.Status);
        Assert.Equal(0, Records(account)); // They are the new account's now.
    }

    [Fact]
    public async Task Operator_GivesABucketAway_AndTakesItBack()
    {
        var account = await fixture.LinkAsync();
        var bucket = await Preparation.BucketAsync(account, fixture.Http);
        var other = await AgainAsync(account, "owner-1");
        using var backend = await fixture.Hub.HoldKeyAsync("backend");

        var refused = await backend.SendAsync(HttpMethod.Post, $"/accounts/{other}/buckets/{bucket}/claim");
        var claimed = await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{other}/buckets/{bucket}/claim");
        var used = await fixture.Http.RpcAsync(other, Details(bucket));
        var released = await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{other}/buckets/{bucket}/release");
        var odd = await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{other}/buckets/No%20Bucket/claim");

        Assert.Equal("forbidden", refused.Code);
        Assert.Equal((other, account.Id), (claimed.Text("account_id"), claimed.Text("held_before")));
        Assert.Equal(HttpStatusCode.OK, used.Status);
        Assert.Equal((null, other), (released.Text("account_id"), released.Text("held_before")));
        Assert.Equal("invalid_input", odd.Code);
    }

    private static object Details(string bucket) => new { action = "autodesk_get_bucket_details", path = new { bucketKey = bucket } };

    private async Task<string> AgainAsync(Linked account, string owner) =>
        (await fixture.Http.LinkAsync(account.ClientId, account.Secret, account.AccAccountId, owner: owner)).Text("id")!;

    private long Records(Linked account)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(fixture.Hub.DataDirectory, "tenanthub.db")};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand("SELECT count(*) FROM holdings WHERE account_id = $account", connection);
        command.Parameters.AddWithValue("$account", account.Id);
        return (long)command.ExecuteScalar()!;
    }
}
