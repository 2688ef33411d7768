namespace TenantHub.Calls;

/// <summary>
/// The log of action calls. It is written behind the calls, in batches: a call never waits for it. When it cannot keep up, records are
/// dropped, and how many is told. Records end by age and by number.
/// </summary>
public interface ICallLog
{
    /// <summary>Gets how many records of this process were dropped since it started.</summary>
    long Dropped { get; }

    /// <summary>Gets how many records this process has stored since it started.</summary>
    long Stored { get; }

    /// <summary>Takes a record; returns at once.</summary>
    /// <param name="record">The record.</param>
    void Append(CallRecord record);

    /// <summary>Lists records. What was appended within the last second may not be there yet.</summary>
    /// <param name="filter">What to list, and in which order.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<CallRecord>> ListAsync(CallLogFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Counts the calls of each span of <see cref="CallCount.Span"/>, the oldest first; spans without calls are left
    /// out.</summary>
    /// <param name="from">From when on; the span that it lies in is counted whole.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<CallCount>> CountAsync(DateTimeOffset from, CancellationToken cancellationToken = default);
}

/// <summary>How many calls came within one span of time.</summary>
/// <param name="At">When it began.</param>
/// <param name="Succeeded">The calls that did what was asked.</param>
/// <param name="Failed">The others; those whose caller went away are not among them.</param>
public sealed record CallCount(DateTimeOffset At, long Succeeded, long Failed)
{
    /// <summary>How long a span is: 2^16 ms, a little more than a minute, because that is what the ids of records begin with.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMilliseconds(1 << 16);
}

/// <summary>What to list. An empty list means: no restriction.</summary>
public sealed record CallLogFilter
{
    /// <summary>Gets the ids.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Gets the accounts.</summary>
    public IReadOnlyList<string> AccountIds { get; init; } = [];

    /// <summary>Gets the owners.</summary>
    public IReadOnlyList<string> OriginOwnerIds { get; init; } = [];

    /// <summary>Gets the connector profiles.</summary>
    public IReadOnlyList<string> ProfileIds { get; init; } = [];

    /// <summary>Gets who called.</summary>
    public IReadOnlyList<string> CallerIds { get; init; } = [];

    /// <summary>Gets the actions; the steps of a composite action are found under its name too.</summary>
    public IReadOnlyList<string> ActionIds { get; init; } = [];

    /// <summary>Gets with what the callers' ids begin, for example <c>key:</c>.</summary>
    public IReadOnlyList<string> CallerKinds { get; init; } = [];

    /// <summary>Gets Autodesk's products.</summary>
    public IReadOnlyList<string> Products { get; init; } = [];

    /// <summary>Gets the HTTP methods, in capitals.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Gets the outcomes.</summary>
    public IReadOnlyList<CallOutcome> Outcomes { get; init; } = [];

    /// <summary>Gets the traces.</summary>
    public IReadOnlyList<string> TraceIds { get; init; } = [];

    /// <summary>Gets whether only calls that succeeded, or only those that did not, are wanted.</summary>
    public bool? Success { get; init; }

    /// <summary>Gets the earliest time at which a call may have come.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the latest time at which a call may have come.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Gets the order.</summary>
    public CallLogOrder OrderBy { get; init; }

    /// <summary>Gets whether the greatest comes first.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>Gets the position after which the page begins; null for the first page.</summary>
    public CallLogPosition? After { get; init; }

    /// <summary>Gets the most records to give.</summary>
    public int PageSize { get; init; } = 25;
}

/// <summary>How calls of interest have ended.</summary>
/// <param name="Name">The outcome's name.</param>
/// <param name="ProviderStatus">Autodesk's status that must go with it; null for any.</param>
public sealed record CallOutcome(string Name, int? ProviderStatus = null);

/// <summary>By what the log is sorted; equal ones by when they came.</summary>
public enum CallLogOrder
{
    /// <summary>When the call came.</summary>
    Time,

    /// <summary>How long it took.</summary>
    Duration,

    /// <summary>Autodesk's status.</summary>
    Status,
}

/// <summary>Where a page of the log ended.</summary>
/// <param name="Value">The last record's value that the log is sorted by: microseconds, or Autodesk's status; zero when it is sorted by
/// time.</param>
/// <param name="Id">The last record's id.</param>
public sealed record CallLogPosition(long Value, string Id)
{
    /// <summary>Tells where a record stands.</summary>
    /// <param name="record">The record.</param>
    /// <param name="order">The order.</param>
    public static CallLogPosition Of(CallRecord record, CallLogOrder order)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new(
            order switch
            {
                CallLogOrder.Duration => record.Duration.Ticks / TimeSpan.TicksPerMicrosecond,
                CallLogOrder.Status => record.ProviderStatus ?? 0,
                _ => 0,
            },
            record.Id
        );
    }
}
