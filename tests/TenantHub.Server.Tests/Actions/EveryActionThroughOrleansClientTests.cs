using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Server.OpenApi;
using Xunit;

namespace TenantHub.Server.Actions;

/// <summary>A .NET Hub backend in a process of its own (this one) calls the grains of the server's process.</summary>
public sealed class EveryActionThroughOrleansClientTests(ServerFixture fixture, OrleansClientFixture client)
    : IClassFixture<OrleansClientFixture>
{
    public static TheoryData<string> Actions => [.. ActionCases.Ids];

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task Action_SendsWhatAutodeskDocuments_AndAnswersWithItsBytes(string action)
    {
        var account = await fixture.LinkAsync(region: "EMEA");
        var prepared = await Preparation.ForAsync(action, account, fixture.Http);
        var before = (await fixture.Emulator.JournalAsync(account.ClientId, tokens: true)).Max(record => record.Seq);
        var wanted = ActionCases.Of(action, account, prepared);

        var result = await client
            .Account(fixture, account.Id)
            .RunActionAsync(
                new ActionRequest(action)
                {
                    Path = wanted.Path,
                    Query = wanted.Query.ToDictionary(pair => pair.Key, pair => new[] { pair.Value }),
                    Headers = wanted.Headers,
                    Body = wanted.Body is null ? null : JsonBytes.Parse(wanted.Body.ToJsonString()),
                },
                TestContext.Current.CancellationToken
            );

        var succeeded = Assert.IsType<ActionResult.Succeeded>(result);
        var seen = Assert.Single(await fixture.Emulator.JournalAsync(account.ClientId, since: before));
        WireAssert.Matches(wanted, seen);
        Assert.Equal(wanted.Status, succeeded.ProviderStatus);
        if (!string.IsNullOrEmpty(seen.ResponseBody))
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(seen.ResponseBody), JsonNode.Parse(succeeded.Data!.ToString())));
        Assert.Empty(OpenApiWitness.Default.Faults(seen));
    }

    [Fact]
    public async Task LinkDescribeAndUnlink_WorkOverTheClient_WithoutTheSecretComingBack()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var emulated = await fixture.Emulator.AddAccountAsync([clientId]);
        var grain = client.Account(fixture, LinkedAccountId.New(TimeProvider.System).Value);

        var linked = await grain.LinkAsync(
            new LinkAccountRequest
            {
                OriginOwnerId = "o",
                OriginOwnerName = "O",
                ClientId = clientId,
                ClientSecret = new Secret(secret),
                AccAccountId = "b." + emulated["acc_account_id"],
            },
            TestContext.Current.CancellationToken
        );
        var state = await grain.GetLiveStateAsync();
        await grain.UnlinkAsync();

        Assert.Equal(AccountStatus.Active, Assert.IsType<AccountResult.Described>(linked).Account.Status);
        Assert.Equal((string)emulated["acc_account_id"]!, state!.Account.AccAccountId);
        Assert.Equal(ErrorCode.AccountNotFound, Assert.IsType<AccountResult.Failed>(await grain.DescribeAsync()).Error.Code);
    }
}

/// <summary>An Orleans client connected to the server process.</summary>
public sealed class OrleansClientFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private IHost? _host;

    public ILinkedAccountGrain Account(ServerFixture hub, string id)
    {
        _once.Wait(TestContext.Current.CancellationToken);
        try
        {
            if (_host is null)
            {
                _host = Host.CreateApplicationBuilder()
                    .UseOrleansClient(client => client.UseLocalhostClustering(hub.Hub.GatewayPort, "tenanthub", "tenanthub"))
                    .Build();
                _host.StartAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
            }
        }
        finally
        {
            _once.Release();
        }

        return _host.Services.GetRequiredService<IClusterClient>().GetGrain<ILinkedAccountGrain>(id);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.StopAsync();
        _host?.Dispose();
        _once.Dispose();
    }
}
