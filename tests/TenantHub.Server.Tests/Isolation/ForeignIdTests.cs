using System.Net;
using System.Text.Json.Nodes;
using TenantHub.Server.Actions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>Another account's id is answered exactly as an id of nothing, however it is spelled and wherever it stands.</summary>
public sealed class ForeignIdTests(ServerFixture fixture)
{
    private const string Nothing = "00000000-1111-4222-8333-444444444444";

    private static readonly string[] AllPlaces =
    [
        "data path",
        "admin path",
        "hq path",
        "template in a body",
        "webhook's project",
        "webhook's scope",
        "upload's project",
    ];

    public static TheoryData<string> Places => [.. AllPlaces];

    public static TheoryData<string> Spellings =>
        [
            "{0}",
            "b.{0}",
            "B.{0}",
            "b.b.{0}",
            " {0}",
            "{0} ",
            "b. {0}",
            "UPPER",
            "b%2E{0}",
            "%62.{0}",
            "{0}%20",
            "./{0}",
            "x/../{0}",
            "{0}/",
            "{0}?x=1",
            "{0}#",
            "a.{0}",
            "＂{0}＂",
        ];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task ForeignProject_IsAnsweredAsOneThatDoesNotExist(string place)
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);

        var foreign = await fixture.Http.RpcAsync(ben.Id, Naming(place, ann.ProjectId, ben));
        var missing = await fixture.Http.RpcAsync(ben.Id, Naming(place, Nothing, ben));

        foreign.AssertNotThisAccount();
        Assert.Equal(missing.Told(), foreign.Told());
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task ForeignProject_IsRefused_HoweverItIsSpelled(string spelling)
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var id = Spell(spelling, ann.ProjectId);

        foreach (var place in AllPlaces)
        {
            var answer = await fixture.Http.RpcAsync(ben.Id, Naming(place, id, ben));

            Assert.True(answer.Code is "not_this_account" or "invalid_input", $"{place}: {answer.Body?.ToJsonString()}");
            answer.AssertTellsNothingOf(ann);
        }

        Assert.DoesNotContain(
            await fixture.Emulator.JournalAsync(ben.ClientId),
            record => record.Method != "GET" || record.Path.StartsWith("/data/", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("b.{0}")]
    [InlineData("{0}")]
    public async Task OwnProject_IsTaken_WithAndWithoutItsPrefix(string spelling)
    {
        var (_, ben) = await TwoTenants.LinkAsync(fixture);

        foreach (var place in AllPlaces)
        {
            if (place is "webhook's project" or "webhook's scope")
                continue; // Their folder is another matter.
            var answer = await fixture.Http.RpcAsync(ben.Id, Naming(place, Spell(spelling, ben.ProjectId), ben));
            Assert.NotEqual("not_this_account", answer.Code);
        }
    }

    /// <summary>What is asked and what is sent would be two ids.</summary>
    [Fact]
    public async Task OwnProject_WithItsPrefixTwice_IsNone_AndNobodyIsAsked()
    {
        var account = await fixture.LinkAsync();
        var before = (await fixture.Emulator.JournalAsync(account.ClientId))[^1].Seq;

        foreach (var place in AllPlaces)
            (await fixture.Http.RpcAsync(account.Id, Naming(place, "b.b." + account.ProjectId, account))).AssertNotThisAccount();

        Assert.Empty(await fixture.Emulator.JournalAsync(account.ClientId, since: before));
    }

    /// <summary>Folders, items and versions stand beside a project, in which Autodesk looks for them.</summary>
    [Theory]
    [InlineData("autodesk_get_folder", "folder_id")]
    [InlineData("autodesk_list_folder_contents", "folder_id")]
    [InlineData("autodesk_search_folder", "folder_id")]
    [InlineData("autodesk_get_item", "item_id")]
    [InlineData("autodesk_get_item_tip_version", "item_id")]
    [InlineData("autodesk_list_item_versions", "item_id")]
    [InlineData("autodesk_get_version", "version_id")]
    [InlineData("autodesk_get_version_download_formats", "version_id")]
    [InlineData("autodesk_get_version_downloads", "version_id")]
    public async Task ForeignThing_UnderAnOwnProject_IsNotFound(string action, string name)
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var hers = name switch
        {
            "folder_id" => ann.Folder,
            "item_id" => ann.Item,
            _ => ann.Version,
        };

        var foreign = await fixture.Http.RpcAsync(
            ben.Id,
            new { action, path = new Dictionary<string, string> { ["project_id"] = ben.ProjectId, [name] = hers } }
        );
        var encoded = await fixture.Http.RpcAsync(
            ben.Id,
            new { action, path = new Dictionary<string, string> { ["project_id"] = ben.ProjectId, [name] = Uri.EscapeDataString(hers) } }
        );
        var breaking = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action,
                path = new Dictionary<string, string>
                {
                    ["project_id"] = ben.ProjectId,
                    [name] = $"../../b.{ann.ProjectId}/folders/{hers}",
                },
            }
        );

        Assert.Equal("autodesk_not_found", foreign.Code);
        Assert.Equal("invalid_input", encoded.Code);
        Assert.Equal("invalid_input", breaking.Code);
        foreign.AssertTellsNothingOf(ann);
    }

    [Fact]
    public async Task ForeignFolderInABody_GetsNothingIntoIt()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var before = await fixture.Emulator.Control.GetStringAsync(
            new Uri($"/_emulator/accounts/{ann.AccAccountId}", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        var folder = ActionCases.Document(
            new JsonObject
            {
                ["type"] = "folders",
                ["attributes"] = new JsonObject
                {
                    ["name"] = "Ben was here",
                    ["extension"] = ActionCases.Extension("folders:autodesk.bim360:Folder"),
                },
                ["relationships"] = new JsonObject { ["parent"] = ActionCases.Link("folders", ann.Folder) },
            }
        );
        var storage = ActionCases.Document(
            new JsonObject
            {
                ["type"] = "objects",
                ["attributes"] = new JsonObject { ["name"] = "x.pdf" },
                ["relationships"] = new JsonObject { ["target"] = ActionCases.Link("folders", ann.Folder) },
            }
        );

        var made = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action = "autodesk_create_folder",
                path = new { project_id = ben.ProjectId },
                body = folder,
            }
        );
        var reserved = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action = "autodesk_create_storage",
                path = new { project_id = ben.ProjectId },
                body = storage,
            }
        );
        var moved = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action = "autodesk_update_folder",
                path = new { project_id = ben.ProjectId, folder_id = ben.ItemFolder },
                body = ActionCases.Document(
                    new JsonObject
                    {
                        ["type"] = "folders",
                        ["id"] = ben.ItemFolder,
                        ["relationships"] = new JsonObject { ["parent"] = ActionCases.Link("folders", ann.Folder) },
                    }
                ),
            }
        );

        Assert.All(new[] { made, reserved, moved }, answer => Assert.Equal("autodesk_not_found", answer.Code));
        Assert.Equal(
            before,
            await fixture.Emulator.Control.GetStringAsync(
                new Uri($"/_emulator/accounts/{ann.AccAccountId}", UriKind.Relative),
                TestContext.Current.CancellationToken
            )
        );
    }

    /// <summary>A filter cannot widen what a list shows.</summary>
    [Fact]
    public async Task ForeignIdInAFilter_ShowsNothing()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);

        var hubs = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_list_hubs", query = new Dictionary<string, string> { ["filter[id]"] = ann.HubId } }
        );
        var projects = await fixture.Http.RpcAsync(
            ben.Id,
            new { action = "autodesk_list_projects", query = new Dictionary<string, string> { ["filter[id]"] = "b." + ann.ProjectId } }
        );
        var contents = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action = "autodesk_list_folder_contents",
                path = new { project_id = ben.ProjectId, folder_id = ben.Folder },
                query = new Dictionary<string, string> { ["filter[id]"] = ann.ItemFolder },
            }
        );
        var users = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action = "autodesk_list_project_users",
                path = new { project_id = ben.ProjectId },
                query = new Dictionary<string, string> { ["filter[id]"] = ann.User(1) },
            }
        );

        Assert.All(new[] { hubs, projects, contents }, answer => Assert.Empty(answer.Body!["data"]!["data"]!.AsArray()));
        Assert.Empty(users.Body!["data"]!["results"]!.AsArray());
        Assert.Equal(HttpStatusCode.OK, hubs.Status);
        hubs.AssertTellsNothingOf(ann);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("b.{0}")]
    [InlineData("B.{0}")]
    [InlineData("UPPER")]
    [InlineData("{0} ")]
    [InlineData("b%2E{0}")]
    public async Task ForeignHub_IsRefused_HoweverItIsSpelled(string spelling)
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var (hers, none) = (Spell(spelling, ann.AccAccountId), Spell(spelling, Nothing));

        foreach (
            var (action, name) in new[]
            {
                ("autodesk_get_hub", "hub_id"),
                ("autodesk_list_projects", "hub_id"),
                ("autodesk_list_account_users", "account_id"),
                ("autodesk_list_account_projects", "account_id"),
            }
        )
        {
            var foreign = await fixture.Http.RpcAsync(ben.Id, new { action, path = new Dictionary<string, string> { [name] = hers } });
            var missing = await fixture.Http.RpcAsync(ben.Id, new { action, path = new Dictionary<string, string> { [name] = none } });

            foreign.AssertNotThisAccount();
            Assert.Equal(missing.Told(), foreign.Told());
        }

        var hook = await fixture.Http.RpcAsync(
            ben.Id,
            new
            {
                action = "autodesk_create_webhook",
                path = new Dictionary<string, string> { ["system"] = "data", ["event"] = "dm.version.added" },
                body = new
                {
                    callbackUrl = "https://example.com/x",
                    scope = new { folder = ben.Folder },
                    hubId = hers,
                    projectId = ben.ProjectId,
                },
            }
        );
        hook.AssertNotThisAccount();
    }

    /// <summary>A version may be copied from another project of the account; Autodesk would copy from any that the app can see.</summary>
    [Fact]
    public async Task ForeignVersion_IsNotCopied_OwnOnesAre()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var second = ben.Emulated["projects"]![1]!;
        var elsewhere = (string)second["items"]![0]!["versions"]![0]!;

        var foreign = await CopyAsync(ben, ann.Version);
        var fromSameProject = await CopyAsync(ben, (string)ben.Project["items"]![0]!["versions"]![0]!);
        var unseen = await CopyAsync(ben, elsewhere);
        await Preparation.RunAsync(
            fixture.Http,
            ben,
            new { action = "autodesk_get_version", path = new { project_id = (string)second["id"]!, version_id = elsewhere } }
        );
        var seen = await CopyAsync(ben, elsewhere);

        foreign.AssertNotThisAccount();
        Assert.Equal(HttpStatusCode.OK, fromSameProject.Status);
        unseen.AssertNotThisAccount();
        Assert.Contains("autodesk_get_version", unseen.Text("nextStep"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, seen.Status);
        Assert.Equal(2, (await fixture.Emulator.JournalAsync(ben.ClientId)).Count(record => record.Method == "POST"));
    }

    private Task<ApiAnswer> CopyAsync(Linked account, string version) =>
        fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action = "autodesk_create_version",
                path = new { project_id = account.ProjectId },
                query = new { copyFrom = version },
                body = ActionCases.Document(
                    new JsonObject
                    {
                        ["type"] = "versions",
                        ["attributes"] = new JsonObject
                        {
                            ["name"] = "copy.pdf",
                            ["extension"] = ActionCases.Extension("versions:autodesk.bim360:File"),
                        },
                        ["relationships"] = new JsonObject { ["item"] = ActionCases.Link("items", account.Item) },
                    }
                ),
            }
        );

    private static string Spell(string spelling, string id) =>
        spelling == "UPPER" ? id.ToUpperInvariant() : spelling.Replace("{0}", id, StringComparison.Ordinal);

    private static object Naming(string place, string project, Linked account) =>
        place switch
        {
            "data path" => new { action = "autodesk_list_top_folders", path = new { project_id = project } },
            "admin path" => new { action = "autodesk_list_project_users", path = new { project_id = project } },
            "hq path" => new { action = "autodesk_list_project_industry_roles", path = new { project_id = project } },
            "template in a body" => new
            {
                action = "autodesk_create_account_project",
                body = new
                {
                    name = "Copy",
                    start_date = "2026-01-01",
                    end_date = "2027-01-01",
                    project_type = "Office",
                    template_project_id = project,
                },
            },
            "webhook's project" => Hook(
                new
                {
                    callbackUrl = "https://example.com/x",
                    scope = new { folder = account.Folder },
                    projectId = project,
                }
            ),
            "webhook's scope" => Hook(new { callbackUrl = "https://example.com/x", scope = new { project } }),
            _ => new
            {
                action = "autodesk_upload_file_in_project_folder",
                path = new { project_id = project },
                body = new
                {
                    folder_id = account.Folder,
                    file_name = "x.txt",
                    content = "AAAA",
                },
            },
        };

    private static object Hook(object body) =>
        new
        {
            action = "autodesk_create_webhook",
            path = new Dictionary<string, string> { ["system"] = "data", ["event"] = "dm.version.added" },
            body,
        };
}
