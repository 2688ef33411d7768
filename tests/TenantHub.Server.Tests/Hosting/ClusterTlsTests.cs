using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Connections.Security;
using TenantHub.Accounts;
using TenantHub.Server.Cluster;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>Who gets through Orleans' ports when certificates are set, seen from outside.</summary>
[Collection(OwnFleetCollection.Name)]
public sealed class ClusterTlsTests(ServerFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task WhoHasNoGoodCertificate_IsCutOff_AtBothPorts()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority(); // Of the same name.
        await using var hub = await ServerProcess.StartAsync(
            fixture.Emulator.Address,
            settings: authority.Write(Directory.CreateTempSubdirectory("tenanthub-tls-").FullName)
        );
        using var foreign = stranger.ForHub();
        using var expired = authority.ForHub(validFor: TimeSpan.FromDays(-1));
        using var purposeless = authority.ForAnything();
        using var client = authority.ForClient();

        foreach (var port in new[] { hub.SiloPort, hub.GatewayPort })
        {
            foreach (var bad in new[] { null, foreign, expired, purposeless })
                await CutOffAsync(port, bad);
        }

        await CutOffAsync(hub.SiloPort, client); // A client's certificate opens the gateway only.
        using var orleans = await ConnectAsync(hub, client, authority);
        Assert.Equal(ErrorCode.AccountNotFound, await AskAsync(orleans));
    }

    [Fact]
    public async Task CertificatesAndAuthority_AreRenewedWhileHubsRun_WithoutAFailedCall()
    {
        using var old = new TestAuthority();
        using var fresh = new TestAuthority();
        var directory = Directory.CreateTempSubdirectory("tenanthub-tls-").FullName;
        await using var fleet = await ServerFleet.StartAsync(2, old.Write(directory));
        var accounts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LinkAsync(fleet)));
        using var stop = new CancellationTokenSource();
        var calls = Task.WhenAll(fleet.Hubs.Select(hub => CallUntilAsync(hub, accounts, stop.Token)));

        // 1. Both authorities are trusted. 2. The certificates are changed. 3. The old authority goes.
        using var oldHub = old.ForHub();
        old.Write(directory, authorities: old.Pem + fresh.Pem);
        fresh.Write(directory, authorities: old.Pem + fresh.Pem);
        using var client = fresh.ForClient();
        foreach (var hub in fleet.Hubs)
        {
            using var orleans = await ConnectAsync(hub, client, fresh); // It trusts the new authority only, so the hub shows the new certificate.
            Assert.Equal(ErrorCode.AccountNotFound, await AskAsync(orleans));
        }

        fresh.Write(directory);
        foreach (var hub in fleet.Hubs)
            await CutOffAsync(hub.SiloPort, oldHub);
        await stop.CancelAsync();

        var answers = (await calls).SelectMany(all => all).ToList();
        Assert.NotEmpty(answers);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Theory]
    [InlineData("TenantHub__Orleans__Tls__KeyFile", null, "needs CertificateFile, KeyFile and AuthorityFile together")]
    [InlineData("TenantHub__Orleans__Tls__AuthorityFile", "/nowhere/ca.crt", "/nowhere/ca.crt")]
    public async Task HalfASetUp_DoesNotStart_AndSaysWhatIsMissing(string setting, string? value, string says)
    {
        using var authority = new TestAuthority();
        var settings = authority.Write(Directory.CreateTempSubdirectory("tenanthub-tls-").FullName);
        settings[setting] = value ?? "";

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ServerProcess.StartAsync(fixture.Emulator.Address, settings: settings)
        );

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClusterInProduction_WithoutCertificates_StartsOnlyWhenTheOperatorAnswersForTheNetwork()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["TenantHub__Database__ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x;Password=x;Timeout=1",
        };

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ServerProcess.StartAsync(fixture.Emulator.Address, settings: settings)
        );
        var answeredFor = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ServerProcess.StartAsync(
                fixture.Emulator.Address,
                settings: new Dictionary<string, string>(settings) { ["TenantHub__Orleans__Tls__NetworkIsPrivate"] = "true" }
            )
        );

        Assert.Contains("TenantHub:Orleans:Tls:NetworkIsPrivate", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("TenantHub:Orleans:Tls", answeredFor.Message, StringComparison.Ordinal); // It came as far as the database, which is not there.
        Assert.Contains(
            "TenantHub does not start: The database x on 127.0.0.1:1 does not answer (Connection refused).",
            answeredFor.Message,
            StringComparison.Ordinal
        );
        Assert.All(
            [refused, answeredFor],
            failure =>
            {
                Assert.Contains("exit code 1 ", failure.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("   at ", failure.Message, StringComparison.Ordinal); // No stack.
            }
        );
    }

    /// <summary>Waits until the hub ends the connection; one that it accepts it keeps, because it waits for Orleans' greeting.</summary>
    private static async Task CutOffAsync(int port, X509Certificate2? certificate)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
#pragma warning disable CA5359 // An attacker does not care whom it talks to.
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "hub",
                    LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
                    ApplicationProtocols = [new SslApplicationProtocol("Orleans1")],
                },
                limit.Token
            );
            Assert.Equal(0, await tls.ReadAsync(new byte[1], limit.Token));
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Cut off too, with an alert.
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(
                $"The port {port} keeps a connection with the certificate {certificate?.Subject ?? "none"} of {certificate?.NotAfter}."
            );
        }
    }

    private static async Task<IHost> ConnectAsync(ServerProcess hub, X509Certificate2 certificate, TestAuthority authority)
    {
        var client = Host.CreateApplicationBuilder()
            .UseOrleansClient(orleans =>
                orleans
                    .UseLocalhostClustering(hub.GatewayPort, "tenanthub", "tenanthub")
                    .UseTls(tls =>
                    {
                        tls.LocalCertificate = certificate;
                        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
                        tls.RemoteCertificateValidation = (other, _, _) => IsFrom(authority, other);
                    })
            )
            .Build();
        using var limit = new CancellationTokenSource(Patience);
        await client.StartAsync(limit.Token);
        return client;
    }

    private static bool IsFrom(TestAuthority authority, X509Certificate2 other)
    {
        using var root = X509Certificate2.CreateFromPem(authority.Pem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(other);
    }

    private static async Task<ErrorCode> AskAsync(IHost client) =>
        Assert
            .IsType<AccountResult.Failed>(
                await client
                    .Services.GetRequiredService<IClusterClient>()
                    .GetGrain<ILinkedAccountGrain>(LinkedAccountId.New(TimeProvider.System).Value)
                    .DescribeAsync()
            )
            .Error.Code;

    private static async Task<string> LinkAsync(ServerFleet fleet)
    {
        var (clientId, secret) = await fleet.Emulator.AddAppAsync();
        var emulated = await fleet.Emulator.AddAccountAsync([clientId]);
        return (await fleet.Hubs[0].Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
    }

    private static async Task<List<HttpStatusCode>> CallUntilAsync(ServerProcess hub, string[] accounts, CancellationToken stop)
    {
        var answers = new List<HttpStatusCode>();
        while (!stop.IsCancellationRequested)
        {
            foreach (var account in accounts)
                answers.Add((await hub.Http.RpcAsync(account, new { action = "autodesk_list_hubs" })).Status);
        }

        return answers;
    }
}
