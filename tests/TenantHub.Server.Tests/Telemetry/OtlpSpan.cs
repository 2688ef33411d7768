using System.Text;

namespace TenantHub.Server.Telemetry;

/// <summary>One span out of an OTLP message (opentelemetry/proto/trace/v1: ExportTraceServiceRequest).</summary>
internal sealed record OtlpSpan(
    string Scope,
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    int Kind,
    IReadOnlyDictionary<string, string> Tags
)
{
    public static IEnumerable<OtlpSpan> ReadAll(byte[] message) =>
        from resource in Messages(message, 1)
        from scope in Messages(resource, 2)
        let name = Messages(scope, 1).Select(instrumentation => Text(instrumentation, 1)).FirstOrDefault() ?? ""
        from span in Messages(scope, 2)
        select new OtlpSpan(
            name,
            Hex(span, 1),
            Hex(span, 2),
            Hex(span, 4),
            Text(span, 5),
            (int)Number(span, 6),
            Messages(span, 9).ToDictionary(tag => Text(tag, 1), tag => Value(Messages(tag, 2).FirstOrDefault() ?? []))
        );

    private static string Value(byte[] any) => Messages(any, 1).Select(Encoding.UTF8.GetString).FirstOrDefault() ?? $"{Number(any, 3)}";

    private static string Text(byte[] message, int field) =>
        Messages(message, field).Select(Encoding.UTF8.GetString).FirstOrDefault() ?? "";

    private static string Hex(byte[] message, int field) =>
        Messages(message, field).Select(Convert.ToHexStringLower).FirstOrDefault() ?? "";

    private static long Number(byte[] message, int field) => Fields(message).FirstOrDefault(found => found.Field == field).Number;

    private static IEnumerable<byte[]> Messages(byte[] message, int field) =>
        Fields(message).Where(found => found.Field == field && found.Bytes is not null).Select(found => found.Bytes!);

    /// <summary>Protocol Buffers' wire format.</summary>
    private static IEnumerable<(int Field, long Number, byte[]? Bytes)> Fields(byte[] message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint();
            switch (key & 7)
            {
                case 0:
                    yield return ((int)(key >> 3), Varint(), null);
                    break;
                case 1:
                    yield return ((int)(key >> 3), BitConverter.ToInt64(message, at), null);
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint();
                    yield return ((int)(key >> 3), 0, message[at..(at + length)]);
                    at += length;
                    break;
                case 5:
                    yield return ((int)(key >> 3), BitConverter.ToInt32(message, at), null);
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} is not expected.");
            }
        }

        long Varint()
        {
            long value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = message[at++];
                value |= (long)(next & 0x7F) << shift;
                if (next < 0x80)
                    return value;
            }
        }
    }
}
