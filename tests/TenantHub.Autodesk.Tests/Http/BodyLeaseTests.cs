using System.Buffers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using TenantHub.Actions;
using Xunit;

namespace TenantHub.Autodesk.Http;

public sealed class BodyLeaseTests
{
    [Fact]
    public void BufferThatGoesBack_HoldsNothingOfItsCustomers()
    {
        var (lease, buffer) = Leased("his secret");

        lease.Dispose();

        Assert.All(buffer, piece => Assert.Equal(0, piece));
    }

    /// <summary>Somebody may be reading into it still: to let another call have it would mix two customers' data.</summary>
    [Fact]
    public void AbandonedBuffer_NeverGoesBack_AlsoWhenItIsFilledLater()
    {
        var (lease, first) = Leased("first");
        lease.Abandon();
        var later = "later"u8.ToArray();
        lease.Keep(later, later.Length);

        lease.Dispose();

        Assert.Equal("first", Encoding.UTF8.GetString(first, 0, 5));
        Assert.Equal("later"u8.ToArray(), later);
    }

    [Fact]
    public void DocumentAtTheBeginningOfABuffer_IsSentWithoutTheRest()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer<JsonBytes>>();
        var document = new JsonBytes("{\"a\":1}another's"u8.ToArray(), 7);

        var sent = serializer.SerializeToArray(document);

        Assert.DoesNotContain("another", Encoding.Latin1.GetString(sent), StringComparison.Ordinal);
        Assert.Equal("{\"a\":1}", serializer.Deserialize(sent)!.ToString());
        Assert.Equal("{\"a\":1}", document.ToString());
    }

    private static (BodyLease Lease, byte[] Buffer) Leased(string text)
    {
        var (lease, buffer) = (new BodyLease(), ArrayPool<byte>.Shared.Rent(64));
        Array.Clear(buffer);
        lease.Keep(buffer, Encoding.UTF8.GetBytes(text, buffer));
        return (lease, buffer);
    }
}
