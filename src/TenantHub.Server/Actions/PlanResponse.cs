using System.Text.Json;
using TenantHub.Actions;

namespace TenantHub.Server.Actions;

/// <summary>What a call would do.</summary>
internal sealed record PlanResponse
{
    public required string Action { get; init; }

    public required IReadOnlyList<PlannedRequestResponse> Requests { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public string? ApiProduct { get; init; }

    public required bool RetrySafe { get; init; }

    /// <summary>Gets why the call would be refused as things are; null when it would be sent.</summary>
    public PlanObstacle? Obstacle { get; init; }

    public PlanQuota? Quota { get; init; }

    public required int CallsBefore { get; init; }

    public required double ExpectedWaitSeconds { get; init; }

    /// <summary>Gets whether a person has still to approve the call before it is sent.</summary>
    public required bool NeedsApproval { get; init; }

    /// <summary>Gets the approval that was asked for this very call and holds; null when there is none.</summary>
    public string? ApprovalId { get; init; }

    /// <summary>Gets what became of it: <c>pending</c>, <c>approved</c>, <c>refused</c>, <c>used</c>.</summary>
    public string? ApprovalStatus { get; init; }

    public static PlanResponse From(ActionPlan plan) =>
        new()
        {
            Action = plan.ActionId,
            Requests = [.. plan.Requests.Select(PlannedRequestResponse.From)],
            Scopes = plan.Scopes,
            ApiProduct = plan.ApiProduct,
            RetrySafe = plan.RetrySafe,
            Obstacle = plan.Obstacle is { } error ? new(WireName.Of(error.Code), error.Detail, error.NextStep) : null,
            Quota = plan.Quota is { } quota
                ? new(
                    quota.QuotaGroup,
                    quota.Limit,
                    quota.Window.TotalSeconds,
                    quota.Remaining,
                    Math.Round(quota.Reset.TotalSeconds, 3),
                    plan.AccountsWaiting
                )
                : null,
            CallsBefore = plan.CallsBefore,
            ExpectedWaitSeconds = Math.Round(plan.ExpectedWait.TotalSeconds, 3),
            NeedsApproval = plan.NeedsApproval,
            ApprovalId = plan.ApprovalId,
            ApprovalStatus = plan.ApprovalStatus is { } status ? WireName.Of(status) : null,
        };
}

/// <summary>One request that would be sent to Autodesk.</summary>
internal sealed record PlannedRequestResponse(
    string? Action,
    string Method,
    string Url,
    IReadOnlyDictionary<string, string> Headers,
    JsonElement? Body
)
{
    public static PlannedRequestResponse From(PlannedRequest request) =>
        new(
            request.ActionId,
            request.Method,
            request.Url,
            request.Headers,
            request.Body is { } body ? JsonSerializer.Deserialize<JsonElement>(body.Span) : null
        );
}

/// <summary>Why a call would be refused.</summary>
internal sealed record PlanObstacle(string Code, string Detail, string? NextStep);

/// <summary>The limit that a call counts against.</summary>
internal sealed record PlanQuota(
    string QuotaGroup,
    int Limit,
    double WindowSeconds,
    int Remaining,
    double ResetSeconds,
    int AccountsWaiting
);
