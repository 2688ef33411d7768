using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>Calls the receivers: what is due, signed, several hooks at once, and each hook's callbacks one after the other.</summary>
internal sealed class CallbackSender(EmulatorState state) : BackgroundService
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(6);

    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    )
    {
        Timeout = AnswerWithin,
    };

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var (due, nextAt, changed) = state.Callbacks.Take();
                foreach (var callback in due)
                    _ = SendAsync(callback, stoppingToken);
                await state.Clock.WaitAsync(changed, nextAt, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Whoever disposes of the emulator without stopping it first ends this too.
        }
    }

    private async Task SendAsync(Callback callback, CancellationToken stoppingToken)
    {
        var (content, signature) = Make(callback);
        using var request = new HttpRequestMessage(HttpMethod.Post, callback.Hook.CallbackUrl) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("x-adsk-delivery-id", callback.DeliveryId);
        if (signature is not null)
            request.Headers.Add("x-adsk-signature", signature);
        var at = state.Clock.Now;
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stoppingToken);
            var isLost = callback is { LosesAnswer: true, Attempts.Count: 0 };
            state.Callbacks.Conclude(
                callback,
                isLost ? new Attempt(at, null, "The answer was lost.") : new Attempt(at, (int)response.StatusCode, null)
            );
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            state.Callbacks.Conclude(callback, new Attempt(at, null, exception.Message));
        }
    }

    private (byte[] Content, string? Signature) Make(Callback callback)
    {
        lock (state.Gate)
        {
            var (hook, change) = (callback.Hook, callback.Change);
            var body = hook.PayloadOnly
                ? change.Payload
                : new JsonObject
                {
                    ["version"] = "1.0",
                    ["resourceUrn"] = change.ResourceUrn,
                    ["hook"] = hook.Face(state.Clock.Now),
                    ["payload"] = change.Payload.DeepClone(),
                };
            var content = Encoding.UTF8.GetBytes(body.ToJsonString());
            return (content, state.HookSecrets.Of(hook, state.Clock.Now) is { } secret ? Sign(content, secret) : null);
        }
    }

#pragma warning disable CA5350 // Autodesk signs with HMAC-SHA1.
    public static string Sign(byte[] content, string secret) =>
        "sha1hash=" + Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), content));
#pragma warning restore CA5350
}
