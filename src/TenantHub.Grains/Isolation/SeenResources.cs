using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TenantHub.Autodesk.Isolation;

namespace TenantHub.Isolation;

/// <summary>
/// What has been learnt lately about whose things are: by hash, because URNs and signed URLs are long; bounded, the oldest goes first. What
/// is forgotten is found out again.
/// </summary>
internal sealed class SeenResources(int capacity, TimeProvider clock)
{
    private readonly Dictionary<UInt128, long> _seen = []; // Until when, in ticks; negative for what is not the account's.
    private readonly Queue<UInt128> _order = new();

    public int Count => _seen.Count;

    /// <summary>Tells whether the thing is the account's; null when nothing is known.</summary>
    public bool? Find(ResourceKind kind, string id) =>
        _seen.TryGetValue(Hash(kind, id), out var until) && clock.GetUtcNow().UtcTicks < Math.Abs(until) ? until > 0 : null;

    /// <summary>Whether the thing is the account's for as long as this is remembered, because it could not be written down.</summary>
    public bool IsLasting(ResourceKind kind, string id) => _seen.TryGetValue(Hash(kind, id), out var until) && until == long.MaxValue;

    /// <summary>Remembers whether the thing is the account's.</summary>
    public void Remember(ResourceKind kind, string id, bool own, TimeSpan? keep = null)
    {
        var key = Hash(kind, id);
        if (!_seen.ContainsKey(key))
        {
            if (_order.Count == capacity)
                _seen.Remove(_order.Dequeue());
            _order.Enqueue(key);
        }

        var until = keep is { } time ? (clock.GetUtcNow() + time).UtcTicks : long.MaxValue;
        _seen[key] = own ? until : -until;
    }

    /// <summary>Nothing is known of the thing from now on.</summary>
    public void Forget(ResourceKind kind, string id)
    {
        var key = Hash(kind, id);
        if (_seen.ContainsKey(key))
            _seen[key] = 0;
    }

    public void Clear()
    {
        _seen.Clear();
        _order.Clear();
    }

    private static UInt128 Hash(ResourceKind kind, string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> text = id.Length <= 128 ? stackalloc byte[1 + (128 * 3)] : new byte[1 + Encoding.UTF8.GetMaxByteCount(id.Length)];
        text[0] = (byte)kind;
        SHA256.HashData(text[..(1 + Encoding.UTF8.GetBytes(id, text[1..]))], hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
