using System.Net;
using Microsoft.Extensions.Options;
using Xunit;

namespace TenantHub.Events;

public sealed class PublicAddressTests
{
    [Theory]
    [
        InlineData("8.8.8.8"),
        InlineData("2606:4700::1111"),
        InlineData("2a00:1450:4001::1"),
        InlineData("::ffff:8.8.8.8"),
        InlineData("64:ff9b::8.8.8.8"),
        InlineData("2002:808:808::1")
    ]
    public void PublicUnicastAddress_MayBeReached(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [
        InlineData("127.0.0.1"),
        InlineData("10.1.2.3"),
        InlineData("169.254.169.254"),
        InlineData("192.168.0.1"),
        InlineData("100.64.0.1"),
        InlineData("0.0.0.0"),
        InlineData("224.0.0.1"),
        InlineData("255.255.255.255")
    ]
    [
        InlineData("::"),
        InlineData("::1"),
        InlineData("::127.0.0.1"),
        InlineData("::ffff:10.0.0.1"),
        InlineData("::ffff:0:10.0.0.1"),
        InlineData("fe80::1"),
        InlineData("fec0::1"),
        InlineData("fc00::1"),
        InlineData("ff02::1")
    ]
    [
        InlineData("64:ff9b::10.0.0.1"),
        InlineData("64:ff9b:1::8.8.8.8"),
        InlineData("2002:a00:1::1"),
        InlineData("2002:7f00:1::1"),
        InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2"),
        InlineData("2001:db8::1"),
        InlineData("2001:20::1")
    ]
    [
        InlineData("3fff::1"),
        InlineData("5f00::1"),
        InlineData("4000::1"),
        InlineData("8000::1"),
        InlineData("1::1"),
        InlineData("100::1"),
        InlineData("400::1"),
        InlineData("2606:4700::5efe:10.0.0.1"),
        InlineData("2606:4700::200:5efe:192.168.1.1")
    ]
    public void AnyOtherAddress_MayNot(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [
        InlineData("https://localhost./x"),
        InlineData("https://LOCALHOST/x"),
        InlineData("https://a.localhost/x"),
        InlineData("https://a.localhost./x"),
        InlineData("https://hub/x"),
        InlineData("https://db.internal/x"),
        InlineData("https://printer.local./x"),
        InlineData("https://foo.home.arpa/x"),
        InlineData("https://kubernetes.default.svc/x"),
        InlineData("https://-foo.com/x"),
        InlineData("https://_x.com/x"),
        InlineData("https://aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234.com/x")
    ]
    [
        InlineData("https://①②⑦.⓪.⓪.①/x"),
        InlineData("https://127。0。0。1/x"),
        InlineData("https://ｌｏｃａｌｈｏｓｔ/x"),
        InlineData("https://bücher.example/x"),
        InlineData("https://loc\u00adalhost/x"),
        InlineData("https://127.0.0.1./x")
    ]
    [
        InlineData("https://0x7f.1/x"),
        InlineData("https://2130706433/x"),
        InlineData("https://0177.0.0.1/x"),
        InlineData("https://127.1/x"),
        InlineData("https://[::1]/x"),
        InlineData("https://[::ffff:127.0.0.1]/x"),
        InlineData("https://[fe80::1%25eth0]/x"),
        InlineData("https://a.1/x")
    ]
    [
        InlineData("https://user@example.com/x"),
        InlineData("http://example.com/x"),
        InlineData("ftp://example.com/x"),
        InlineData("https:///x"),
        InlineData("https://example..com/x"),
        InlineData("https://exa%6dple.local/x")
    ]
    public void AddressThatIsNoPublicName_IsRefusedWhenItIsRegistered(string url)
    {
        using var sender = new EventSender(Options.Create(new EventOptions()), TimeProvider.System);

        Assert.NotNull(sender.Refuse(url));
    }

    [Theory]
    [
        InlineData("https://example.com/hooks?a=b"),
        InlineData("https://hooks.example.co.uk:8443/x"),
        InlineData("https://xn--bcher-kva.example/x"),
        InlineData("https://example.com./x"),
        InlineData("https://8.8.8.8/x"),
        InlineData("https://[2606:4700::1111]/x")
    ]
    public void PublicName_IsTaken(string url)
    {
        using var sender = new EventSender(Options.Create(new EventOptions()), TimeProvider.System);

        Assert.Null(sender.Refuse(url));
    }
}
