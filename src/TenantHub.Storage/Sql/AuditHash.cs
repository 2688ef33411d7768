using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TenantHub.Audit;

namespace TenantHub.Storage.Sql;

/// <summary>The hash of a row: SHA-256 over the hash before it and the row's fields, each after its length. docs/audit.md promises this
/// form to others.</summary>
internal static class AuditHash
{
    /// <summary>What stands before the first row.</summary>
    public static readonly string Start = new('0', 64);

    /// <summary>Whether a row's hash is that of its fields and the hash before it.</summary>
    public static bool IsRight(string before, AuditEntry entry) =>
        before.Length == Start.Length && before.All(char.IsAsciiHexDigit) && Of(before, entry) == entry.Hash;

    public static string Of(string before, AuditEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(before));
        Append(entry.Sequence.ToString(CultureInfo.InvariantCulture));
        Append(entry.At.Text());
        Append(entry.IntentSequence?.ToString(CultureInfo.InvariantCulture) ?? "");
        Append(entry.Actor);
        Append(entry.ActorName);
        Append(entry.Address);
        Append(entry.Action);
        Append(entry.Target);
        Append(entry.Outcome);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(string field)
        {
            Span<byte> length = stackalloc byte[4];
            var bytes = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }
}
