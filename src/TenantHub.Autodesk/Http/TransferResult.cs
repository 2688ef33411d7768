using TenantHub.Errors;

namespace TenantHub.Autodesk.Http;

/// <summary>How sending bytes to a signed URL ended.</summary>
public abstract record TransferResult
{
    private TransferResult() { }

    /// <summary>The bytes are stored.</summary>
    /// <param name="ETag">The part's ETag, as the storage gave it.</param>
    public sealed record Stored(string? ETag) : TransferResult;

    /// <summary>They are not.</summary>
    public sealed record Failed(ServiceError Error) : TransferResult;
}
