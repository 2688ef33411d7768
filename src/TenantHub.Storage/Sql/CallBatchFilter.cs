using System.Globalization;
using TenantHub.Calls;

namespace TenantHub.Storage.Sql;

/// <summary>
/// A Bloom filter over the names in a batch (account, owner, trace, action ...): it says "not here" for certain, and "perhaps" wrongly
/// about once in 300 times. It lies in the database, so what it computes must never change.
/// </summary>
internal static class CallBatchFilter
{
    /// <summary>Which names the filters have that are made now. Since 2: kinds of callers, and Autodesk's statuses.</summary>
    public const long Named = 2;

    private const int BitsPerName = 12;
    private const int Probes = 6;

    public static byte[] Of(IReadOnlyCollection<CallRecord> records)
    {
        var names = new HashSet<ulong>(records.Count * 4);
        foreach (var record in records)
        {
            Add('a', record.AccountId);
            Add('o', record.OriginOwnerId);
            Add('p', record.ProfileId);
            Add('c', record.CallerId);
            Add('t', record.TraceId);
            Add('n', record.ActionId);
            Add('n', record.PartOf);
            Add('d', record.Product);
            Add('m', record.Method);
            Add('r', record.Outcome);
            Add('k', Kind(record.CallerId));
            Add('s', record.ProviderStatus is { } status ? Text(status) : null);
        }

        var bits = new byte[(names.Count * BitsPerName + 7) / 8];
        foreach (var name in names)
        {
            for (var probe = 0; probe < Probes; probe++)
            {
                var bit = Bit(name, probe, bits.Length);
                bits[bit >> 3] |= (byte)(1 << (bit & 7));
            }
        }

        return bits;

        void Add(char kind, string? name)
        {
            if (name is not null)
                names.Add(Hash(kind, name));
        }
    }

    /// <summary>What a batch must hold to be of use: of each list one.</summary>
    /// <param name="filter">What is asked for.</param>
    /// <param name="named">Which names the batch's filter has.</param>
    public static IReadOnlyList<ulong[]> Wanted(CallLogFilter filter, long named = Named)
    {
        ulong[][] all =
        [
            Hashes('a', filter.AccountIds),
            Hashes('o', filter.OriginOwnerIds),
            Hashes('p', filter.ProfileIds),
            Hashes('c', filter.CallerIds),
            Hashes('t', filter.TraceIds),
            Hashes('n', filter.ActionIds),
            Hashes('d', filter.Products),
            Hashes('m', filter.Methods),
            Hashes('r', [.. filter.Outcomes.Select(outcome => outcome.Name)]),
            Hashes('r', filter.Success is true ? [CallRecord.Succeeded] : []),
            named < 2 || filter.CallerKinds.Any(kind => Kind(kind) != kind) ? [] : Hashes('k', filter.CallerKinds),
            named < 2 ? [] : [.. filter.Outcomes.Select(Narrowest)],
        ];
        return [.. all.Where(one => one.Length > 0)];

        static ulong[] Hashes(char kind, IReadOnlyList<string> names) => [.. names.Select(name => Hash(kind, name))];
    }

    public static bool MayHold(byte[] bits, IReadOnlyList<ulong[]> wanted) => wanted.All(names => names.Any(name => Holds(bits, name)));

    private static ulong Narrowest(CallOutcome outcome) =>
        outcome.ProviderStatus is { } status ? Hash('s', Text(status)) : Hash('r', outcome.Name);

    /// <summary>What a caller's id begins with, the colon included.</summary>
    private static string? Kind(string? callerId) => callerId?[..(callerId.IndexOf(':', StringComparison.Ordinal) + 1)];

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static bool Holds(byte[] bits, ulong name)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var bit = Bit(name, probe, bits.Length);
            if ((bits[bit >> 3] & (1 << (bit & 7))) == 0)
                return false;
        }

        return true;
    }

    private static int Bit(ulong name, int probe, int bytes) =>
        (int)(((uint)name + (ulong)probe * ((uint)(name >> 32) | 1)) % (ulong)(bytes * 8));

    /// <summary>FNV-1a, and the last step of MurmurHash3, which spreads it over all bits.</summary>
    private static ulong Hash(char kind, string name)
    {
        var hash = (14695981039346656037UL ^ kind) * 1099511628211UL;
        foreach (var character in name)
            hash = (hash ^ character) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }
}
