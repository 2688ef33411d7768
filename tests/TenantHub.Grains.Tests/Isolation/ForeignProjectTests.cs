using System.Text.Json.Nodes;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Isolation;

/// <summary>How long a verdict lasts, on the hub's own clock.</summary>
public sealed class ForeignProjectTests(SiloClusterFixture fixture) : IClassFixture<SiloClusterFixture>
{
    private SiloCluster Hub => fixture.Hub;

    /// <summary>A flood of calls for what is not the account's costs one request in ten seconds; what is created meanwhile is seen after
    /// them.</summary>
    [Fact]
    public async Task ProjectThatIsNotTheAccounts_IsAskedForAgain_AfterTenSeconds()
    {
        var (account, _, clientId) = await Hub.LinkAsync();
        var linked = Assert.IsType<AccountResult.Described>(await account.DescribeAsync()).Account;
        var before = (await Hub.Emulator.JournalAsync(clientId))[^1].Seq;
        var project = "00000000-1111-4222-8333-444444444444";

        for (var i = 0; i < 5; i++)
            await RefusedAsync(account, project);
        var first = await Hub.Emulator.JournalAsync(clientId, since: before);
        Hub.Clock.Advance(TimeSpan.FromSeconds(10));
        await RefusedAsync(account, project);
        var second = await Hub.Emulator.JournalAsync(clientId, since: before);

        Assert.Equal($"/project/v1/hubs/b.{linked.AccAccountId}/projects/b.{project}", Assert.Single(first).Path);
        Assert.Equal(2, second.Count);
    }

    /// <summary>A look at something foreign by one account is no verdict for another.</summary>
    [Fact]
    public async Task Verdicts_AreEachAccountsOwn()
    {
        var (clientId, secret) = await Hub.Emulator.AddAppAsync();
        var hers = await Hub.Emulator.AddAccountAsync([clientId]);
        var his = await Hub.Emulator.AddAccountAsync([clientId]);
        var (ann, ben) = (await LinkAsync(clientId, secret, hers), await LinkAsync(clientId, secret, his));
        var project = (string)hers["projects"]![0]!["id"]!;

        await RefusedAsync(ben, project);
        var seen = await ann.RunActionAsync(TopFolders(project), TestContext.Current.CancellationToken);
        await RefusedAsync(ben, project);

        Assert.IsType<ActionResult.Succeeded>(seen);
    }

    private async Task<ILinkedAccountGrain> LinkAsync(string clientId, string secret, JsonNode emulated)
    {
        var account = Hub.Account(LinkedAccountId.New(Hub.Clock).Value);
        var request = new LinkAccountRequest
        {
            OriginOwnerId = "o",
            OriginOwnerName = "O",
            ClientId = clientId,
            ClientSecret = new Secret(secret),
            AccAccountId = (string)emulated["acc_account_id"]!,
        };
        Assert.IsType<AccountResult.Described>(await account.LinkAsync(request, TestContext.Current.CancellationToken));
        return account;
    }

    private static async Task RefusedAsync(ILinkedAccountGrain account, string project)
    {
        var answer = await account.RunActionAsync(TopFolders(project), TestContext.Current.CancellationToken);
        Assert.Equal(ErrorCode.NotThisAccount, Assert.IsType<ActionResult.Failed>(answer).Error.Code);
    }

    private static ActionRequest TopFolders(string project) =>
        new("autodesk_list_top_folders") { Path = new Dictionary<string, string> { ["project_id"] = project } };
}
