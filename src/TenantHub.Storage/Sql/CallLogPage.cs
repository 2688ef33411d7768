using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>A page of the call log while it is put together: the best records so far, from whatever order they come in.</summary>
internal sealed class CallLogPage
{
    private readonly CallLogFilter _filter;
    private readonly Comparer<CallLogPosition> _order;
    private readonly PriorityQueue<CallRecord, CallLogPosition> _last;
    private readonly string _from;
    private readonly string _to;
    private readonly IReadOnlyList<ulong[]>[] _wanted;

    public CallLogPage(CallLogFilter filter)
    {
        _filter = filter;
        var isByTime = filter.OrderBy is CallLogOrder.Time;
        var sign = filter.Descending ? -1 : 1;
        _order = Comparer<CallLogPosition>.Create(
            (one, other) => sign * (one.Value == other.Value ? string.CompareOrdinal(one.Id, other.Id) : one.Value.CompareTo(other.Value))
        );
        _last = new(Comparer<CallLogPosition>.Create((one, other) => _order.Compare(other, one))); // What comes last leaves first.
        _from = filter.From is { } from ? CallLogQuery.FirstIdAt(from.ToUnixTimeMilliseconds()) : "";
        _to = filter.To is { } to ? CallLogQuery.FirstIdAt(to.ToUnixTimeMilliseconds() + 1) : CallLogQuery.AfterAllIds;
        _wanted = [CallBatchFilter.Wanted(filter, 1), CallBatchFilter.Wanted(filter)];
        LowestId = Max(_from, filter.Ids.Min(StringComparer.Ordinal) ?? "", isByTime && !filter.Descending ? filter.After?.Id ?? "" : "");
        HighestId = Min(_to, filter.Ids.Max(StringComparer.Ordinal) ?? _to, isByTime && filter.Descending ? filter.After?.Id ?? _to : _to);
    }

    /// <summary>Gets the id below which no record is wanted.</summary>
    public string LowestId { get; }

    /// <summary>Gets the id above which no record is wanted.</summary>
    public string HighestId { get; }

    public IReadOnlyList<CallRecord> Records =>
        [.. _last.UnorderedItems.OrderBy(item => item.Priority, _order).Select(item => item.Element)];

    /// <summary>The earliest place on the page that a record of a batch can have.</summary>
    public CallLogPosition BestOf(CallBatchHeader batch) =>
        _filter.OrderBy switch
        {
            CallLogOrder.Duration => new(_filter.Descending ? batch.MaxDuration : batch.MinDuration, End(batch)),
            CallLogOrder.Status => new(_filter.Descending ? batch.MaxStatus : batch.MinStatus, End(batch)),
            _ => new(0, End(batch)),
        };

    public int Compare(CallBatchHeader one, CallBatchHeader other) => _order.Compare(BestOf(one), BestOf(other));

    /// <summary>Whether a record at this place would still come onto the page.</summary>
    public bool HasRoomFor(CallLogPosition position) =>
        _last.Count < _filter.PageSize || (_last.TryPeek(out _, out var last) && _order.Compare(position, last) < 0);

    /// <summary>Whether it is worth opening a batch. The numbers and names beside it say for certain that it is not.</summary>
    public bool MayBeIn(CallBatchHeader batch) =>
        (_filter.Ids.Count == 0 || _filter.Ids.Any(batch.Spans))
        && (_filter.Success is not false || batch.Succeeded < batch.Records)
        && CallBatchFilter.MayHold(batch.Filter, batch.Named < CallBatchFilter.Named ? _wanted[0] : _wanted[1]);

    public void Add(CallRecord record)
    {
        var position = CallLogPosition.Of(record, _filter.OrderBy);
        if (!HasRoomFor(position) || !Matches(record))
            return;
        if (_filter.After is { } after && _order.Compare(position, after) <= 0)
            return;
        _last.Enqueue(record, position);
        if (_last.Count > _filter.PageSize)
            _last.Dequeue();
    }

    private bool Matches(CallRecord record) =>
        Names(_filter.Ids, record.Id)
        && Names(_filter.AccountIds, record.AccountId)
        && Names(_filter.OriginOwnerIds, record.OriginOwnerId)
        && Names(_filter.ProfileIds, record.ProfileId)
        && Names(_filter.CallerIds, record.CallerId)
        && Names(_filter.TraceIds, record.TraceId)
        && Names(_filter.Products, record.Product)
        && Names(_filter.Methods, record.Method)
        && (Names(_filter.ActionIds, record.ActionId) || Names(_filter.ActionIds, record.PartOf))
        && (
            _filter.CallerKinds.Count == 0
            || _filter.CallerKinds.Any(kind => record.CallerId?.StartsWith(kind, StringComparison.Ordinal) is true)
        )
        && (_filter.Outcomes.Count == 0 || _filter.Outcomes.Any(outcome => Is(outcome, record)))
        && (_filter.Success is not { } success || success == (record.Outcome == CallRecord.Succeeded))
        && string.CompareOrdinal(record.Id, _from) >= 0
        && string.CompareOrdinal(record.Id, _to) < 0;

    private static bool Is(CallOutcome outcome, CallRecord record) =>
        outcome.Name == record.Outcome && (outcome.ProviderStatus is null || outcome.ProviderStatus == record.ProviderStatus);

    private static bool Names(IReadOnlyList<string> names, string? name) => names.Count == 0 || (name is not null && names.Contains(name));

    private string End(CallBatchHeader batch) => _filter.Descending ? batch.Id : batch.FirstId;

    private static string Max(params ReadOnlySpan<string> texts)
    {
        var max = "";
        foreach (var text in texts)
            max = string.CompareOrdinal(text, max) > 0 ? text : max;
        return max;
    }

    private static string Min(params ReadOnlySpan<string> texts)
    {
        var min = CallLogQuery.AfterAllIds;
        foreach (var text in texts)
            min = string.CompareOrdinal(text, min) < 0 ? text : min;
        return min;
    }
}

/// <summary>What is known of a batch without opening it.</summary>
internal sealed record CallBatchHeader(
    string Id,
    string FirstId,
    long Records,
    long MinDuration,
    long MaxDuration,
    long MinStatus,
    long MaxStatus,
    string Counts,
    byte[] Filter,
    long Named
)
{
    public long Succeeded => CallBatch.Counts(Counts).Sum(count => count.Succeeded);

    public bool Spans(string id) => string.CompareOrdinal(FirstId, id) <= 0 && string.CompareOrdinal(id, Id) <= 0;
}
