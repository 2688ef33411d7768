using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Calls;

/// <summary>How one attempt at a request ended: Autodesk's response, or why nothing was sent.</summary>
/// <param name="AccountId">Whose request it was.</param>
/// <param name="Response">What came back; null when nothing was sent.</param>
/// <param name="Refusal">Why nothing was sent.</param>
internal sealed record Attempt(string AccountId, ApsResponse? Response, ServiceError? Refusal)
{
    /// <summary>Gets whether it may and should be repeated.</summary>
    public bool IsRepeatable { get; init; }

    public bool IsRateLimited => Response is ApsResponse.Answered { Status: 429 };

    /// <summary>Gets how long Autodesk, which fails, asks not to be asked again.</summary>
    public TimeSpan AskedWait => Response is ApsResponse.Answered { IsOutage: true, RetryAfter: { } wait } ? wait : TimeSpan.Zero;

    /// <summary>Gets whether it speaks for Autodesk being down. Refused credentials and used-up limits do not.</summary>
    public bool IsOutage =>
        Response is ApsResponse.NotSent or ApsResponse.Lost { IsTooLarge: false } or ApsResponse.Answered { IsOutage: true };

    /// <summary>Gets whether the request may have had its effect although Autodesk did not say so.</summary>
    public bool IsUncertain => Response is ApsResponse.Lost or ApsResponse.Answered { IsOutage: true };

    /// <summary>
    /// Tells whether a response allows the request to be sent again: always when it cannot have had an effect; after a failure that leaves
    /// the effect open only when a second effect would be the same as the first.
    /// </summary>
    public static bool AllowsRepeat(ApsResponse response, ActionDefinition action) =>
        response switch
        {
            ApsResponse.NotSent or ApsResponse.Answered { Status: 429 } => true,
            ApsResponse.Lost { IsTooLarge: true } => false, // It would be as large again.
            ApsResponse.Lost or ApsResponse.Answered { IsOutage: true } => action.RetrySafe,
            _ => false,
        };
}
