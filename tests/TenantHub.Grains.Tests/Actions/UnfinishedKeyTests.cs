using Microsoft.Extensions.DependencyInjection;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Actions;

/// <summary>Writes under a key whose first sender was never heard of again.</summary>
public sealed class UnfinishedKeyTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SiloCluster Hub => fixture.Hub;

    /// <summary>The silo died between the effect and the answer; under the same key the bucket is found gone, as was asked for.</summary>
    [Fact]
    public async Task Delete_ThatFindsNothing_IsDone()
    {
        var (account, id, _) = await Hub.LinkAsync();
        var bucket = "b" + Guid.NewGuid().ToString("N")[..12];
        await account.RunActionAsync(
            new ActionRequest("autodesk_create_bucket") { Body = JsonBytes.From(new { bucketKey = bucket, policyKey = "transient" }) },
            Cancel
        );
        var delete = new ActionRequest("autodesk_delete_bucket")
        {
            Path = new Dictionary<string, string> { ["bucketKey"] = bucket },
            IdempotencyKey = "k",
        };
        await Hub
            .Silo.GetRequiredService<IIdempotencyStore>()
            .BeginAsync(id, "k", CanonicalCall.HashOf(ActionCatalog.Load().Find(delete.ActionId)!, delete));
        var gone = new
        {
            match = new { method = "DELETE", path_prefix = $"/oss/v2/buckets/{bucket}" },
            kind = "status",
            status = 404,
            times = 1,
        };
        await Hub.Emulator.FaultAsync(gone);

        var done = Assert.IsType<ActionResult.Succeeded>(await account.RunActionAsync(delete, Cancel));

        Assert.Equal(AnswerOrigin.ReadBack, done.Origin);
        await Hub.Emulator.FaultAsync(gone);
        Assert.IsType<ActionResult.Failed>(await account.RunActionAsync(delete with { IdempotencyKey = "other" }, Cancel)); // Not its own.
    }
}
