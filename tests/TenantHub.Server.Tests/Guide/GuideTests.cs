using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using TenantHub.Autodesk.Catalog;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Guide;

/// <summary>The guide says exactly what the runtime demands.</summary>
public sealed class GuideTests(ServerFixture fixture)
{
    private const string Upload = "autodesk_upload_file_in_project_folder";
    private static readonly string[] NeedsToHaveSeen = ["autodesk_get_signed_s3_download_url", "autodesk_create_webhook"];
    private static readonly string[] Choosable = [.. ActionCases.Ids, Upload];

    /// <summary>
    /// For any choice of actions: an app with exactly the guide's scopes and API products runs every one of them; with one scope or one
    /// product less, exactly those fail that the guide names for it.
    /// </summary>
    [Fact]
    public Task AnyChoice_NeedsExactlyWhatTheGuideSays() =>
        Gen.Shuffle(Choosable, 1, 10)
            .Select(Gen.Int[0, 1000])
            .SampleAsync(
                async (chosen, pick) =>
                {
                    var guide = (await fixture.Http.SendAsync(HttpMethod.Get, $"/guide?actions={string.Join(',', chosen)}")).Body!;
                    var (scopes, products) = (Names(guide["scopes"]!), Names(guide["api_products"]!));
                    var (linked, prepared, anew) = await PrepareAsync(chosen);

                    await SetAppAsync(linked, scopes, products);
                    var hasToBeItsOwn =
                        chosen.Any(NeedsToHaveSeen.Contains)
                        || prepared.Values.Any(things => things is not { Bucket: null, Hook: null, ObjectId: null });
                    if (!hasToBeItsOwn)
                        linked = await LinkAsync(linked, chosen); // One that has seen nothing yet.
                    foreach (var action in chosen)
                    {
                        var answer = await RunAsync(linked, action, prepared[action]);
                        Assert.True(
                            answer.Status == HttpStatusCode.OK,
                            $"{action} of {string.Join(", ", chosen)}: {answer.Body?.ToJsonString()}"
                        );
                    }

                    var (kind, lacks) =
                        pick % 2 == 0
                            ? ("scope_not_granted", guide["scopes"]![pick % scopes.Length]!)
                            : ("api_product_not_enabled", guide["api_products"]![pick % products.Length]!);
                    var missing = (string)lacks["name"]!;
                    await SetAppAsync(
                        linked,
                        [.. scopes.Where(scope => scope != missing)],
                        [.. products.Where(product => product != missing)]
                    );
                    var later = await LinkAsync(linked, chosen);
                    var (failed, codes) = (0, new List<string?>());
                    foreach (var action in chosen.OrderByDescending(action => Names(lacks["actions"]!).Contains(action)))
                    {
                        // What the account has seen to be its own is not asked for again; an account that was linked later has to ask.
                        var needs = Names(lacks["actions"]!).Contains(action);
                        var answers = new[] { await RunAsync(linked, action, anew[action]), await RunAsync(later, action, anew[action]) };
                        codes.AddRange(answers.Select(answer => answer.Code));
                        if (answers.Any(answer => answer.Code == kind))
                            failed++;
                        Assert.True(
                            needs || answers.All(answer => answer.Code != kind),
                            $"Without {missing}, {action} of {string.Join(", ", chosen)}: {answers[0].Body?.ToJsonString()}"
                        );
                    }

                    Assert.True(failed > 0, $"Without {missing} none of {string.Join(", ", chosen)} failed: {string.Join(", ", codes)}");
                },
                iter: 6,
                threads: 1
            );

    [Fact]
    public async Task CustomIntegrationStep_IsThereOnlyForAccountAdminActions_WithItsWarningAndTheClientId()
    {
        var without = (await fixture.Http.SendAsync(HttpMethod.Get, "/guide?actions=autodesk_list_hubs,autodesk_list_webhooks")).Body!;
        var with = (
            await fixture.Http.SendAsync(HttpMethod.Get, "/guide?actions=autodesk_list_account_users&client_id=my-client-id")
        ).Body!;
        var all = (await fixture.Http.SendAsync(HttpMethod.Get, "/guide")).Body!;

        Assert.Equal(
            ["sign_in", "create_app", "select_apis", "configure_scopes", "copy_credentials"],
            without["steps"]!.AsArray().Select(step => (string)step!["id"]!)
        );
        Assert.Equal(["Data Management API", "Webhooks API"], Names(without["api_products"]!));
        var step = with["steps"]!.AsArray().Single(step => (string)step!["id"]! == "custom_integration")!;
        Assert.Contains("403", (string)step["warning"]!, StringComparison.Ordinal);
        Assert.Contains(step["items"]!.AsArray(), item => (string?)item!["value"] == "my-client-id");
        Assert.Contains("only once", (string)without["steps"]![4]!["warning"]!, StringComparison.Ordinal);
        var catalog = ActionCatalog.Load().All;
        Assert.Equal(
            (catalog.Count(action => action.RequiresCustomIntegration), catalog.Count),
            (all["custom_integration"]!["actions"]!.AsArray().Count, all["actions"]!.AsArray().Count)
        );
        Assert.EndsWith("/ui/guide?actions=autodesk_list_hubs,autodesk_list_webhooks", (string)without["url"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownAction_IsNamed()
    {
        var answer = await fixture.Http.SendAsync(HttpMethod.Get, "/guide?actions=autodesk_list_hubs,autodesk_fly");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("autodesk_fly", answer.Text("detail"), StringComparison.Ordinal);
    }

    private static string[] Names(JsonNode list) =>
        [.. list.AsArray().Select(entry => entry is JsonObject group ? (string)group["name"]! : (string)entry!)];

    /// <summary>
    /// While the app may do everything, the account makes what its actions need to find, for two runs (a deleted bucket is not found again,
    /// whatever the app may do); then its profile is narrowed to the choice.
    /// </summary>
    private async Task<(Linked Account, Dictionary<string, Prepared> Prepared, Dictionary<string, Prepared> Anew)> PrepareAsync(
        string[] chosen
    )
    {
        var account = await fixture.LinkAsync();
        account = await LinkAsync(account, [.. Choosable]);
        var (prepared, anew) = (new Dictionary<string, Prepared>(), new Dictionary<string, Prepared>());
        foreach (var action in chosen)
        {
            prepared[action] = await Preparation.ForAsync(action, account, fixture.Http);
            anew[action] = await Preparation.ForAsync(action, account, fixture.Http);
        }

        var narrowed = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/profiles/{account.Answer["profile_id"]}",
            new { enabled_actions = chosen }
        );
        Assert.True(narrowed.Status == HttpStatusCode.OK, narrowed.Body?.ToJsonString());
        await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{account.Id}/verify");
        return (account, prepared, anew);
    }

    private async Task SetAppAsync(Linked account, string[] scopes, string[] products)
    {
        await fixture.Emulator.PostAsync(
            "apps",
            new
            {
                client_id = account.ClientId,
                client_secret = account.Secret,
                scopes,
                api_products = products,
            }
        );
        await fixture.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = account.ClientId });
    }

    private async Task<Linked> LinkAsync(Linked prepared, string[] chosen)
    {
        var profile = "guide-" + Guid.NewGuid().ToString("N")[..12];
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "Guide",
                credentials = new { client_id = prepared.ClientId, client_secret = prepared.Secret },
                enabled_actions = chosen,
            }
        );
        var answer = await fixture.Http.LinkAsync("", "", prepared.AccAccountId, prepared.Region, prepared.User(0), profile: profile);
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return prepared with { Id = answer.Text("id")!, Answer = answer.Body! };
    }

    private async Task<ApiAnswer> RunAsync(Linked account, string action, Prepared prepared)
    {
        if (action != Upload)
        {
            var wanted = ActionCases.Of(action, account, prepared);
            return await fixture.Http.RpcAsync(
                account.Id,
                new
                {
                    action,
                    path = wanted.Path,
                    query = wanted.Query,
                    headers = wanted.Headers,
                    body = wanted.Body,
                }
            );
        }

        // The second one finds the name taken, and has to read the folder to make it the next version.
        object file = new
        {
            action,
            path = new { project_id = account.ProjectId },
            body = new
            {
                folder_id = account.Folder,
                file_name = "note.txt",
                content = Convert.ToBase64String("hello"u8),
            },
        };
        var first = await fixture.Http.RpcAsync(account.Id, file);
        return first.Status == HttpStatusCode.OK ? await fixture.Http.RpcAsync(account.Id, file) : first;
    }
}
