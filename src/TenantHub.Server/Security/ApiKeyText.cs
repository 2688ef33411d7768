using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.Server.Security;

/// <summary>An API key as its holder has it: <c>thk_</c> and 256 random bits in base64url.</summary>
internal static class ApiKeyText
{
    private const string Prefix = "thk_";
    private const int RandomBytes = 32;
    private const int Length = 47; // Of the prefix and 32 bytes in base64url.

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Whether it can be a key at all: what cannot be one costs no look into the database.</summary>
    public static bool IsKey(string text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(text.AsSpan(Prefix.Length));

    /// <summary>The same of the text's UTF-8.</summary>
    public static bool IsKey(ReadOnlySpan<byte> utf8) =>
        utf8.Length == Length && utf8.StartsWith("thk_"u8) && Base64Url.IsValid(utf8[Prefix.Length..]);

    /// <summary>What is stored of it. Nobody guesses 256 bits, so the hash need not be slow, as it must be for passwords; every call pays
    /// for it.</summary>
    public static string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>The same of the text's UTF-8.</summary>
    public static string Hash(ReadOnlySpan<byte> utf8)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8, hash);
        return Convert.ToHexStringLower(hash);
    }
}
