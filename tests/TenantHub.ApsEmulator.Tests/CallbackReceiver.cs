using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TenantHub.ApsEmulator;

/// <summary>Somebody who listens to webhooks on this machine. What it got is what the tests assert on.</summary>
internal sealed class CallbackReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CallbackReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/autodesk";

    public ConcurrentQueue<ReceivedCallback> Seen { get; } = new();

    /// <summary>Gets or sets the status with which callbacks are answered.</summary>
    public int Answer { get; set; } = 204;

    public static async Task<CallbackReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new CallbackReceiver(app);
        app.MapPost(
            "/autodesk",
            async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                receiver.Seen.Enqueue(
                    new(request.Headers["x-adsk-signature"].ToString(), request.Headers["x-adsk-delivery-id"].ToString(), body.ToArray())
                );
                return Results.StatusCode(receiver.Answer);
            }
        );
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>One callback, as it came.</summary>
internal sealed record ReceivedCallback(string Signature, string DeliveryId, byte[] Body)
{
    public System.Text.Json.Nodes.JsonNode Json => System.Text.Json.Nodes.JsonNode.Parse(Body)!;

    public string Event => (string)Json["hook"]!["event"]!;
}
