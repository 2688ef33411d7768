using Microsoft.Extensions.Options;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Accounts;

/// <summary>Makes what a grain holds of its account.</summary>
internal sealed class ActiveAccounts(
    AccountRecords records,
    ActionCatalog catalog,
    IOptions<LaneOptions> lanes,
    Draining draining,
    TimeProvider clock
)
{
    public ActiveAccount Of(IGrainBase grain, IPersistentState<LinkedAccountState> stored)
    {
        var lane = new Lane(lanes.Value.MaxWaitingCalls, clock, draining.Token) { ParallelReads = lanes.Value.ParallelReads };
        return new(new AccountRecord(grain, stored, lane, records), lane, catalog, lanes.Value, clock);
    }
}
