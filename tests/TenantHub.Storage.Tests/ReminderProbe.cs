namespace TenantHub.Storage;

/// <summary>A grain with a reminder, as the hub's own have.</summary>
public interface IReminderProbe : IGrainWithStringKey
{
    Task RegisterAsync();

    Task<IReadOnlyList<string>> NamesAsync();
}

internal sealed class ReminderProbe : Grain, IReminderProbe, IRemindable
{
    public Task RegisterAsync() => this.RegisterOrUpdateReminder("verify", TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    public async Task<IReadOnlyList<string>> NamesAsync() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName)];

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}
