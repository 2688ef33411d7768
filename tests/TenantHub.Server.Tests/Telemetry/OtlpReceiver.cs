using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TenantHub.Testing;

namespace TenantHub.Server.Telemetry;

/// <summary>Takes what a hub sends by OTLP (http/protobuf): the spans read, everything else as the bytes that came.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly Channel<IReadOnlyList<OtlpSpan>> _batches = Channel.CreateUnbounded<IReadOnlyList<OtlpSpan>>();
    private readonly StringBuilder _everything = new();
    private readonly HashSet<string> _signals = [];

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>Gets all that came, as text: what is not text in it does no harm to a search.</summary>
    public string Everything
    {
        get
        {
            lock (_everything)
                return _everything.ToString();
        }
    }

    /// <summary>Gets the settings that make a hub send here, quickly.</summary>
    public Dictionary<string, string> Settings =>
        new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.First(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000", // A batch that is given up on a busy machine is lost.
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/{signal}", receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Waits until the hub has sent all three signals at least once.</summary>
    public Task WaitForAllSignalsAsync() =>
        Until.TrueAsync(
            () =>
            {
                lock (_everything)
                    return _signals.Count == 3;
            },
            "traces, metrics and logs have come"
        );

    /// <summary>
    /// Gives every span of a trace. Batches are sent in the order in which their spans ended, and the server's own span ends last; within a
    /// batch the spans stand by scope, in any order, so a batch is always read to its end.
    /// </summary>
    public async Task<IReadOnlyList<OtlpSpan>> TraceAsync(string traceId, string lastScope = "Microsoft.AspNetCore")
    {
        using var limit = new CancellationTokenSource(Patience);
        var trace = new List<OtlpSpan>();
        try
        {
            await foreach (var batch in _batches.Reader.ReadAllAsync(limit.Token))
            {
                trace.AddRange(batch.Where(span => span.TraceId == traceId));
                if (trace.Exists(span => span.Scope == lastScope))
                    return trace;
            }
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }

        throw new TimeoutException(
            $"No span of {lastScope} came for the trace {traceId}; there were: {string.Join(", ", trace.Select(span => span.Name))}."
        );
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> TakeAsync(string signal, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        lock (_everything)
        {
            _everything.Append(Encoding.UTF8.GetString(body.ToArray())).Append('\n');
            _signals.Add(signal);
        }

        if (signal == "traces")
            _batches.Writer.TryWrite([.. OtlpSpan.ReadAll(body.ToArray())]);
        return Results.Bytes([], "application/x-protobuf");
    }
}
