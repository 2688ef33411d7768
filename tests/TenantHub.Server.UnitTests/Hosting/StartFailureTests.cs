using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using TenantHub.Storage;
using Xunit;

namespace TenantHub.Server.Hosting;

public sealed class StartFailureTests
{
    public static TheoryData<Exception, string> OperatorsReasons =>
        new()
        {
            { new OptionsValidationException("x", typeof(object), ["A is wrong.", "B is wrong."]), "A is wrong. B is wrong." },
            { new InvalidOperationException("outer", new StorageException("The database\nis newer.")), "The database is newer." },
            { new AggregateException(new SocketException((int)SocketError.AddressAlreadyInUse)), "SiloPort" },
            { new SocketException((int)SocketError.AddressNotAvailable), "--urls" },
            { new InvalidOperationException("x", new System.Xml.XmlException("Unexpected end.")), "data_protection_keys" },
            { new FormatException("Invalid url: 'foo'"), "Invalid url: 'foo'" },
            { new IOException("Failed to bind to address http://x: address already in use.", new AddressInUseException("x")), "--urls" },
        };

    [Theory]
    [MemberData(nameof(OperatorsReasons))]
    public void ReasonThatAnOperatorCanPutRight_IsToldInOneLine(Exception failure, string says)
    {
        var line = StartFailure.Explain(failure);

        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line!);
    }

    [Fact]
    public void Defect_IsNotExplainedAway() =>
        Assert.Null(StartFailure.Explain(new InvalidOperationException("x", new ArgumentException("y"))));
}
