using System.Net;
using System.Net.Sockets;

namespace TenantHub.Events;

/// <summary>
/// Whether an address is public unicast. Everything else (this machine, private and shared networks, link-local, documentation, multicast)
/// may be somebody's inside, where a caller of ours must not reach through us. An IPv6 address that carries an IPv4 one is judged by what
/// it carries. Source: IANA's special-purpose address registries.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    private static readonly IPNetwork[] Closed =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32", // A cloud's own services, seen from its machines.
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "2620:4f:8000::/48",
            "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    public static bool Is(IPAddress address)
    {
        if (address.AddressFamily is AddressFamily.InterNetworkV6)
        {
            var bytes = address.GetAddressBytes();
            if (address.IsIPv4MappedToIPv6 || Nat64.Contains(address))
                return Is(new IPAddress(bytes[12..]));
            if (!GlobalUnicast.Contains(address))
                return false;
            if (SixToFour.Contains(address) && !Is(new IPAddress(bytes[2..6])))
                return false;
            if (IsIsatap(bytes) && !Is(new IPAddress(bytes[12..])))
                return false;
        }

        return !Closed.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    /// <summary>RFC 5214: an interface id of 0000:5efe or 0200:5efe, and the IPv4 address after it.</summary>
    private static bool IsIsatap(byte[] bytes) => bytes[8] is 0 or 2 && bytes.AsSpan(9, 3) is [0, 0x5e, 0xfe];
}
