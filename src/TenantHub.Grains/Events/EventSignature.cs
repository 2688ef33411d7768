using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.Events;

/// <summary>The signature of Standard Webhooks: v1, HMAC-SHA256 over id, timestamp and body, one for each valid secret.
/// (standardwebhooks.com)</summary>
internal static class EventSignature
{
    private const string Prefix = "whsec_";
    private const int SecretBytes = 32;

    public static Secret NewSecret() => new(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)));

    public static string Of(string id, DateTimeOffset at, ReadOnlySpan<byte> body, IEnumerable<Secret> secrets)
    {
        byte[] signed =
        [
            .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.")),
            .. body,
        ];
        return string.Join(
            ' ',
            secrets.Select(secret =>
                "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret.Reveal()[Prefix.Length..]), signed))
            )
        );
    }
}
