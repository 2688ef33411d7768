using System.Globalization;
using System.Security.Claims;
using TenantHub.Errors;
using TenantHub.Security;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Access;

/// <summary>
/// What the sealed cookie says of who has signed in, and whether that still holds. It is asked for every request and, while a page is open,
/// again and again. Of an API key the cookie holds the hash only: who opens a cookie cannot call the API with it.
/// </summary>
internal sealed class UiSession(KeyJudge keys, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private const string KeyHash = "key_hash";
    private const string Person = "person";
    private const string Role = "role";
    private const string Until = "until";

    public ClaimsPrincipal ForKey(string key) => Sealed(new Claim(KeyHash, ApiKeyText.Hash(key)));

    /// <summary>A person for whom a provider vouches. Nobody asks the provider again, so the session's end is the end.</summary>
    public ClaimsPrincipal ForPerson(Caller person) =>
        person.Role is { } role
            ? Sealed(new(Person, person.Id), new(ClaimTypes.Name, person.Name), new(Role, WireName.Of(role)))
            : Sealed(new(Person, person.Id), new(ClaimTypes.Name, person.Name));

    /// <summary>Gives the user with the caller as the API knows it, or why the session has ended.</summary>
    public async ValueTask<(ClaimsPrincipal? User, ServiceError? Refusal)> JudgeAsync(ClaimsPrincipal? user)
    {
        var cookie = user?.Identities.FirstOrDefault(identity =>
            identity.AuthenticationType == UiAccess.Scheme && identity.HasClaim(claim => claim.Type == Until)
        );
        if (cookie is null)
            return (null, SignedOut("Nobody has signed in."));
        if (long.Parse(cookie.FindFirst(Until)!.Value, CultureInfo.InvariantCulture) <= clock.GetUtcNow().ToUnixTimeSeconds())
            return (null, SignedOut("The session has ended."));
        var (caller, refusal) = cookie.FindFirst(KeyHash) is { } hash ? await keys.JudgeHashAsync(hash.Value) : (Vouched(cookie), null);
        if (caller is null)
            return (null, refusal is { Code: ErrorCode.Unauthenticated } ? SignedOut(refusal.Detail) : refusal);
        var judged = caller.ToPrincipal(UiAccess.Scheme);
        judged.AddIdentity(cookie); // The next judgement is about it again.
        return (judged, null);
    }

    private static Caller Vouched(ClaimsIdentity person) =>
        new(
            person.FindFirst(Person)!.Value,
            person.FindFirst(ClaimTypes.Name)!.Value,
            person.FindFirst(Role) is { } role && WireName.TryParse<AccessRole>(role.Value, out var known) ? known : null
        );

    private static ServiceError SignedOut(string why) => RequestErrors.Unauthenticated(why) with { NextStep = "Sign in again." };

    private ClaimsPrincipal Sealed(params Claim[] claims) =>
        new(
            new ClaimsIdentity(
                [.. claims, new(Until, (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))],
                UiAccess.Scheme
            )
        );
}
