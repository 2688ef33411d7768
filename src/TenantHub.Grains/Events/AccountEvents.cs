using System.Text.Json;
using TenantHub.Accounts;

namespace TenantHub.Events;

/// <summary>Which events a change of an account is. Pure.</summary>
internal static class AccountEvents
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static IReadOnlyList<LifecycleEvent> Of(AccountDescription? before, AccountDescription after, TimeProvider clock)
    {
        if (before is null)
            return [New("account.created", null, after, clock)];
        if (after.Status is AccountStatus.Unlinked)
            return before.Status is AccountStatus.Unlinked ? [] : [New("account.deleted", before, after, clock)];

        var events = new List<LifecycleEvent>();
        if (before.Status != after.Status || before.Reason != after.Reason)
            events.Add(New("account.status_changed", before, after, clock));
        if (before.Status is AccountStatus.Pending or AccountStatus.AwaitingProvisioning && after.Status is AccountStatus.Active)
            events.Add(New("account.provisioning_passed", before, after, clock));
        if (Settings(before) != Settings(after))
            events.Add(New("account.updated", before, after, clock));
        return events;
    }

    /// <summary>What people set, as opposed to what TenantHub finds out.</summary>
    private static AccountDescription Settings(AccountDescription account) =>
        account with
        {
            Revision = 0,
            Status = default,
            Reason = "",
            NextStep = null,
            StatusSince = default,
            UpdatedAt = default,
        };

    private static LifecycleEvent New(string type, AccountDescription? before, AccountDescription after, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var body = JsonBytes.From(
            new
            {
                Type = type,
                Timestamp = now,
                Data = new
                {
                    AccountId = after.Id,
                    after.OriginOwnerId,
                    after.OriginOwnerName,
                    after.Label,
                    after.ProfileId,
                    after.AccAccountId,
                    after.Region,
                    OldStatus = before is null ? null : WireName.Of(before.Status),
                    Status = WireName.Of(after.Status),
                    after.Reason,
                    after.NextStep,
                    after.StatusSince,
                },
            },
            Json
        );
        return new(LinkedAccountId.NewText("evt_", clock), type, now, body);
    }
}
