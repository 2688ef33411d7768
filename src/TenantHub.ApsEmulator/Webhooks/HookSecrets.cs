namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>
/// The secrets that callbacks are signed with: a hook's own, or else the one of all hooks of an app in a region. Autodesk takes up to ten
/// minutes to change or remove the latter; here it always takes all of them, so that a receiver that takes only one secret fails.
/// </summary>
internal sealed class HookSecrets
{
    private static readonly TimeSpan ChangeTakes = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(string ClientId, string Region), AppSecret> _apps = [];

    public string? Of(EmulatedHook hook, DateTimeOffset now) =>
        (string?)hook.Fields["token"] ?? (_apps.TryGetValue((hook.ClientId, hook.Region), out var app) ? app.At(now) : null);

    /// <summary>A first secret is in force at once.</summary>
    public bool Add(string clientId, string region, string secret) =>
        !Exists(clientId, region) && Set(clientId, region, new AppSecret(secret, secret, default));

    public bool Change(string clientId, string region, string? secret, DateTimeOffset now) =>
        Exists(clientId, region) && Set(clientId, region, new AppSecret(_apps[(clientId, region)].At(now), secret, now + ChangeTakes));

    public void Clear() => _apps.Clear();

    private bool Exists(string clientId, string region) => _apps.TryGetValue((clientId, region), out var app) && app.Next is not null;

    private bool Set(string clientId, string region, AppSecret secret)
    {
        _apps[(clientId, region)] = secret;
        return true;
    }

    private sealed record AppSecret(string? Before, string? Next, DateTimeOffset NextAt)
    {
        public string? At(DateTimeOffset now) => now >= NextAt ? Next : Before;
    }
}
