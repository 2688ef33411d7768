using System.Net.Sockets;
using System.Text;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Linking;

/// <summary>However the address of a link is written, its token reaches no log, at whatever level.</summary>
public sealed class LinkTokenHidingTests(ServerFixture fixture)
{
    private static readonly string[] Spellings =
    [
        "/link/cst_{0}",
        "/LINK/cst_{0}",
        "/Link/cst_{0}/check",
        "//link/cst_{0}",
        "/link//cst_{0}",
        "/link%2fcst_{0}",
        "/link%2Fcst_{0}/",
        "/link/%63st_{0}",
        "/link%252fcst_{0}",
        "/%6cink/cst_{0}",
        "/link/%2563st_{0}",
        "/x/cst_{0}",
        "/cst_{0}",
        "/x/CST_{0}",
        "/ui/sign-in?to=/link/cst_{0}",
        "/accounts?query=cst_{0}",
        "/accounts?query=%63st%5F{0}",
        "/link/./cst_{0}",
        "/link/x/../cst_{0}",
        "/x/cst_{0}/../y",
    ];

    [Fact]
    public async Task Token_IsInNoLog_HoweverItsAddressIsWritten()
    {
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["Logging__LogLevel__Default"] = "Trace",
                ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
                ["Logging__LogLevel__Microsoft.AspNetCore.Server.Kestrel.Connections"] = "Warning", // Its trace is the bytes of the connection.
                ["Logging__LogLevel__Orleans"] = "Warning",
            }
        );
        var planted = Spellings.ToDictionary(
            spelling => spelling,
            spelling => $"Planted{Array.IndexOf(Spellings, spelling):00}{new string('x', 34)}"
        );

        foreach (var (spelling, secret) in planted)
            Assert.StartsWith(
                "HTTP/1.1 ",
                await GetAsync(hub, spelling.Replace("{0}", secret, StringComparison.Ordinal)),
                StringComparison.Ordinal
            );
        await hub.TerminateAsync();

        Assert.Contains("Request finished", hub.Output, StringComparison.Ordinal); // The log is as loud as it is meant to be.
        Assert.Empty(planted.Where(pair => hub.Output.Contains(pair.Value, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Key));
    }

    /// <summary>By hand: a client would tidy the address up.</summary>
    private static async Task<string> GetAsync(ServerProcess hub, string address)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", hub.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken
        );
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
