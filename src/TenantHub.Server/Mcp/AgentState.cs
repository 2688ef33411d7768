using TenantHub.Accounts;
using TenantHub.Quotas;

namespace TenantHub.Server.Mcp;

/// <summary>An account's state for an agent: whether it works, why not, what to do, and what it is doing.</summary>
internal sealed record AgentState
{
    public required string AccountId { get; init; }

    public required string Status { get; init; }

    public required string Reason { get; init; }

    /// <summary>Gets what somebody has to do; null when nothing is to be done.</summary>
    public string? NextStep { get; init; }

    public required string Region { get; init; }

    /// <summary>Gets what does not work, with what was seen and what to do.</summary>
    public required IReadOnlyList<AgentProblem> Problems { get; init; }

    public required int CallsRunning { get; init; }

    public required int CallsWaiting { get; init; }

    /// <summary>Gets Autodesk's limits of the account's app, in requests a minute, as far as something was used of them.</summary>
    public required IReadOnlyList<AgentLimit> Limits { get; init; }

    /// <summary>Gets the last calls, the newest first.</summary>
    public required IReadOnlyList<AgentCall> LastCalls { get; init; }

    public static AgentState From(AccountLiveState state, IEnumerable<QuotaDescription> limits) =>
        new()
        {
            AccountId = state.Account.Id,
            Status = WireName.Of(state.Account.Status),
            Reason = state.Account.Reason,
            NextStep = state.Account.NextStep,
            Region = state.Account.Region,
            Problems =
            [
                .. state
                    .Checks.Where(check => check.Outcome is CheckOutcome.Failed)
                    .Select(check => new AgentProblem(check.Name, check.Seen, check.NextStep)),
            ],
            CallsRunning = state.Lane.Running.Count,
            CallsWaiting = state.Lane.Waiting.Count,
            Limits =
            [
                .. limits
                    .Where(limit => limit.Used > 0 || limit.PausedUntil is not null)
                    .Select(limit => new AgentLimit(limit.QuotaGroup, limit.Limit, limit.Limit - limit.Used, limit.PausedUntil)),
            ],
            LastCalls = [.. state.RecentCalls.Take(5).Select(call => new AgentCall(call.ActionId, call.StartedAt, call.Outcome))],
        };
}

/// <summary>Something that does not work.</summary>
internal sealed record AgentProblem(string Check, string Seen, string? NextStep);

/// <summary>One limit of Autodesk's, what is left of it, and until when nothing is sent under it.</summary>
internal sealed record AgentLimit(string Group, int Limit, int Left, DateTimeOffset? PausedUntil);

/// <summary>A call that has ended.</summary>
internal sealed record AgentCall(string Action, DateTimeOffset At, string Outcome);
