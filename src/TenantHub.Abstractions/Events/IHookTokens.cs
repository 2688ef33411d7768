using System.Diagnostics.CodeAnalysis;

namespace TenantHub.Events;

/// <summary>
/// The tokens in the addresses that Autodesk calls. A token is made with the key ring, so one that somebody makes up is refused without a
/// look into the database. It says which hook is meant and proves nothing of who calls: that is what the signature is for.
/// </summary>
public interface IHookTokens
{
    /// <summary>Makes a hook's token: letters that need no encoding in an address.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="hook">The hook's name within the account.</param>
    string Make(string accountId, string hook);

    /// <summary>Reads a token.</summary>
    /// <param name="token">What stood in the address.</param>
    /// <param name="accountId">The linked account.</param>
    /// <param name="hook">The hook.</param>
    /// <returns>Whether TenantHub has made it.</returns>
    bool TryRead(string token, [NotNullWhen(true)] out string? accountId, [NotNullWhen(true)] out string? hook);
}
