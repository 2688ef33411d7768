namespace TenantHub.ApsEmulator.Quotas;

/// <summary>
/// Autodesk's published limits, requests per minute and client id. How Autodesk counts is not published, so three ways can be chosen.
/// Sources: the rate-limit pages of Account Admin, ACC admin, Data Management; authentication.yaml. The number for webhooks is not known.
/// </summary>
internal sealed class QuotaTable(VirtualClock clock)
{
    private static readonly Dictionary<string, int> Published = new()
    {
        ["token"] = 500,
        ["hq"] = 100,
        ["admin-read"] = 600,
        ["admin-write"] = 100,
        ["hubs"] = 50,
        ["hub"] = 50,
        ["hub-projects"] = 50,
        ["project"] = 50,
        ["top-folders"] = 300,
        ["folder"] = 300,
        ["folder-contents"] = 300,
        ["folder-search"] = 300,
        ["folder-create"] = 50,
        ["folder-update"] = 50,
        ["item"] = 300,
        ["item-tip"] = 50,
        ["item-versions"] = 800,
        ["item-create"] = 50,
        ["item-update"] = 50,
        ["version"] = 300,
        ["version-create"] = 300,
        ["download-formats"] = 50,
        ["downloads"] = 50,
        ["storage-create"] = 300,
        ["oss"] = 1000,
        ["webhooks-list"] = 500,
        ["webhooks-list-system"] = 500,
        ["webhooks-get"] = 500,
        ["webhooks-create"] = 500,
        ["webhooks-update"] = 500,
        ["webhooks-delete"] = 500,
    };

    private readonly Dictionary<string, int> _limits = new(Published);
    private readonly Dictionary<(string ClientId, string Group), IQuotaCounter> _counters = [];

    public bool Enabled { get; set; } = true;

    public QuotaMode Mode { get; private set; } = QuotaMode.SlidingLog;

    public TimeSpan Window { get; private set; } = TimeSpan.FromMinutes(1);

    public IReadOnlyDictionary<string, int> Limits => _limits;

    /// <summary>Counts a request; tells how long to wait when it is one too many.</summary>
    public TimeSpan? Refuse(string clientId, string group)
    {
        if (!Enabled)
            return null;
        if (!_counters.TryGetValue((clientId, group), out var counter))
            _counters[(clientId, group)] = counter = NewCounter(_limits[group]);
        return counter.TryCount(clock.Now) ? null : counter.Wait(clock.Now);
    }

    public void Change(QuotaMode mode, TimeSpan window, IReadOnlyDictionary<string, int> limits)
    {
        (Mode, Window) = (mode, window);
        foreach (var (group, limit) in limits)
            _limits[group] = limit;
        _counters.Clear();
    }

    public void Reset()
    {
        Enabled = true;
        foreach (var (group, limit) in Published)
            _limits[group] = limit;
        (Mode, Window) = (QuotaMode.SlidingLog, TimeSpan.FromMinutes(1));
        _counters.Clear();
    }

    private IQuotaCounter NewCounter(int limit) =>
        Mode switch
        {
            QuotaMode.FixedWindow => new FixedWindowCounter(limit, Window),
            QuotaMode.TokenBucket => new TokenBucketCounter(limit, Window, clock.Now),
            _ => new SlidingLogCounter(limit, Window),
        };
}

/// <summary>How requests are counted.</summary>
internal enum QuotaMode
{
    SlidingLog,
    FixedWindow,
    TokenBucket,
}

internal interface IQuotaCounter
{
    bool TryCount(DateTimeOffset now);

    TimeSpan Wait(DateTimeOffset now);
}
