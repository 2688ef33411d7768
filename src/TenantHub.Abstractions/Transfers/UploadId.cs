namespace TenantHub.Transfers;

/// <summary>Ids of uploads, and what they are the keys of.</summary>
public static class UploadId
{
    /// <summary>What ids of uploads begin with; a ULID, or 26 of its letters, follows.</summary>
    public const string Prefix = "upl_";

    /// <summary>The key of the upload's grain.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="uploadId">The upload.</param>
    public static string KeyOf(string accountId, string uploadId) => $"{accountId}/{uploadId}";
}
