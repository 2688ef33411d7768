using TenantHub.Events;

namespace TenantHub.Accounts;

/// <summary>
/// What must happen though nobody asks, and though the process may end: events are handed over, and an account that waits for its admin is
/// looked at again, less and less often.
/// </summary>
internal sealed partial class AccountRecord
{
    public const string OutboxReminder = "outbox";
    public const string LookReminder = "look-again";
    private static readonly TimeSpan OutboxDelay = TimeSpan.FromMinutes(1); // The shortest that a reminder can be.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EventsWait = TimeSpan.FromSeconds(2); // Whoever changes an account does not wait longer for those who listen.

    private string? _handedOver;

    /// <summary>Gets whether the account waits for somebody to put it right at Autodesk.</summary>
    public bool IsLookedAtAgain => IsWaiting(Linked);

    /// <summary>Hands over what is left; the reminder goes once nothing is.</summary>
    public async Task RemindOfOutboxAsync()
    {
        await HandOverAsync();
        if (_handedOver == LastIn(State.Outbox))
            await grain.ForgetReminderAsync(OutboxReminder);
    }

    /// <summary>Sets the next look: after a minute at first, then after as long as the account has waited already, up to a limit. None when
    /// it waits no more.</summary>
    public async Task SetNextLookAsync(TimeSpan atLeastEvery)
    {
        if (!IsLookedAtAgain)
        {
            await grain.ForgetReminderAsync(LookReminder);
            return;
        }

        var waited = shared.Clock.GetUtcNow() - Linked!.StatusSince;
        var wait = TimeSpan.FromMinutes(Math.Clamp(waited.TotalMinutes, 1, atLeastEvery.TotalMinutes));
        await grain.RegisterOrUpdateReminder(LookReminder, wait, wait);
    }

    private static bool IsWaiting(AccountDescription? account) =>
        account?.Status is AccountStatus.Pending or AccountStatus.AwaitingProvisioning;

    /// <summary>The events of a change, when somebody wants them. Their reminder is there before the change is: whatever happens, they are
    /// handed over.</summary>
    private async Task<IReadOnlyList<LifecycleEvent>> AnnounceAsync(AccountDescription? before, AccountDescription after)
    {
        var events = AccountEvents.Of(before, after, shared.Clock);
        if (events.Count == 0 || !await HasListenersAsync())
            return [];
        await grain.RegisterOrUpdateReminder(OutboxReminder, OutboxDelay, OutboxDelay);
        return events;
    }

    /// <summary>Whether somebody wants to hear of events. When that cannot be told the events are kept: the reminder finds out.</summary>
    private async Task<bool> HasListenersAsync()
    {
        try
        {
            return await shared.Events.HasEndpointsAsync().WaitAsync(EventsWait, shared.Clock);
        }
        catch (Exception exception)
        {
            LogNotHandedOver(exception, Id);
            return true;
        }
    }

    /// <summary>Hands over what the state holds. Handed over twice is once, so nothing has to be written here: the next change drops what
    /// is gone.</summary>
    private async Task HandOverAsync()
    {
        if (State.Outbox is not [.., var last] || last.Id == _handedOver)
            return;
        try
        {
            await shared.Events.PublishAsync(State.Outbox).WaitAsync(EventsWait, shared.Clock);
            _handedOver = last.Id;
        }
        catch (Exception exception)
        {
            LogNotHandedOver(exception, Id); // The reminder tries again.
        }
    }

    private static string? LastIn(IReadOnlyList<LifecycleEvent> events) => events is [.., var last] ? last.Id : null;
}
