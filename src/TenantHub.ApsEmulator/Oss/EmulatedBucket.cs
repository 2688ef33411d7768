using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.Oss;

/// <summary>A bucket. Keys are unique over all apps.</summary>
internal sealed record EmulatedBucket(string Key, string Owner, string Region, string PolicyKey, DateTimeOffset CreatedAt)
{
    public SortedDictionary<string, StoredObject> Objects { get; } = new(StringComparer.Ordinal);
}

/// <summary>An object; of an ACC project when it lies in Autodesk's own bucket.</summary>
internal sealed class StoredObject(string bucket, string key, EmulatedProject? project)
{
    public string Bucket { get; } = bucket;

    public string Key { get; } = key;

    public EmulatedProject? Project { get; } = project;

    public StoredBytes? Content { get; private set; }

    public bool IsComplete => Content is not null;

    public long Size => Content?.Length ?? 0;

    public string ObjectId => $"urn:adsk.objects:os.object:{Bucket}/{Key}";

    public string Location => $"/oss/v2/buckets/{Bucket}/objects/{Uri.EscapeDataString(Key)}";

    public void Complete(StoredBytes content) => Content = content;
}

/// <summary>An upload that has been begun.</summary>
internal sealed record UploadSession(string UploadKey, string Bucket, string ObjectKey, string ClientId, DateTimeOffset ExpiresAt)
{
    public SortedDictionary<int, UploadedPart> Parts { get; } = [];
}

/// <summary>A part that has arrived.</summary>
internal sealed record UploadedPart(StoredBytes Content);

/// <summary>Autodesk's own bucket, in which the files of projects lie.</summary>
internal static class WipStorage
{
    public static EmulatedBucket Bucket(EmulatorState state, EmulatedAccount account) =>
        state.Buckets[account.Region == "EMEA" ? "wip.dm.emea.prod" : "wip.dm.prod"];

    public static StoredObject Reserve(EmulatorState state, EmulatedProject project, string fileName, string id)
    {
        var bucket = Bucket(state, project.Account);
        var stored = new StoredObject(bucket.Key, id + Path.GetExtension(fileName), project);
        bucket.Objects[stored.Key] = stored;
        return stored;
    }
}
