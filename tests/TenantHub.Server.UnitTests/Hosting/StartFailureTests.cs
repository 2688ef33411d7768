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
            {
                new OptionsValidationException("x", typeof(Telemetry.MetricsOptions), ["Port: must be between 1 and 65535."]),
                "TenantHub:Metrics:Port: must be"
            },
            {
                new InvalidOperationException("Unable to configure HTTPS endpoint. No server certificate was specified"),
                "needs a certificate"
            },
            { new InvalidOperationException("outer", new StorageException("The database\nis newer.")), "The database is newer." },
            { new AggregateException(new SocketException((int)SocketError.AddressAlreadyInUse)), "SiloPort" },
            { new SocketException((int)SocketError.AddressNotAvailable), "--urls" },
            { new InvalidOperationException("x", new System.Xml.XmlException("Unexpected end.")), "data_protection_keys" },
            { new FormatException("Invalid url: 'foo'"), "Invalid url: 'foo'" },
            { new UnauthorizedAccessException("Access to the path '/data' is denied."), "TenantHub:DataDirectory" },
            { new IOException("Read-only file system : '/data'"), "TenantHub:DataDirectory" },
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
    public async Task EmulatorsPortThatIsTaken_NamesItsOwnSetting()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var builder = Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder([
            "--environment",
            "Development",
            "--TenantHub:Emulator:Urls",
            $"http://{taken.LocalEndpoint}",
        ]);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => EmbeddedEmulator.StartIfEnabledAsync(builder));

        Assert.Contains("TenantHub:Emulator:Urls", StartFailure.Explain(failure), StringComparison.Ordinal);
        Assert.DoesNotContain("--urls", StartFailure.Explain(failure), StringComparison.Ordinal);
    }

    [Fact]
    public void Defect_IsNotExplainedAway() =>
        Assert.Null(StartFailure.Explain(new InvalidOperationException("x", new ArgumentException("y"))));
}
