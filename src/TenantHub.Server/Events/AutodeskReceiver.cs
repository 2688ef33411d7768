using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Errors;
using TenantHub.Events;
using TenantHub.Server.Audit;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Telemetry;

namespace TenantHub.Server.Events;

/// <summary>
/// Takes Autodesk's callbacks: 1. an address that TenantHub has not made is not found, 2. what is too much or too large is refused before
/// the database is asked, 3. raw body and headers are written down in one row, 4. acknowledged, and only then judged, by the account's
/// grain. Whether a signature is right no answer tells.
/// </summary>
internal sealed class AutodeskReceiver : IDisposable
{
    private const int MaxAtOnce = 256; // Each holds a body in memory.
    private const int BurstSeconds = 10;
    private static readonly TimeSpan StoredWithin = TimeSpan.FromSeconds(4); // Autodesk waits 6 s.
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _atOnce = new(new() { PermitLimit = MaxAtOnce, QueueLimit = 0 });
    private readonly PartitionedRateLimiter<string> _hooks;
    private readonly IHookTokens _tokens;
    private readonly IAutodeskEventStore _store;
    private readonly IGrainFactory _grains;
    private readonly TenantHubTelemetry _telemetry;
    private readonly TimeProvider _clock;
    private readonly int _maxBytes;

    public AutodeskReceiver(
        IHookTokens tokens,
        IAutodeskEventStore store,
        IGrainFactory grains,
        TenantHubTelemetry telemetry,
        IOptions<EventOptions> options,
        TimeProvider clock
    )
    {
        (_tokens, _store, _grains, _telemetry, _clock, _maxBytes) = (
            tokens,
            store,
            grains,
            telemetry,
            clock,
            options.Value.MaxCallbackBytes
        );
        var perSecond = options.Value.CallbacksPerSecond;
        _hooks = PartitionedRateLimiter.Create<string, string>(hook =>
            RateLimitPartition.GetTokenBucketLimiter(
                hook,
                _ =>
                    new()
                    {
                        TokenLimit = perSecond * BurstSeconds,
                        TokensPerPeriod = perSecond,
                        ReplenishmentPeriod = Second,
                        QueueLimit = 0,
                    }
            )
        );
    }

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost(
                "/autodesk/events/{token}",
                (string token, HttpRequest request, AutodeskReceiver receiver) => receiver.TakeAsync(token, request)
            )
            .AllowAnonymous()
            .NotAudited()
            .WithName("receive_autodesk_event")
            .ExcludeFromDescription(); // It is Autodesk's to call; docs/events-in.md describes it.

    public void Dispose()
    {
        _atOnce.Dispose();
        _hooks.Dispose();
    }

    private async Task<IResult> TakeAsync(string token, HttpRequest request)
    {
        if (!_tokens.TryRead(token, out var account, out var hook))
        {
            _telemetry.AutodeskEvents("refused");
            return new ErrorResult(RequestErrors.NoEndpoint(request));
        }

        if (hook == ReachabilityCheck.Hook)
            return Results.Ok();
        using var place = _atOnce.AttemptAcquire();
        using var turn = _hooks.AttemptAcquire(hook);
        if (!place.IsAcquired || !turn.IsAcquired)
            return Busy();
        var (body, refused) = await JsonBody.ReadBytesAsync(request, _maxBytes, request.HttpContext.RequestAborted);
        if (body is null)
        {
            _telemetry.AutodeskEvents("refused");
            return new ErrorResult(refused!);
        }

        var callback = new AutodeskCallback
        {
            Id = LinkedAccountId.NewText("acb_", _clock),
            AccountId = account,
            Hook = hook,
            ReceivedAt = _clock.GetUtcNow(),
            Headers = HeadersOf(request),
            Body = body,
        };
        try
        {
            // Not taken back when Autodesk hangs up: what comes twice is told once.
            await _store.ReceiveAsync(callback).WaitAsync(StoredWithin, _clock);
        }
        catch (TimeoutException)
        {
            return Busy();
        }

        _telemetry.AutodeskEvents("received");
        await _grains.GetGrain<IAutodeskEventsGrain>(account).WakeAsync(); // One way.
        return Results.Ok();
    }

    private ErrorResult Busy()
    {
        _telemetry.AutodeskEvents("busy");
        return new(
            new(ErrorCode.HubUnavailable, ErrorSource.Hub, "The callback was not taken.")
            {
                NextStep = "Send it again.",
                RetryAfter = Second,
            }
        );
    }

    private static Dictionary<string, string> HeadersOf(HttpRequest request) =>
        request
            .Headers.Where(header =>
                header.Key.StartsWith("x-ads", StringComparison.OrdinalIgnoreCase) || header.Key is "Content-Type" or "User-Agent"
            )
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => InputFault.Shorten(header.Value.ToString()));
}
