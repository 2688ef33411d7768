using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// Calls that lie in one row: their records as compressed JSON, and beside them what tells, without opening it, whether a query can find
/// anything there: the ids, durations and statuses that they lie between, a filter over their names, and their number in each span of time.
/// </summary>
internal sealed record CallBatch(
    string Id,
    string FirstId,
    long Records,
    long MinDuration,
    long MaxDuration,
    long MinStatus,
    long MaxStatus,
    string Spans,
    byte[] Filter,
    byte[] Body
)
{
    /// <summary>How many records at most: so many that writing costs little for each, so few that one of them is found quickly.</summary>
    public const int MaxRecords = 64;

    private const int MaxJson = 64 * 1024 * 1024; // What is longer is none of our batches.
    private const int Fast = 1;
    private const int Window = 18;

    /// <summary>The first digits of an id are its time without the last 16 bits of the milliseconds: its span of time.</summary>
    public const int SpanDigits = 8;

    public static CallBatch Of(IReadOnlyCollection<CallRecord> records) =>
        new(
            records.Select(record => record.Id).Max(StringComparer.Ordinal)!,
            records.Select(record => record.Id).Min(StringComparer.Ordinal)!,
            records.Count,
            records.Min(record => Position(record, CallLogOrder.Duration)),
            records.Max(record => Position(record, CallLogOrder.Duration)),
            records.Min(record => Position(record, CallLogOrder.Status)),
            records.Max(record => Position(record, CallLogOrder.Status)),
            Count(records),
            CallBatchFilter.Of(records),
            Compress(records)
        );

    /// <summary>Reads a batch's records. Those that are certainly not asked for may be left out: making a record costs several times as
    /// much as passing over it.</summary>
    public static List<CallRecord> Open(string id, byte[] body, CallLogFilter? filter = null)
    {
        var length = body.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(body);
        if (length is < 0 or > MaxJson)
            throw Unreadable(id);
        var json = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (BrotliDecoder.TryDecompress(body.AsSpan(sizeof(int)), json, out var read) && read == length)
                return Read(json.AsSpan(0, length), filter);
            throw Unreadable(id);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Unreadable(id);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(json, clearArray: true);
        }
    }

    /// <summary>Adds what a batch has counted, from a span on.</summary>
    public static void AddCounts(string spans, string from, SortedDictionary<string, (long Succeeded, long Failed)> counts)
    {
        foreach (var (at, succeeded, failed) in Counts(spans))
        {
            if (string.CompareOrdinal(at, from) < 0)
                continue;
            var before = counts.GetValueOrDefault(at);
            counts[at] = (before.Succeeded + succeeded, before.Failed + failed);
        }
    }

    /// <summary>What a batch has counted: spans of time, the calls that succeeded in each, and those that failed without having been
    /// canceled.</summary>
    public static IEnumerable<(string At, long Succeeded, long Failed)> Counts(string spans)
    {
        foreach (var span in spans.Split(' '))
        {
            if (span.Split(':') is [var at, var succeeded, var failed])
                yield return (at, Number(succeeded), Number(failed));
        }
    }

    private static List<CallRecord> Read(ReadOnlySpan<byte> json, CallLogFilter? filter)
    {
        if (filter is null or { Ids.Count: 0, AccountIds.Count: 0, OriginOwnerIds.Count: 0, TraceIds.Count: 0 })
            return StorageJson.Read<List<CallRecord>>(json);
        var records = new List<CallRecord>();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
        {
            var start = (int)reader.TokenStartIndex;
            if (MayBeAskedFor(ref reader, filter))
                records.Add(StorageJson.Read<CallRecord>(json[start..(int)reader.BytesConsumed]));
        }

        return records;
    }

    /// <summary>Passes over a record.</summary>
    private static bool MayBeAskedFor(ref Utf8JsonReader reader, CallLogFilter filter)
    {
        var may = true;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var names =
                reader.ValueTextEquals("id"u8) ? filter.Ids
                : reader.ValueTextEquals("account_id"u8) ? filter.AccountIds
                : reader.ValueTextEquals("origin_owner_id"u8) ? filter.OriginOwnerIds
                : reader.ValueTextEquals("trace_id"u8) ? filter.TraceIds
                : [];
            reader.Read();
            may = may && (names.Count == 0 || IsAmong(names, ref reader));
            reader.Skip();
        }

        return may;
    }

    private static bool IsAmong(IReadOnlyList<string> names, ref Utf8JsonReader reader)
    {
        foreach (var name in names)
        {
            if (reader.ValueTextEquals(name))
                return true;
        }

        return false;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Count(IEnumerable<CallRecord> records) =>
        string.Join(
            ' ',
            records.GroupBy(
                record => record.Id[..SpanDigits],
                (span, calls) =>
                {
                    var outcomes = calls.Select(call => call.Outcome).ToList();
                    var succeeded = outcomes.Count(outcome => outcome == CallRecord.Succeeded);
                    var failed = outcomes.Count - succeeded - outcomes.Count(outcome => outcome == CallRecord.Canceled);
                    return string.Create(CultureInfo.InvariantCulture, $"{span}:{succeeded}:{failed}");
                }
            )
        );

    private static byte[] Compress(IReadOnlyCollection<CallRecord> records)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(records, StorageJson.Plain);
        var compressed = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(json.Length));
        try
        {
            if (!BrotliEncoder.TryCompress(json, compressed, out var length, Fast, Window))
                throw new InvalidOperationException("A batch of the call log could not be compressed.");
            var body = new byte[sizeof(int) + length];
            BinaryPrimitives.WriteInt32LittleEndian(body, json.Length);
            compressed.AsSpan(0, length).CopyTo(body.AsSpan(sizeof(int)));
            return body;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed, clearArray: true);
        }
    }

    private static long Position(CallRecord record, CallLogOrder order) => CallLogPosition.Of(record, order).Value;

    private static StorageException Unreadable(string id) =>
        new($"The row {id} of the table call_batches is not readable: {MaxRecords} calls at most are missing from the call log. Delete it.")
        {
            IsDamage = true,
        };
}
