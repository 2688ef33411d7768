namespace TenantHub;

/// <summary>
/// The activation of something that does not exist: it leaves after some seconds, so that ids which somebody makes up do not fill the memory.
/// Not at once: whoever asks for it many times over would meet activations that are just going, and be told of a fault.
/// </summary>
internal sealed class ShortStay(IGrainBase grain)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    private IGrainTimer? _end;

    /// <summary>Leaves after the stay, unless the thing is there by then.</summary>
    public void LeaveUnless(Func<bool> exists)
    {
        if (_end is not null)
            return;
        _end = grain.RegisterGrainTimer(
            _ =>
            {
                _end?.Dispose();
                _end = null;
                if (!exists())
                    grain.DeactivateOnIdle();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(Length, Timeout.InfiniteTimeSpan) { Interleave = true }
        );
    }
}
