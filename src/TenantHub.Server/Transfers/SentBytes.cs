using TenantHub.Errors;

namespace TenantHub.Server.Transfers;

/// <summary>What became of the bytes of one request.</summary>
/// <param name="Error">Why not all of them are stored; null when they are.</param>
internal sealed record SentBytes(ServiceError? Error)
{
    /// <summary>Gets up to where the file came, in bytes from its beginning.</summary>
    public long End { get; init; }

    /// <summary>Gets whether the file's last byte has come.</summary>
    public bool HasEnded { get; init; }

    /// <summary>Gets whether the sender went away in the middle.</summary>
    public bool IsCut { get; init; }

    /// <summary>Gets the SHA-256 of the whole file in lower-case hexadecimal; null when the request did not hold all of it.</summary>
    public string? Sha256 { get; init; }
}
