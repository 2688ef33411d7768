using Orleans.Runtime.Placement;
using TenantHub.Actions;

namespace TenantHub.Accounts;

/// <summary>
/// Moves the accounts of a silo that is about to stop to the others. An account moves as soon as the calls that run for it have ended;
/// what comes for it meanwhile waits for its next owner and is not refused.
/// </summary>
/// <remarks>
/// Orleans hands grains over too, but only after the process has finished its own requests. Until then a draining silo would keep its
/// accounts and refuse every call for them.
/// </remarks>
public sealed class Handover(ISiloStatusOracle silos, Draining draining)
{
    /// <summary>Gets whether this silo is about to stop and no other one is there: then nobody can take a call over.</summary>
    public bool IsLast => draining.Token.IsCancellationRequested && Elsewhere() is null;

    /// <summary>
    /// Lets an activation move when draining begins, if it has work, or else just end: many thousands that nobody calls would read their
    /// state elsewhere for nothing. One that begins while this silo drains moves at once. Disposing the answer ends that.
    /// </summary>
    /// <param name="context">The activation.</param>
    /// <param name="lane">Its lane.</param>
    internal CancellationTokenRegistration Follow(IGrainContext context, Lane lane)
    {
        if (!draining.Token.IsCancellationRequested)
            return draining.Token.UnsafeRegister(static (state, _) => ((Follower)state!).Leave(), new Follower(this, context, lane));
        Move(context);
        return default;
    }

    /// <summary>Without a hint the account might be placed here again: to the cluster this silo still works.</summary>
    private void Move(IGrainContext context)
    {
        if (Elsewhere() is { } silo)
            context.Migrate(new() { [IPlacementDirector.PlacementHintKey] = silo });
    }

    /// <summary>Any other silo that works; null when there is none.</summary>
    private SiloAddress? Elsewhere()
    {
        var others = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(silos.SiloAddress)).ToArray();
#pragma warning disable CA5394 // Spreads accounts; nothing depends on its being unpredictable.
        return others.Length == 0 ? null : others[Random.Shared.Next(others.Length)];
#pragma warning restore CA5394
    }

    private sealed record Follower(Handover Handover, IGrainContext Context, Lane Lane)
    {
        public void Leave()
        {
            if (Lane.Count > 0)
                Handover.Move(Context);
            else if (Handover.Elsewhere() is not null)
                Context.Deactivate(new(DeactivationReasonCode.ShuttingDown, "This silo is about to stop."));
        }
    }
}
