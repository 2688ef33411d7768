using System.Text.Json;

namespace TenantHub.Client.Actions;

/// <summary>What a call would send, need and wait for.</summary>
public sealed record CallPlan
{
    /// <summary>Gets the action.</summary>
    public required string Action { get; init; }

    /// <summary>Gets the requests that would be sent to Autodesk.</summary>
    public required IReadOnlyList<PlannedRequest> Requests { get; init; }

    /// <summary>Gets the scopes of the access token.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Gets the API product that must be enabled; null when none.</summary>
    public string? ApiProduct { get; init; }

    /// <summary>Gets whether the identical request may be sent twice without a second effect.</summary>
    public bool RetrySafe { get; init; }

    /// <summary>Gets why the call would be refused as things are; null when it would be sent.</summary>
    public PlanObstacle? Obstacle { get; init; }

    /// <summary>Gets the limit that the call counts against; null when there is none.</summary>
    public PlanQuota? Quota { get; init; }

    /// <summary>Gets how many calls of the account are before it.</summary>
    public int CallsBefore { get; init; }

    /// <summary>Gets how long it would wait, in seconds.</summary>
    public double ExpectedWaitSeconds { get; init; }

    /// <summary>Gets whether a person has to approve the call before it is sent.</summary>
    public bool NeedsApproval { get; init; }
}

/// <summary>One request that would be sent to Autodesk.</summary>
/// <param name="Action">The action whose request it is.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Url">The address.</param>
/// <param name="Headers">The headers, without the token.</param>
/// <param name="Body">The body; null when there is none.</param>
public sealed record PlannedRequest(
    string? Action,
    string Method,
    string Url,
    IReadOnlyDictionary<string, string> Headers,
    JsonElement? Body
);

/// <summary>Why a call would be refused.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Detail">What it is.</param>
/// <param name="NextStep">What to do.</param>
public sealed record PlanObstacle(string Code, string Detail, string? NextStep);

/// <summary>The limit that a call counts against.</summary>
/// <param name="QuotaGroup">Its name.</param>
/// <param name="Limit">Requests in a window.</param>
/// <param name="WindowSeconds">The window's length.</param>
/// <param name="Remaining">What is left.</param>
/// <param name="ResetSeconds">When there is more.</param>
/// <param name="AccountsWaiting">How many accounts wait for it.</param>
public sealed record PlanQuota(string QuotaGroup, int Limit, double WindowSeconds, int Remaining, double ResetSeconds, int AccountsWaiting);
