using System.Diagnostics;
using System.Globalization;
using Microsoft.OpenApi;
using TenantHub.Actions;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;

namespace TenantHub.Server.Actions;

/// <summary>The headers that say how a call is to be run, and those that tell what is left of Autodesk's limit.</summary>
internal static class CallHeaders
{
    public const string Account = "x-account-id";
    public const string IdempotencyKey = "Idempotency-Key";

    private const int LongestWait = 120; // Seconds.

    public static readonly DescribedParameter[] Parameters =
    [
        new(Account, "The linked account that the action runs for.", ParameterLocation.Header, IsRequired: true),
        new(IdempotencyKey, "Makes a write safe to repeat: the same key and payload get the first answer again.", ParameterLocation.Header),
        new(
            "Prefer",
            "wait=<seconds>: how long the call may wait for its turn and for Autodesk's limit, 0 to 120 (RFC 7240); 30 when it is not given. Preference-Applied says what was taken.",
            ParameterLocation.Header
        ),
        new("Priority", "u=0 to u=7 (RFC 9218): above 3 is bulk, which lets interactive calls go before it.", ParameterLocation.Header),
    ];

    /// <summary>Headers that say for whom and under which key a call runs must say one thing: joined, two of them are a third.</summary>
    public static ServiceError? FaultOf(HttpRequest http) =>
        http.Headers[Account].Count > 1 ? RequestErrors.HeaderTwice(Account)
        : http.Headers[IdempotencyKey].Count > 1 ? RequestErrors.HeaderTwice(IdempotencyKey)
        : null;

    /// <summary>Takes over Prefer, Priority and Idempotency-Key. The first two are wishes: what is not understood in them is ignored, as
    /// their RFCs demand.</summary>
    public static ActionRequest Apply(HttpRequest http, ActionRequest call) =>
        call with
        {
            MaxWait = MaxWait(http),
            Priority = Priority(http.Headers["Priority"].ToString()),
            IdempotencyKey = http.Headers.TryGetValue(IdempotencyKey, out var key) ? Unquote(key.ToString()) : null,
            CallerId = Caller.Of(http.HttpContext.User).Id,
            Rights = Caller.Of(http.HttpContext.User).Rights,
            TraceId = Activity.Current?.TraceId.ToHexString(),
        };

    /// <summary>Writes the RateLimit headers of the IETF's draft (draft-ietf-httpapi-ratelimit-headers-10).</summary>
    public static void Write(HttpResponse response, RateLimit? state)
    {
        if (state is null)
            return;
        response.Headers["RateLimit-Policy"] = string.Create(
            CultureInfo.InvariantCulture,
            $"\"{state.QuotaGroup}\";q={state.Limit};w={Math.Ceiling(state.Window.TotalSeconds)}"
        );
        response.Headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture,
            $"\"{state.QuotaGroup}\";r={state.Remaining};t={Math.Ceiling(state.Reset.TotalSeconds)}"
        );
    }

    /// <summary>
    /// Writes where the call's time went, in milliseconds (W3C Server Timing; <c>hub</c> is what is left of the whole), and the id under
    /// which the call log holds it.
    /// </summary>
    public static void Write(HttpResponse response, CallTiming? timing, TimeSpan took)
    {
        if (timing is null)
            return;
        var (lane, quota, token, upstream, backoff) = (timing.Lane, timing.Quota, timing.Token, timing.Upstream, timing.Backoff);
        var rest = took - lane - quota - token - upstream - backoff;
        var hub = rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
        response.Headers["x-request-id"] = timing.CallId;
        response.Headers["Server-Timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"lane;dur={Milliseconds(lane)}, quota;dur={Milliseconds(quota)}, token;dur={Milliseconds(token)}, upstream;dur={Milliseconds(upstream)}, backoff;dur={Milliseconds(backoff)}, hub;dur={Milliseconds(hub)}"
        );
    }

    /// <summary>Rounded here: a custom number format costs a hundredth of a call.</summary>
    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    /// <summary>Reads <c>Prefer: wait=seconds</c> (RFC 7240: the first one counts, its value may be quoted) and answers with what is taken
    /// of it.</summary>
    private static TimeSpan? MaxWait(HttpRequest http)
    {
        foreach (var preference in http.Headers["Prefer"].ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            var text = preference.Split(';', 2)[0];
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !text.AsSpan(0, equals).Trim().Equals("wait", StringComparison.OrdinalIgnoreCase))
                continue;
            var value = text.AsSpan(equals + 1).Trim();
            if (value is ['"', .., '"'] && value.Length > 2)
                value = value[1..^1];
            if (value.IsEmpty || value.ContainsAnyExceptInRange('0', '9'))
                return null;
            var seconds = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                ? Math.Min(given, LongestWait)
                : LongestWait;
            http.HttpContext.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={seconds}");
            return TimeSpan.FromSeconds(seconds);
        }

        return null;
    }

    /// <summary>Reads <c>Priority: u=0..7</c> (RFC 9218): 3 is the default, what is less urgent than that is bulk.</summary>
    private static CallPriority Priority(string priority)
    {
        foreach (var parameter in priority.Split(',', StringSplitOptions.TrimEntries))
        {
            if (parameter is ['u', '=', >= '4' and <= '7'])
                return CallPriority.Bulk;
        }

        return CallPriority.Interactive;
    }

    /// <summary>The IETF's draft wants the key as a quoted string, and nearly everybody sends it bare.</summary>
    private static string Unquote(string key) => key is ['"', .., '"'] && key.Length > 2 ? key[1..^1] : key;
}
