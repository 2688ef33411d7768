namespace TenantHub;

/// <summary>What Orleans' reminders leave to their users.</summary>
internal static class Reminders
{
    /// <summary>Takes a reminder away; one that is not there is as good.</summary>
    public static async Task ForgetReminderAsync(this IGrainBase grain, string name)
    {
        if (await grain.GetReminder(name) is { } reminder)
            await grain.UnregisterReminder(reminder);
    }
}
