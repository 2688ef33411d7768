using System.Security.Claims;
using TenantHub.Accounts;
using TenantHub.Security;

namespace TenantHub.Server.Security;

/// <summary>Who calls, and what they may do: an API key, or a person that an OIDC provider vouches for.</summary>
/// <param name="Id">For the audit: <c>key:key_...</c>, <c>key:bootstrap</c> or <c>oidc:subject</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Role">Null for a person to whom no role was given: known, but allowed nothing.</param>
public sealed record Caller(string Id, string Name, AccessRole? Role)
{
    /// <summary>Gets the owners whose accounts the caller may see; empty for all.</summary>
    public IReadOnlyList<string> OriginOwnerIds => Rights?.OriginOwnerIds ?? [];

    /// <summary>Gets the profiles whose accounts the caller may see; empty for all.</summary>
    public IReadOnlyList<string> ProfileIds => Rights?.ProfileIds ?? [];

    /// <summary>Gets what the caller and its calls are limited to; null when they are not.</summary>
    public CallerRights? Rights { get; init; }

    /// <summary>Gets whether there are accounts that the caller may not see.</summary>
    public bool IsBound => OriginOwnerIds.Count > 0 || ProfileIds.Count > 0;

    public bool MaySee(AccountDescription account) => MaySee(account.OriginOwnerId, account.ProfileId);

    public bool MaySee(string? originOwnerId, string? profileId) => Rights?.Admits(originOwnerId, profileId) is not false;

    public bool MaySeeProfile(string profileId) => ProfileIds.Count == 0 || ProfileIds.Contains(profileId);

    /// <summary>The caller of a request that has passed authentication.</summary>
    public static Caller Of(ClaimsPrincipal user) =>
        user.Identity is CallerIdentity identity
            ? identity.Caller
            : throw new InvalidOperationException("The endpoint is open to anonymous callers, so there is no caller.");

    /// <summary>The caller, or null where anybody may come.</summary>
    public static Caller? Find(ClaimsPrincipal? user) => (user?.Identity as CallerIdentity)?.Caller;

    public ClaimsPrincipal ToPrincipal(string scheme) => new(new CallerIdentity(this, scheme));

    private sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity([new Claim(ClaimTypes.Name, caller.Name)], scheme)
    {
        public Caller Caller => caller;
    }
}
