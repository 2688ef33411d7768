using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.ApsEmulator;

/// <summary>Ids that are the same in every run, made of what they belong to.</summary>
internal static class Ids
{
    public static string Uuid(params object[] parts) => new Guid(Hash(parts).AsSpan(0, 16)).ToString("D");

    /// <summary>22 characters, as Autodesk's URNs have them.</summary>
    public static string Short(params object[] parts) => Base64Url.EncodeToString(Hash(parts).AsSpan(0, 16));

    private static byte[] Hash(object[] parts) =>
        SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Join('/', parts.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture))))
        );
}
