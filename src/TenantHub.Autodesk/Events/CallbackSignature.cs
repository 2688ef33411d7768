using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.Autodesk.Events;

/// <summary>
/// Autodesk's signature of a callback: header <c>x-adsk-signature</c>, <c>sha1hash=</c> and the HMAC-SHA1 of the raw body in hexadecimal.
/// Nothing says when it was signed, so the same callback sent again is known by its content only.
/// </summary>
public static class CallbackSignature
{
    /// <summary>So long Autodesk may take to use a new secret.</summary>
    public static readonly TimeSpan SecretTakes = TimeSpan.FromMinutes(10);

    /// <summary>The header's name.</summary>
    public const string Header = "x-adsk-signature";

    private const string Prefix = "sha1hash=";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Whether one of the secrets has signed the body; takes as long whichever it is, and whatever is wrong.</summary>
    /// <param name="signature">The header's value; null when there is none.</param>
    /// <param name="body">The raw body.</param>
    /// <param name="secrets">The hook's secrets: two while one replaces the other.</param>
    public static bool IsValid(string? signature, ReadOnlySpan<byte> body, IEnumerable<Secret> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        var given = Read(signature);
        Span<byte> expected = stackalloc byte[HMACSHA1.HashSizeInBytes];
        var isValid = false;
        foreach (var secret in secrets)
        {
#pragma warning disable CA5350 // Autodesk signs with HMAC-SHA1.
            HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret.Reveal()), body, expected);
#pragma warning restore CA5350
            isValid |= CryptographicOperations.FixedTimeEquals(given, expected);
        }

        return isValid;
    }

    private static byte[] Read(string? signature)
    {
        if (signature is null || !signature.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return [];
        var hash = signature.AsSpan(Prefix.Length).Trim();
        return hash.Length == HMACSHA1.HashSizeInBytes * 2 && !hash.ContainsAnyExcept(HexDigits) ? Convert.FromHexString(hash) : [];
    }
}
