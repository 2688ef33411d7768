using System.Text.RegularExpressions;

namespace TenantHub.Cli;

/// <summary>TenantHub's words for a next step name requests; who is at a terminal reads the command that makes the same one.</summary>
internal static partial class CommandNames
{
    /// <summary>The requests with their commands; <c>{}</c> stands for an id, which the command gets in its place.</summary>
    public static readonly IReadOnlyList<(string Request, string Command)> Known =
    [
        ("GET /accounts/{}/state", "accounts show {}"),
        ("GET /accounts/{}/recording", "recordings list --account {}"),
        ("POST /accounts/{}/recording", "recordings start --account {}"),
        ("DELETE /accounts/{}/recording", "recordings stop --account {}"),
        ("GET /accounts/{}", "accounts show {}"),
        ("GET /accounts", "accounts list"),
        ("POST /accounts/{}/verify", "doctor {}"),
        ("POST /accounts/{}/suspend", "accounts suspend {}"),
        ("POST /accounts/{}/resume", "accounts resume {}"),
        ("POST /accounts/{}/credentials", "rotate --account {}"),
        ("DELETE /accounts/{}", "accounts unlink {}"),
        ("POST /accounts", "link"),
        ("POST /connect_sessions", "link"),
        ("GET /actions?include=action_details", "actions --output json"),
        ("GET /actions", "actions"),
        ("POST /profiles/{}/credentials", "rotate --connector-profile {}"),
        ("GET /keys", "keys list"),
        ("POST /keys/{}/revoke", "keys revoke {}"),
        ("POST /keys", "keys create"),
        ("GET /quotas/{}", "quotas list"),
        ("GET /quotas", "quotas list"),
        ("PUT /quotas/{}/{}", "quotas set {} {}"),
        ("POST /quotas/{}/{}/resume", "quotas resume {} {}"),
        ("GET /requests/logs", "tail --no-follow"),
        ("GET /event_endpoints/{}/deliveries?status=dead", "events deliveries {} --status dead"),
        ("GET /event_endpoints/{}/deliveries", "events deliveries {}"),
        ("GET /event_endpoints", "events list"),
        ("GET /subscriptions?account_id={}", "subscriptions list --account {}"),
        ("GET /subscriptions/reachability", "subscriptions check"),
        ("POST /subscriptions", "subscriptions create"),
        ("GET /events?account_id={}", "events feed --account {}"),
        ("POST /events/resend", "events resend"),
        ("GET /approvals/{}", "approvals show {}"),
        ("GET /approvals", "approvals list"),
        ("POST /approvals/{}/approve", "approvals approve {}"),
        ("POST /approvals/{}/refuse", "approvals refuse {}"),
        ("GET /files/tree", "files tree"),
        ("POST /files/uploads", "files up"),
    ];

    /// <summary>A text with the commands where it names requests that have one.</summary>
    public static string In(string text) =>
        Request().Replace(text, found => CommandOf(found.Value) is { } command ? $"`tenanthub {command}`" : found.Value);

    /// <summary>The same of a text that may be missing.</summary>
    public static string? InAny(string? text) => text is null ? null : In(text);

    private static string? CommandOf(string request)
    {
        foreach (var (known, command) in Known)
        {
            var pattern = $"^{Regex.Escape(known).Replace(@"\{}", "([^/?]+)", StringComparison.Ordinal)}$";
            if (Regex.Match(request, pattern) is not { Success: true } match)
                continue;
            var ids = match.Groups.Values.Skip(1).Select(group => group.Value);
            return ids.Aggregate(command, (words, id) => new Regex(@"\{}").Replace(words, _ => id, 1));
        }

        return null;
    }

    /// <summary>A method and a path, without the mark that ends the sentence.</summary>
    [GeneratedRegex(@"\b(GET|POST|PUT|PATCH|DELETE) /[\w/{}<>?=&.-]*[\w/}>]")]
    private static partial Regex Request();
}
