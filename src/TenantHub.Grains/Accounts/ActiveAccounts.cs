using Microsoft.Extensions.Options;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Calls;
using TenantHub.Health;

namespace TenantHub.Accounts;

/// <summary>The accounts that are active on this silo: what each grain holds of its own, from its activation to its end.</summary>
internal sealed class ActiveAccounts(
    AccountRecords records,
    ActionCatalog catalog,
    IOptions<LaneOptions> lanes,
    AccountsHere here,
    Handover handover,
    Draining draining,
    SiloHealth health,
    TimeProvider clock
)
{
    /// <summary>Several steps before the sending may each take a little longer than the caller has.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5);

    public ActiveAccount Of(IGrainBase grain, IPersistentState<LinkedAccountState> stored)
    {
        var lane = new Lane(lanes.Value.MaxWaitingCalls, clock, draining.Token) { ParallelReads = lanes.Value.ParallelReads };
        return new(new AccountRecord(grain, stored, lane, records), lane, catalog, lanes.Value, clock);
    }

    /// <summary>The account's grain is ready. From now on it moves, or ends, when this silo drains.</summary>
    public void Begin(IGrainContext activation, ActiveAccount account)
    {
        account.Handover = handover.Follow(activation, account.Lane);
        here.Add(activation);
    }

    public ValueTask EndAsync(IGrainContext activation, ActiveAccount account)
    {
        here.Remove(activation);
        return account.Handover.DisposeAsync();
    }

    /// <summary>Says that something runs for which this silo waits before it stops, until the answer is disposed.</summary>
    public AccountsHere.RunningCall Run() => here.Run();

    /// <summary>
    /// Waits for what a call comes to, and no longer than its deadline when nothing of it has been sent by then: however slow the steps before
    /// the sending are, nothing will be. What has been sent is waited for to its end, with all that belongs to it: a token that is renewed, a look
    /// for a lost answer.
    /// </summary>
    /// <param name="running">The call.</param>
    /// <param name="recorder">What it has done so far.</param>
    /// <param name="startBy">The timestamp of its deadline.</param>
    public async Task<ActionResult> AnswerInTimeAsync(Task<ActionResult> running, CallRecorder recorder, long startBy)
    {
        if (!running.IsCompleted)
            await ((Task)running)
                .WaitAsync(clock.Left(startBy) + Grace, clock)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (running.IsCompleted || recorder.HasSent || recorder.Action is { Kind: ActionKind.Transfer })
            return await running;
        recorder.GivenUp = health.IsDatabaseSilent ? AccountErrors.DatabaseTooLate() : AccountErrors.NotReadyInTime();
        _ = EndAsync(running, here.Run());
        return recorder.GivenUp;
    }

    /// <summary>Its caller has been answered. It gives back what it holds, for which this silo waits before it stops.</summary>
    private static async Task EndAsync(Task running, AccountsHere.RunningCall here)
    {
        using (here)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}
