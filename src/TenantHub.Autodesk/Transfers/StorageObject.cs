namespace TenantHub.Autodesk.Transfers;

/// <summary>Where bytes lie in Autodesk's object storage.</summary>
internal sealed record StorageObject(string BucketKey, string ObjectKey)
{
    private const string Prefix = "urn:adsk.objects:os.object:";

    public string Urn => $"{Prefix}{BucketKey}/{ObjectKey}";

    /// <summary>Splits <c>urn:adsk.objects:os.object:{bucket}/{object}</c> at the first slash; null when it is not of that form.</summary>
    public static StorageObject? Parse(string objectId)
    {
        if (!objectId.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var slash = objectId.IndexOf('/', StringComparison.Ordinal);
        return slash > Prefix.Length && slash < objectId.Length - 1 ? new(objectId[Prefix.Length..slash], objectId[(slash + 1)..]) : null;
    }

    public IReadOnlyDictionary<string, string> ToPath() =>
        new Dictionary<string, string> { ["bucketKey"] = BucketKey, ["objectKey"] = ObjectKey };
}
