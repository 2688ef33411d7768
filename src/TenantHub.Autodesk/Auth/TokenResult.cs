using TenantHub.Errors;

namespace TenantHub.Autodesk.Auth;

/// <summary>How a token request ended.</summary>
public abstract record TokenResult
{
    private TokenResult() { }

    /// <summary>Autodesk gave a token.</summary>
    public sealed record Granted(Secret Token, TimeSpan ExpiresIn) : TokenResult;

    /// <summary>There is none.</summary>
    public sealed record Refused(ServiceError Error) : TokenResult;
}
