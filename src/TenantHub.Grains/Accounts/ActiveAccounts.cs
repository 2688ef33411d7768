using Microsoft.Extensions.Options;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Accounts;

/// <summary>The accounts that are active on this silo: what each grain holds of its own, from its activation to its end.</summary>
internal sealed class ActiveAccounts(
    AccountRecords records,
    ActionCatalog catalog,
    IOptions<LaneOptions> lanes,
    AccountsHere here,
    Handover handover,
    Draining draining,
    TimeProvider clock
)
{
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
}
