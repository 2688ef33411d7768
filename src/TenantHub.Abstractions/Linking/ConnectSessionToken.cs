using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.Linking;

/// <summary>
/// The secret with which a customer's admin opens a connect session. Only its hash is kept: it is the key of the session's grain, so whoever
/// has the token finds the session, and nobody finds the token.
/// </summary>
public static class ConnectSessionToken
{
    private const string Prefix = "cst_";
    private const int RandomBytes = 32;

    /// <summary>Makes a new token.</summary>
    public static Secret New() => new(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)));

    /// <summary>Gives the key of the session's grain.</summary>
    /// <param name="token">The token, as it came in; anything at all has a key, and nearly all of them no session.</param>
    public static string KeyOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
