using TenantHub.Accounts;
using TenantHub.Credentials;
using TenantHub.Quotas;
using TenantHub.Tokens;

namespace TenantHub.Calls;

/// <summary>What one account remembers between its requests to Autodesk: access tokens, its own cap, and circuit breakers once a request
/// has failed.</summary>
internal sealed class AccountTraffic
{
    private static readonly TimeSpan StandsBackFor = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string CredentialVersion, string ScopeKey), AccessToken> _tokens = [];
    private Dictionary<string, Breaker>? _breakers; // Few accounts ever fail.
    private string? _refusedVersion;
    private long _refusedAt;

    /// <summary>Gets or sets the cap of the account's profile; null when it has none.</summary>
    public RequestCap? Cap { get; set; }

    public IEnumerable<AccessTokenDescription> Tokens =>
        _tokens.Select(token => new AccessTokenDescription(token.Key.ScopeKey.Split(' '), token.Value.ExpiresAt));

    public IEnumerable<Secret> TokenValues => _tokens.Values.Select(token => token.Value);

    /// <summary>A token that need not be renewed yet; null when there is none.</summary>
    public AccessToken? FindToken(ClientApp app, string scopeKey, DateTimeOffset now) =>
        _tokens.TryGetValue((app.CredentialVersion, scopeKey), out var known) && now < known.RenewAt ? known : null;

    /// <summary>Remembers a token; null forgets the one before.</summary>
    public void SetToken(ClientApp app, string scopeKey, AccessToken? token)
    {
        if (token is not null)
            _tokens[(app.CredentialVersion, scopeKey)] = token;
        else
            _tokens.Remove((app.CredentialVersion, scopeKey));
    }

    public void ForgetTokens() => _tokens.Clear();

    public Breaker? FindBreaker(string quotaGroup) => _breakers?.GetValueOrDefault(quotaGroup);

    public void AddBreaker(string quotaGroup, Breaker breaker) => (_breakers ??= [])[quotaGroup] = breaker;

    /// <summary>Notes that Autodesk has just refused the app's secret, while another one is held.</summary>
    public void Refused(ClientApp app, TimeProvider clock) => (_refusedVersion, _refusedAt) = (app.CredentialVersion, clock.GetTimestamp());

    /// <summary>Whether the app's secret stands back behind the one before, so that not every call asks in vain.</summary>
    public bool StandsBack(ClientApp app, TimeProvider clock) =>
        app.CredentialVersion == _refusedVersion && clock.GetElapsedTime(_refusedAt) < StandsBackFor;
}
