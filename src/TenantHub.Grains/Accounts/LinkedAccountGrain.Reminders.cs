using TenantHub.Events;

namespace TenantHub.Accounts;

/// <summary>
/// What must happen though nobody asks, and though the process may end: events are handed over, and an account that waits for its admin is
/// looked at again, less and less often.
/// </summary>
internal sealed partial class LinkedAccountGrain
{
    private const string OutboxReminder = "outbox";
    private const string LookReminder = "look-again";
    private static readonly TimeSpan OutboxDelay = TimeSpan.FromMinutes(1); // The shortest that a reminder can be.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);
    private string? _handedOver;

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (reminderName == OutboxReminder)
        {
            await HandOverAsync();
            if (_handedOver == LastIn(State.Outbox)) await this.ForgetReminderAsync(OutboxReminder);
            return;
        }

        if (IsWaiting(Linked)) await VerifyAsync(CancellationToken.None);
        if (IsWaiting(Linked)) await LookAgainAsync();
        else await this.ForgetReminderAsync(LookReminder);
    }

    private static bool IsWaiting(AccountDescription? account) => account?.Status is AccountStatus.Pending or AccountStatus.AwaitingProvisioning;

    /// <summary>The events of a change, when somebody wants them. Their reminder is there before the change is: whatever happens, they are handed over.</summary>
    private async Task<IReadOnlyList<LifecycleEvent>> AnnounceAsync(AccountDescription? before, AccountDescription after)
    {
        var events = AccountEvents.Of(before, after, _clock);
        if (events.Count == 0 || !await GrainFactory.GetGrain<IEventPublisherGrain>(IEventEndpointsGrain.Key).HasEndpointsAsync()) return [];
        await this.RegisterOrUpdateReminder(OutboxReminder, OutboxDelay, OutboxDelay);
        return events;
    }

    /// <summary>Hands over what the state holds. Handed over twice is once, so nothing has to be written here: the next change drops what is gone.</summary>
    private async Task HandOverAsync()
    {
        if (State.Outbox is not [.., var last] || last.Id == _handedOver) return;
        try
        {
            await GrainFactory.GetGrain<IEventPublisherGrain>(IEventEndpointsGrain.Key).PublishAsync(State.Outbox);
            _handedOver = last.Id;
        }
        catch (Exception exception)
        {
            LogNotHandedOver(exception, Id); // The reminder tries again.
        }
    }

    /// <summary>Sets the next look: after a minute at first, then after as long as the account has waited already, up to a limit.</summary>
    private async Task LookAgainAsync()
    {
        var waited = _clock.GetUtcNow() - Linked!.StatusSince;
        var wait = TimeSpan.FromMinutes(Math.Clamp(waited.TotalMinutes, 1, _provisioningOptions.LookAgainAtLeastEvery.TotalMinutes));
        await this.RegisterOrUpdateReminder(LookReminder, wait, wait);
    }

    private static string? LastIn(IReadOnlyList<LifecycleEvent> events) => events is [.., var last] ? last.Id : null;
}
