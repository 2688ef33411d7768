using System.Net.Sockets;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Profiles;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>A program that has reached the gateway, with the hub's own assemblies at hand, as everybody can have them.</summary>
public sealed class ClientDoorTests(ServerFixture fixture)
{
    private static readonly Assembly Grains = typeof(GrainsSiloBuilderExtensions).Assembly;

    /// <summary>Every interface that is a grain's and is not published, with any of its methods that can be called with what is at
    /// hand.</summary>
    public static TheoryData<string> InternalInterfaces =>
        [
            .. Grains
                .GetTypes()
                .Where(type => type.IsInterface && typeof(IGrainWithStringKey).IsAssignableFrom(type))
                .Where(type => type.GetMethods().Any(Answers))
                .Select(type => type.FullName!),
        ];

    [Theory]
    [MemberData(nameof(InternalInterfaces))]
    public async Task InternalGrain_IsRefusedForClients(string name)
    {
        using var client = await ConnectAsync(fixture.Hub);
        var type = Grains.GetType(name)!;
        var grain = client.Services.GetRequiredService<IClusterClient>().GetGrain(type, "a|dm-hubs"); // A key that every one of them can live with.
        var method = type.GetMethods().First(Answers);
        var arguments = method
            .GetParameters()
            .Select(parameter => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null)
            .ToArray();

        var refused = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => (Task)method.Invoke(grain, arguments)!);

        Assert.Contains("Orleans clients may not call", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProfilesSecret_IsNotGivenToClients()
    {
        using var client = await ConnectAsync(fixture.Hub);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var id = "p" + Guid.NewGuid().ToString("N")[..12];
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id,
                name = "Doors",
                credentials = new { client_id = clientId, client_secret = secret },
            }
        );
        var appGrain = Grains.GetType("TenantHub.Profiles.IProfileAppGrain")!;
        var grain = client.Services.GetRequiredService<IClusterClient>().GetGrain(appGrain, id);

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => (Task)appGrain.GetMethod("GetAppAsync")!.Invoke(grain, null)!);
        var published = await client.Services.GetRequiredService<IClusterClient>().GetGrain<IConnectorProfileGrain>(id).DescribeAsync();

        Assert.Equal(clientId, Assert.IsType<ProfileResult.Described>(published).Profile.ClientId); // What is published still works.
    }

    [Fact]
    public async Task Management_IsRefusedForClients()
    {
        using var client = await ConnectAsync(fixture.Hub);
        var management = client.Services.GetRequiredService<IClusterClient>().GetGrain<IManagementGrain>(0);

#pragma warning disable xUnit1051 // A refusal comes at once.
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => management.GetHosts());
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => management.ForceActivationCollection(TimeSpan.Zero));
#pragma warning restore xUnit1051
    }

    [Fact]
    public async Task ClientThatGivesUp_FreesItsPlace()
    {
        using var client = await ConnectAsync(fixture.Hub);
        var account = await fixture.LinkAsync();
        var grain = client.Services.GetRequiredService<IClusterClient>().GetGrain<ILinkedAccountGrain>(account.Id);
        await fixture.Emulator.FaultAsync(
            new
            {
                client_id = account.ClientId,
                match = new { method = "GET", path_prefix = "/project/v1/hubs" },
                kind = "latency",
                delay_ms = 20_000,
                times = 1,
            }
        );
        var running = grain.RunActionAsync(new ActionRequest("autodesk_list_hubs"), CancellationToken.None);
        await Until.TrueAsync(async () => await grain.GetLiveStateAsync() is { Lane.Running.Count: > 0 }, "a call runs");
        using var impatient = new CancellationTokenSource();
        var waiting = grain.RunActionAsync(new ActionRequest("autodesk_list_hubs"), impatient.Token);
        await Until.TrueAsync(async () => await grain.GetLiveStateAsync() is { Lane.Waiting.Count: > 0 }, "a call waits");

        await impatient.CancelAsync();

        await Until.TrueAsync(async () => await grain.GetLiveStateAsync() is not { Lane.Waiting.Count: > 0 }, "no call waits"); // The cancellation has come through the filter.
        await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{account.Id}");
        _ = (waiting.Exception, running.Exception);
    }

    [Fact]
    public async Task EmbeddedHub_HasNoGateway_UnlessItIsSwitchedOn()
    {
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address);
        using var socket = new TcpClient();

        await Assert.ThrowsAsync<SocketException>(() =>
            socket.ConnectAsync("127.0.0.1", hub.GatewayPort, TestContext.Current.CancellationToken).AsTask()
        );
    }

    private static async Task<IHost> ConnectAsync(ServerProcess hub)
    {
        var client = Host.CreateApplicationBuilder()
            .UseOrleansClient(orleans => orleans.UseLocalhostClustering(hub.GatewayPort, "tenanthub", "tenanthub"))
            .Build();
        await client.StartAsync(TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>What is told one way only brings no refusal back.</summary>
    private static bool Answers(System.Reflection.MethodInfo method) =>
        !method.IsDefined(typeof(Orleans.Concurrency.OneWayAttribute), inherit: false);
}
