namespace TenantHub;

/// <summary>What Orleans' reminders leave to their users.</summary>
internal static class Reminders
{
    /// <summary>Takes a reminder away; one that is not there is as good.</summary>
    public static async Task ForgetReminderAsync<TGrain>(this TGrain grain, string name)
        where TGrain : IGrainBase, IRemindable
    {
        if (await grain.GetReminder(name) is { } reminder) await grain.UnregisterReminder(reminder);
    }
}
