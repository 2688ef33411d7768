using System.Diagnostics;
using System.Globalization;
using Microsoft.OpenApi;
using TenantHub.Actions;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Actions;

/// <summary>The headers that say how a call is to be run, and those that tell what is left of Autodesk's limit.</summary>
internal static class CallHeaders
{
    public const string Account = "x-account-id";
    public const string IdempotencyKey = "Idempotency-Key";

    public static readonly DescribedParameter[] Parameters =
    [
        new(Account, "The linked account that the action runs for.", ParameterLocation.Header, IsRequired: true),
        new(IdempotencyKey, "Makes a write safe to repeat: the same key and payload get the first answer again.", ParameterLocation.Header),
        new("Prefer", "wait=<seconds>: how long the call may wait for its turn and for Autodesk's limit, 0 to 120 (RFC 7240); 30 when it is not given.", ParameterLocation.Header),
        new("Priority", "u=0 to u=7 (RFC 9218): above 3 is bulk, which lets interactive calls go before it.", ParameterLocation.Header),
    ];

    /// <summary>Takes over Prefer, Priority and Idempotency-Key. The first two are wishes: what is not understood in them is ignored, as their RFCs demand.</summary>
    public static ActionRequest Apply(HttpRequest http, ActionRequest call) => call with
    {
        MaxWait = MaxWait(http.Headers["Prefer"].ToString()),
        Priority = Priority(http.Headers["Priority"].ToString()),
        IdempotencyKey = http.Headers.TryGetValue(IdempotencyKey, out var key) ? Unquote(key.ToString()) : null,
        CallerId = Caller.Of(http.HttpContext.User).Id,
        TraceId = Activity.Current?.TraceId.ToHexString(),
    };

    /// <summary>Writes the RateLimit headers of the IETF's draft (draft-ietf-httpapi-ratelimit-headers-10).</summary>
    public static void Write(HttpResponse response, RateLimit? state)
    {
        if (state is null) return;
        response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{state.QuotaGroup}\";q={state.Limit};w={Math.Ceiling(state.Window.TotalSeconds)}");
        response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{state.QuotaGroup}\";r={state.Remaining};t={Math.Ceiling(state.Reset.TotalSeconds)}");
    }

    /// <summary>
    /// Writes where the call's time went, in milliseconds (W3C Server Timing; <c>hub</c> is what is left of the whole), and the id under which
    /// the call log holds it.
    /// </summary>
    public static void Write(HttpResponse response, CallTiming? timing, TimeSpan took)
    {
        if (timing is null) return;
        var (lane, quota, token, upstream, backoff) = (timing.Lane, timing.Quota, timing.Token, timing.Upstream, timing.Backoff);
        var rest = took - lane - quota - token - upstream - backoff;
        var hub = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        response.Headers["x-request-id"] = timing.CallId;
        response.Headers["Server-Timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"lane;dur={lane.TotalMilliseconds:0.###}, quota;dur={quota.TotalMilliseconds:0.###}, token;dur={token.TotalMilliseconds:0.###}, upstream;dur={upstream.TotalMilliseconds:0.###}, backoff;dur={backoff.TotalMilliseconds:0.###}, hub;dur={hub.TotalMilliseconds:0.###}");
    }

    /// <summary>Reads <c>Prefer: wait=seconds</c> (RFC 7240).</summary>
    private static TimeSpan? MaxWait(string prefer)
    {
        foreach (var preference in prefer.Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            if (preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(preference.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 120)
                return TimeSpan.FromSeconds(seconds);
        }

        return null;
    }

    /// <summary>Reads <c>Priority: u=0..7</c> (RFC 9218): 3 is the default, what is less urgent than that is bulk.</summary>
    private static CallPriority Priority(string priority)
    {
        foreach (var parameter in priority.Split(',', StringSplitOptions.TrimEntries))
        {
            if (parameter is ['u', '=', >= '4' and <= '7']) return CallPriority.Bulk;
        }

        return CallPriority.Interactive;
    }

    /// <summary>The IETF's draft wants the key as a quoted string, and nearly everybody sends it bare.</summary>
    private static string Unquote(string key) => key is ['"', .., '"'] && key.Length > 2 ? key[1..^1] : key;
}
