using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.Linking;

/// <summary>
/// The secret with which a customer's admin opens a connect session. Only its hash is kept: it is the key of the session's grain, so
/// whoever has the token finds the session, and nobody finds the token.
/// </summary>
public static class ConnectSessionToken
{
    private const string Prefix = "cst_";
    private const int RandomBytes = 32;
    private const int Length = 47; // Of the prefix and 32 bytes in base64url.

    /// <summary>Makes a new token.</summary>
    public static Secret New() => new(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)));

    /// <summary>Whether a text can be a token at all: what cannot be one wakes no grain.</summary>
    /// <param name="text">The text, as it came in.</param>
    public static bool IsToken([NotNullWhen(true)] string? text) =>
        text is { Length: Length } && text.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(text.AsSpan(Prefix.Length));

    /// <summary>Gives the key of the session's grain.</summary>
    /// <param name="token">The token, as it came in.</param>
    public static string KeyOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
