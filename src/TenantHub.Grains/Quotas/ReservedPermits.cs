namespace TenantHub.Quotas;

/// <summary>
/// What makes a crash unable to overspend. Permits are lent only out of a block that was written to storage before; whoever wakes up
/// after a crash takes every permit of every block that is still there for used. A block goes once all of its permits are answered for a
/// window and no new one can come.
/// </summary>
/// <remarks>Pure, like the bucket. A permit's number names its block: blocks are numbered from the first permit that they hold.</remarks>
internal sealed class ReservedPermits
{
    private readonly List<Block> _blocks = [];
    private readonly Queue<long> _inOrder = new();
    private readonly Dictionary<long, (Block Block, TimeSpan LentAt)> _lent = [];
    private long _next;

    public ReservedPermits(long firstNumber) => _next = firstNumber;

    /// <summary>Gets how many may be lent without another write.</summary>
    public int Left { get; private set; }

    public void Add(int permits)
    {
        _blocks.Add(new Block(permits));
        Left += permits;
    }

    public long Lend(TimeSpan now)
    {
        var block = _blocks.Find(candidate => candidate.Left > 0)!;
        block.Left--;
        block.Running++;
        Left--;
        _lent[_next] = (block, now);
        _inOrder.Enqueue(_next);
        return _next++;
    }

    /// <summary>Ends a permit and tells when it was lent; null when it is not known here.</summary>
    public TimeSpan? End(long permit, TimeSpan now)
    {
        if (!_lent.Remove(permit, out var lent))
            return null;
        ForgetEnded();
        lent.Block.Running--;
        lent.Block.AnsweredAt = now;
        return lent.LentAt;
    }

    /// <summary>The next permit of a caller that has vanished: lent longer ago than any request can take. Null when there is none; what is
    /// found is to be ended.</summary>
    public long? NextExpired(TimeSpan now, TimeSpan longest)
    {
        ForgetEnded();
        return _inOrder.TryPeek(out var oldest) && _lent[oldest].LentAt + longest <= now ? oldest : null;
    }

    /// <summary>What has to be stored: each block's size, and until when its permits count. Blocks that no longer count are
    /// dropped.</summary>
    /// <param name="now">The time.</param>
    /// <param name="window">The window.</param>
    /// <param name="longest">How long a request can take.</param>
    /// <param name="closing">Whether no more permits will be lent: what is left of a block then does not count.</param>
    public IReadOnlyList<(int Permits, TimeSpan? CountsUntil)> Snapshot(TimeSpan now, TimeSpan window, TimeSpan longest, bool closing)
    {
        _blocks.RemoveAll(block => block is { Left: 0, Running: 0 } && block.AnsweredAt + window <= now);
        return
        [
            .. _blocks
                .Select(block =>
                    (
                        Permits: closing ? block.Size - block.Left : block.Size,
                        CountsUntil: block.Left > 0 && !closing ? (TimeSpan?)null
                        : block.Running > 0 ? now + longest + window
                        : block.AnsweredAt + window
                    )
                )
                .Where(block => block.Permits > 0),
        ];
    }

    private void ForgetEnded()
    {
        while (_inOrder.TryPeek(out var oldest) && !_lent.ContainsKey(oldest))
            _inOrder.Dequeue();
    }

    private sealed class Block(int size)
    {
        public int Size { get; } = size;

        public int Left { get; set; } = size;

        public int Running { get; set; }

        public TimeSpan AnsweredAt { get; set; }
    }
}
