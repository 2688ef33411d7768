namespace TenantHub.Quotas;

/// <summary>Who says how high a limit is.</summary>
internal enum LimitSource
{
    /// <summary>TenantHub's own guess, where Autodesk publishes no limit.</summary>
    Default,

    /// <summary>Autodesk publishes it.</summary>
    Published,

    /// <summary>The server's settings.</summary>
    Settings,

    /// <summary>An operator, by API, console or connector profile.</summary>
    Operator,

    /// <summary>Autodesk, by a 429.</summary>
    Learned,
}

/// <summary>
/// What each source says about one limit, and which of them is in force. What the operator set goes before the server's settings, and these
/// go before the catalog. A learnt limit holds besides, while it is lower than the one that was set: Autodesk's answers lower a limit and
/// never raise it, every window without a 429 gives a tenth of the set limit back, and an operator who changes or resumes it gives back all.
/// </summary>
internal sealed class LimitTable
{
    private const double RecoveryPerWindow = 0.1;

    private readonly Row _catalog;
    private readonly int? _settings;
    private double? _learned;
    private TimeSpan _learnedAt;

    public LimitTable(int limit, LimitSource source = LimitSource.Published, int? settings = null)
    {
        (_catalog, _settings) = (new Row(source, limit), settings);
        Set = Choose(null);
    }

    /// <summary>Gets the limit that was set, and by whom.</summary>
    public Row Set { get; private set; }

    /// <summary>Gets the limit that is in force, and who says so.</summary>
    public Row InForce => Learned is { } learned ? new Row(LimitSource.Learned, learned) : Set;

    public int? Learned => _learned is { } learned ? Math.Max(1, (int)learned) : null;

    public int? Operator => Set.Source is LimitSource.Operator ? Set.Value : null;

    /// <summary>Takes over what the operator wants; null when it is left to the other sources.</summary>
    public void SetByOperator(int? limit)
    {
        Set = Choose(limit);
        if (_learned >= Set.Value)
            _learned = null;
    }

    /// <summary>A 429 came although so many requests of the last window were accepted: the limit cannot be higher, and is taken for half at
    /// least.</summary>
    public void Learn(int accepted, TimeSpan sentAt, TimeSpan now)
    {
        if (_learned is not null && sentAt < _learnedAt)
            return; // One burst of refusals is one lesson.
        var limit = InForce.Value;
        (_learned, _learnedAt) = (Math.Clamp(Math.Max(accepted, limit / 2), 1, limit), now);
    }

    /// <summary>An operator knows better than what was learnt; the next 429 teaches anew.</summary>
    public void Unlearn() => _learned = null;

    /// <summary>Takes over what an earlier activation has learnt.</summary>
    public void Restore(int? learned, TimeSpan now)
    {
        if (learned < Set.Value)
            (_learned, _learnedAt) = (learned, now);
    }

    /// <summary>Gives back what time has healed.</summary>
    public void Recover(TimeSpan now, TimeSpan window)
    {
        while (_learned is { } learned && _learnedAt + window <= now)
        {
            var healed = learned + Math.Max(1, Set.Value * RecoveryPerWindow);
            (_learned, _learnedAt) = (healed < Set.Value ? healed : null, _learnedAt + window);
        }
    }

    private Row Choose(int? byOperator) =>
        byOperator is { } limit ? new Row(LimitSource.Operator, limit)
        : _settings is { } setting ? new Row(LimitSource.Settings, setting)
        : _catalog;

    /// <summary>One row of the table.</summary>
    /// <param name="Source">Who says so.</param>
    /// <param name="Value">Requests per window.</param>
    internal readonly record struct Row(LimitSource Source, int Value);
}
