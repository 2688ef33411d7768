using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantHub.Linking;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Errors;

/// <summary>A fault that a caller is told of is in the log, once, under the trace id that the caller has.</summary>
[Collection(MendedServer.Name)]
public sealed class FaultLogTests(ServerFixture fixture, MendedServer server)
{
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task FaultOfAGrain_IsInTheLogOnce_UnderTheTraceIdOfTheHttpAnswer_WithItsAccount()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        var account = await LinkAsync(hub);
        await BreakWhileItIsDownAsync(hub, "UPDATE grain_state SET payload = x'7B00FF'");

        var answer = await hub.Http.SendAsync(HttpMethod.Get, $"/accounts/{account}");

        Assert.InRange((int)answer.Status, 500, 599);
        Assert.Contains(account, await LoggedOnceAsync(hub, answer.Text("traceId")!), StringComparison.Ordinal);
    }

    /// <summary>Where it is an exception, and where a grain has caught it and answers.</summary>
    [Fact]
    public async Task FaultOfTheDatabase_IsInTheLogOnce_UnderTheTraceIdOfTheHttpAnswer()
    {
        var hub = server.Hub;
        var account = await LinkAsync(hub);
        using var accounts = server.Without("accounts");
        using var states = server.Without("grain_state");

        var thrown = await hub.Http.SendAsync(HttpMethod.Get, "/accounts");
        var answered = await hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{account}/suspend");

        Assert.InRange((int)thrown.Status, 500, 599);
        Assert.Contains("no such table", await LoggedOnceAsync(hub, thrown.Text("traceId")!), StringComparison.Ordinal);
        Assert.Equal("storage_unavailable", answered.Code);
        Assert.Contains(account, await LoggedOnceAsync(hub, answered.Text("traceId")!), StringComparison.Ordinal);
        await FindAsync(hub, $"Account {account}: the state could not be stored");
    }

    [Fact]
    public async Task FaultOfAGrainThatAnOrleansClientCalls_IsInTheLogOnce_UnderTheClientsTraceId()
    {
        var hub = server.Hub;
        using var client = Host.CreateApplicationBuilder()
            .UseOrleansClient(orleans => orleans.UseLocalhostClustering(hub.GatewayPort, "tenanthub", "tenanthub"))
            .Build();
        await client.StartAsync(TestContext.Current.CancellationToken);
        var session = client.Services.GetRequiredService<IClusterClient>().GetGrain<IConnectSessionGrain>("broken-store");
        await session.CreateAsync(new ConnectSessionRequest { OriginOwnerId = "o", OriginOwnerName = "O" });
        using var states = server.Without("grain_state");
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        Orleans.Runtime.RequestContext.Set("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");

        await Assert.ThrowsAnyAsync<Exception>(() => session.SubmitAsync(new LinkSubmission { AccountIdText = "no id", Region = "US" }));

        Assert.Contains("broken-store", await LoggedOnceAsync(hub, trace), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FaultOfABackgroundLoop_IsInTheLog_UnderATraceIdOfItsOwn()
    {
        var hub = server.Hub;
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        await hub.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = "swept",
                name = "Swept",
                credentials = new { client_id = clientId, client_secret = secret },
            }
        );
        using var accounts = server.Without("accounts");

        await hub.Http.SendAsync(HttpMethod.Patch, "/profiles/swept", new { enabled_actions = new[] { "autodesk_list_hubs" } });

        var line = await FindAsync(hub, "Profile swept: page 1 of its accounts could not be verified");
        var trace = Regex.Match(line, @"\(trace ([0-9a-f]{32})\)").Groups[1].Value;
        Assert.NotEmpty(trace);
        Assert.Contains("no such table", line, StringComparison.Ordinal);
        Assert.Equal(2, hub.Output.Split(trace).Length);
    }

    [Theory]
    [InlineData("failed with thk_planted-secret-0123456789 today")]
    [InlineData("GET /link/cst_planted-secret-0123456789")]
    [InlineData("Host=db;Username=hub;Password=planted-secret;Database=x")]
    [InlineData("""{"client_secret":"planted-secret","x":1}""")]
    [InlineData("Authorization: Bearer abcdefgh.planted-secret")]
    [InlineData("https://bucket.s3.amazonaws.com/o?X-Amz-Signature=planted-secret&x=1")]
    [InlineData("signed with whsec_planted-secret=")]
    [InlineData("token eyJhbGciOiJSUzI1NiJ9.planted-secret.c2ln was refused")]
    public void SecretsAreTakenOutOfWhatIsLogged(string text)
    {
        var scrubbed = FaultLog.Scrub(text);

        Assert.Contains("[redacted]", scrubbed, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-secret", scrubbed, StringComparison.Ordinal);
    }

    private async Task<string> LinkAsync(ServerProcess hub)
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        return (await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!)).Text("id")!;
    }

    private static async Task BreakWhileItIsDownAsync(ServerProcess hub, string sql)
    {
        await hub.KillAsync();
        MendedServer.Execute(hub, sql);
        await hub.StartAgainAsync();
    }

    /// <summary>What the log tells of a fault under the trace id, and nobody else under the same.</summary>
    private static async Task<string> LoggedOnceAsync(ServerProcess hub, string traceId)
    {
        var told = await FindAsync(hub, $"trace {traceId}");
        Assert.Equal(2, hub.Output.Split(traceId).Length);
        return told;
    }

    /// <summary>The log from a text on; the process's output comes a little later than its answer.</summary>
    private static async Task<string> FindAsync(ServerProcess hub, string text)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!hub.Output.Contains(text, StringComparison.Ordinal) && TimeProvider.System.GetElapsedTime(since) < LogLimit)
            await hub.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative));
        var output = hub.Output;
        Assert.Contains(text, output, StringComparison.Ordinal);
        return output[output.IndexOf(text, StringComparison.Ordinal)..];
    }
}
