namespace TenantHub.Server.Ui.Files;

/// <summary>How fast an upload goes, from where it stood the last times that somebody looked. Pure.</summary>
internal sealed class TransferPace
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(15); // Parts arrive in steps.

    private readonly Queue<(DateTimeOffset At, long Offset)> _seen = new();
    private (DateTimeOffset At, long Offset) _last;

    /// <summary>Notes where it stands.</summary>
    /// <param name="at">Now.</param>
    /// <param name="offset">How many bytes are stored.</param>
    public void Add(DateTimeOffset at, long offset)
    {
        _last = (at, offset);
        _seen.Enqueue(_last);
        while (_seen.Count > 2 && at - _seen.Peek().At > Span)
            _seen.Dequeue();
    }

    /// <summary>Gets the bytes per second; null while nothing can be said.</summary>
    public double? BytesPerSecond =>
        _seen.TryPeek(out var first) && _last.At > first.At && _last.Offset > first.Offset
            ? (_last.Offset - first.Offset) / (_last.At - first.At).TotalSeconds
            : null;

    /// <summary>How long the rest takes at this pace; null when that cannot be said.</summary>
    public TimeSpan? Remaining(long? size) =>
        size is { } all && BytesPerSecond is { } speed ? TimeSpan.FromSeconds(Math.Max(0, all - _last.Offset) / speed) : null;
}
