using System.Net;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Events;

namespace TenantHub.Server.Events;

/// <summary>
/// Calls TenantHub's own address as Autodesk would, with a token that only this TenantHub can read. It shows whether address, proxy and
/// path are right as seen from here; that Autodesk has a way to it is proven by an event alone.
/// </summary>
internal sealed class ReachabilityCheck(IHookTokens tokens, IOptions<EventOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>The hook of the check's own calls; they are answered and not written down.</summary>
    public const string Hook = "check";

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(6); // As long as Autodesk waits.

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Within };

    public void Dispose() => _http.Dispose();

    public async Task<ReachabilityResponse> RunAsync(CancellationToken cancellationToken)
    {
        if (options.Value.PublicUrl is not { } url)
            return new(null, false, "No address is set.", "Set TenantHub__Events__PublicUrl, for example https://hub.example.com.");
        var address = $"{url.ToString().TrimEnd('/')}/autodesk/events/{tokens.Make(LinkedAccountId.New(clock).Value, Hook)}";
        try
        {
            using var body = new StringContent("{}");
            using var answer = await _http.PostAsync(new Uri(address), body, cancellationToken);
            return answer.StatusCode is HttpStatusCode.OK
                ? new(
                    url.ToString(),
                    true,
                    "The address leads to this TenantHub, as seen from its own network.",
                    "Subscribe; the first event proves Autodesk's way."
                )
                : new(
                    url.ToString(),
                    false,
                    $"The address answers {(int)answer.StatusCode}.",
                    "Have the proxy forward POST /autodesk/events/* to TenantHub with path and body unchanged, without signing in and without redirects."
                );
        }
        catch (Exception exception)
            when (exception is HttpRequestException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return new(
                url.ToString(),
                false,
                exception is OperationCanceledException
                    ? $"The address does not answer within {Within.TotalSeconds:0} s."
                    : "No connection to the address can be made.",
                "See to name, port, certificate and tunnel. Some networks do not let a server reach itself by its public name: then only an event tells."
            );
        }
    }
}

/// <summary>What the check has seen.</summary>
internal sealed record ReachabilityResponse(string? PublicUrl, bool IsReachable, string Seen, string NextStep);
