using ModelContextProtocol;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Actions;
using TenantHub.Server.Security;

namespace TenantHub.Server.Mcp;

/// <summary>What one request to <c>/mcp</c> says beside its message: for which account it is, and how the tools are to be shown.</summary>
/// <param name="AccountId">The account, as it was given; null when none was.</param>
/// <param name="Searches">Whether actions are found and run by three tools instead of being tools themselves.</param>
/// <param name="Rights">What the caller's actions are limited to; null when they are not.</param>
internal sealed record McpView(string? AccountId, bool Searches, CallerRights? Rights)
{
    public const string PathName = "account_id";

    /// <summary>Gets whether the address, and not the key, keeps the caller from writing.</summary>
    public bool IsReadOnly { get; init; }

    private static readonly string[] Parameters = [CallHeaders.Account, PathName, "tool-mode", "read-only"];

    /// <summary>Reads header, path and query. Many clients can set a URL and nothing else, so the account may stand in each of them; where
    /// it stands twice, both must say the same.</summary>
    /// <exception cref="McpProtocolException">Something in it is wrong.</exception>
    public static McpView Read(HttpContext http)
    {
        var request = http.Request;
        if (CallHeaders.FaultOf(request) is { } twice)
            throw Invalid(twice.Detail);
        if (request.Query.Keys.FirstOrDefault(name => !Parameters.Contains(name)) is { } unknown)
            throw Invalid(
                $"The query parameter \"{InputFault.Shorten(unknown)}\" is not known here; known are {string.Join(", ", Parameters)}."
            );
        string?[] given =
        [
            request.Headers[CallHeaders.Account],
            request.RouteValues.GetValueOrDefault(PathName) as string,
            .. request.Query[CallHeaders.Account],
            .. request.Query[PathName],
        ];
        var accounts = given.Where(id => !string.IsNullOrEmpty(id)).Distinct().ToList();
        if (accounts.Count > 1)
            throw Invalid("Path, query and header (x-account-id) name more than one account. Nothing was sent.");
        var searches = Word(request, "tool-mode", "individual", "search_execute");
        var rights = Caller.Of(http.User).Rights;
        var isReadOnly = Word(request, "read-only", "false", "true");
        return new(accounts.FirstOrDefault(), searches, isReadOnly ? (rights ?? new()) with { Ceiling = CallSafety.Read } : rights)
        {
            IsReadOnly = isReadOnly,
        };
    }

    /// <summary>Whether a request is of the newest revision, which says more in its answers than older clients know.</summary>
    public static bool IsNewest(HttpContext http) => McpVersions.Of(http.Request) == McpVersions.Newest;

    /// <summary>The protocol's own error for what is wrong with a request.</summary>
    public static McpProtocolException Invalid(string what) => new(what, McpErrorCode.InvalidParams);

    private static bool Word(HttpRequest request, string name, string no, string yes)
    {
        if (!request.Query.TryGetValue(name, out var given))
            return false;
        var value = given.ToString();
        return value == yes || (value == no ? false : throw Invalid($"The query parameter \"{name}\" must be {no} or {yes}."));
    }
}
