using System.Globalization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace TenantHub.Storage.Postgres;

/// <summary>
/// Orleans' ADO.NET storage, with what our grains rely on beyond it: grains are told apart by their whole id, a fault of the database says
/// what to do, an ETag that is not one of its own matches nothing, and to clear what was never read does not harm what is there.
/// </summary>
internal sealed class PostgresGrainStorage(IGrainStorage orleans, PostgresDatabase database, IActivatorProvider activators) : IGrainStorage
{
    /// <summary>The name under which Orleans' own storage is registered.</summary>
    public const string OrleansName = "orleans-adonet";

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            await RunAsync(() => orleans.ReadStateAsync(stateName, Whole(grainId), grainState), mayRepeat: true);
        }
        catch (StorageException damaged) when (damaged.IsDamage)
        {
            throw damaged.At(stateName, grainId);
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        CheckETag(stateName, grainId, grainState.ETag);
        return RunAsync(() => orleans.WriteStateAsync(stateName, Whole(grainId), grainState), mayRepeat: false); // Without an answer nobody knows whether it was stored.
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        CheckETag(stateName, grainId, grainState.ETag);
        if (grainState.ETag is not null)
        {
            await RunAsync(() => orleans.ClearStateAsync(stateName, Whole(grainId), grainState), mayRepeat: false);
            return;
        }

        // Nothing was read: either nothing is there and nothing is to be done, or another activation has written.
        var stored = new GrainState<T>();
        await ReadStateAsync(stateName, grainId, stored);
        if (stored.ETag is not null)
            throw Conflict(stateName, grainId, stored.ETag, "none");
        (grainState.State, grainState.RecordExists) = (activators.GetActivator<T>().Create(), false);
    }

    /// <summary>
    /// Orleans looks at the key alone, and takes one that reads as a hexadecimal number for that number: "1" and "01" would be the same
    /// profile. The whole id as the key, which no number looks like, is also what the embedded silo stores.
    /// </summary>
    private static GrainId Whole(GrainId grainId) => GrainId.Create(grainId.Type, IdSpan.Create(grainId.ToString()));

    private static void CheckETag(string stateName, GrainId grainId, string? etag)
    {
        if (etag is not null && !int.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw Conflict(stateName, grainId, "unknown", etag);
    }

    private static InconsistentStateException Conflict(string stateName, GrainId grainId, string stored, string mine) =>
        new($"State {stateName} of {grainId} was written by another activation since this one read it. Nothing was stored.", stored, mine);

    private Task<bool> RunAsync(Func<Task> run, bool mayRepeat) =>
        database.RunAsync(
            async () =>
            {
                await run();
                return true;
            },
            CancellationToken.None,
            () => mayRepeat
        );
}
