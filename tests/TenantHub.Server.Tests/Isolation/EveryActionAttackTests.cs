using TenantHub.Autodesk.Catalog;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>
/// Ben sends exactly what Ann may send, for every action: her projects, folders, items, versions, buckets, objects and webhooks in path,
/// query and body. With one client id Autodesk would do it all.
/// </summary>
public sealed class EveryActionAttackTests(ServerFixture fixture)
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    // They name a member of the account, and Autodesk looks for it in Ben's account only.
    private static readonly string[] MembersOfTheOwnAccount = ["autodesk_get_account_user", "autodesk_update_account_user"];

    // It names a project only when it copies a template: ForeignIdTests.
    private const string MakesAProject = "autodesk_create_account_project";

    public static TheoryData<string, bool> Attacks
    {
        get
        {
            var attacks = new TheoryData<string, bool>();
            foreach (var action in ActionCases.Ids)
                attacks.Add(action, true);
            foreach (var action in ActionCases.Ids)
                attacks.Add(action, false);
            return attacks;
        }
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task AnnsRequest_SentByBen_DoesNothingToHerThings_AndTellsNothingOfThem(string action, bool oneClientId)
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture, oneClientId);
        var prepared = await Preparation.ForAsync(action, ann, fixture.Http);
        var wanted = ActionCases.Of(action, ann, prepared);
        var before = (await fixture.Emulator.JournalAsync(ben.ClientId, tokens: true)).Max(record => record.Seq);
        var hers = await StateAsync(ann);

        var answer = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action,
                path = wanted.Path,
                query = wanted.Query,
                headers = wanted.Headers,
                body = wanted.Body,
            }
        );

        Assert.Equal(hers, await StateAsync(ann));
        answer.AssertTellsNothingOf(ann);
        var sent = await fixture.Emulator.JournalAsync(ben.ClientId, since: before);
        if (Catalog.Find(action)!.NamesResources && action != MakesAProject)
        {
            answer.AssertNotThisAccount();
            Assert.DoesNotContain(sent, record => record.Method != "GET" || record.Path == wanted.WirePath);
        }
        else if (MembersOfTheOwnAccount.Contains(action))
        {
            Assert.Equal("autodesk_not_found", answer.Code);
        }
        else if (wanted.Path.ContainsKey("hub_id"))
        {
            answer.AssertNotThisAccount();
        }

        Assert.All(sent, record => Assert.DoesNotContain(ann.AccAccountId, record.Path, StringComparison.Ordinal));
    }

    /// <summary>What the emulator holds of the account; the account sees its own webhooks and buckets as before.</summary>
    private async Task<string> StateAsync(Linked account)
    {
        var held = await fixture.Emulator.Control.GetStringAsync(
            new Uri($"/_emulator/accounts/{account.AccAccountId}", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        var hooks = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_webhooks" });
        var buckets = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_buckets" });
        return string.Join('\n', held, hooks.Body!["data"]?.ToJsonString(), buckets.Body!["data"]?.ToJsonString());
    }
}
