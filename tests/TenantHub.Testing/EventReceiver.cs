using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TenantHub.Testing;

/// <summary>A Hub backend that is told of events. What it got is the truth that tests assert on.</summary>
public sealed class EventReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _open;

    private EventReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/events";

    /// <summary>Gets every request, also those that were refused.</summary>
    public ConcurrentQueue<ReceivedEvent> Seen { get; } = new();

    public IEnumerable<ReceivedEvent> Taken => Seen.Where(received => received.Taken);

    /// <summary>Gets or sets the status with which events are answered.</summary>
    public int Answer { get; set; } = 204;

    public static async Task<EventReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new EventReceiver(app);
        app.MapPost(
            "/events",
            async (HttpRequest request) =>
            {
                var beside = Interlocked.Increment(ref receiver._open) - 1;
                using var reader = new StreamReader(request.Body);
                var body = await reader.ReadToEndAsync();
                await Task.Yield(); // Whatever else was sent gets its turn before this is answered.
                var status = receiver.Answer;
                receiver.Seen.Enqueue(
                    new(
                        request.Headers["webhook-id"].ToString(),
                        request.Headers["webhook-timestamp"].ToString(),
                        request.Headers["webhook-signature"].ToString(),
                        body,
                        status is >= 200 and < 300,
                        beside
                    )
                );
                Interlocked.Decrement(ref receiver._open);
                return Results.StatusCode(status);
            }
        );
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>One request to a receiver.</summary>
/// <param name="Id">The event.</param>
/// <param name="Timestamp">When it was signed.</param>
/// <param name="Signature">Its signatures.</param>
/// <param name="Body">Its body.</param>
/// <param name="Taken">Whether it was answered with success.</param>
/// <param name="Beside">How many others were open when it came.</param>
public sealed record ReceivedEvent(string Id, string Timestamp, string Signature, string Body, bool Taken, int Beside);
