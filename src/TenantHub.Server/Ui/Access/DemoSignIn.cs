using System.Security.Cryptography;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Access;

/// <summary>
/// A link that signs in once, as the admin whose key was made up for Development. It is printed where that key is printed too, so it gives
/// nobody more than the console already shows.
/// </summary>
internal sealed class DemoSignIn(AdminKey admin)
{
    private string? _code;

    /// <summary>Gives the path of a link that works once, or null when the key is the operator's own. The link before works no
    /// more.</summary>
    public string? Offer()
    {
        if (admin.Printable is null)
            return null;
        _code = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return $"{UiAccess.SignIn}/demo?code={_code}";
    }

    /// <summary>Gives the key when the code is the one that was offered; null for any other, and when it was used before.</summary>
    public string? Redeem(string? code)
    {
        var offered = Volatile.Read(ref _code);
        return offered is not null && offered == code && Interlocked.CompareExchange(ref _code, null, offered) == offered
            ? admin.Printable
            : null;
    }
}
