using System.Net;
using TenantHub.Server.Actions;
using TenantHub.Server.OpenApi;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>What the proof that a project is the account's costs, needs, and says when it cannot be had.</summary>
public sealed class ProjectCheckTests(ServerFixture fixture)
{
    /// <summary>The figures of docs/adr/0013: one request with the first call that names a project, none afterwards.</summary>
    [Theory]
    [InlineData("autodesk_list_top_folders", "GET /project/v1/hubs/{hub}/projects/b.{project}", "data:read")]
    [InlineData("autodesk_list_project_users", "GET /construction/admin/v1/projects/{project}", "account:read")]
    public async Task FirstCall_CostsOneRequest_AndNoOtherDoes(string action, string check, string scope)
    {
        var account = await fixture.LinkAsync();
        var linked = (await fixture.Emulator.JournalAsync(account.ClientId))[^1].Seq;

        await Preparation.RunAsync(fixture.Http, account, new { action, path = new { project_id = account.ProjectId } });
        var first = await fixture.Emulator.JournalAsync(account.ClientId, since: linked);
        for (var i = 0; i < 5; i++)
            await Preparation.RunAsync(fixture.Http, account, new { action, path = new { project_id = "b." + account.ProjectId } });
        var warm = await fixture.Emulator.JournalAsync(account.ClientId, since: first[^1].Seq);

        Assert.Equal(2, first.Count);
        Assert.Equal(
            check
                .Replace("{hub}", account.HubId, StringComparison.Ordinal)
                .Replace("{project}", account.ProjectId, StringComparison.Ordinal),
            $"{first[0].Method} {first[0].Path}"
        );
        Assert.Equal([scope], first[0].Scopes);
        Assert.Empty(OpenApiWitness.Default.Faults(first[0]));
        Assert.Equal(5, warm.Count);
    }

    [Theory]
    [InlineData("autodesk_list_projects", "autodesk_list_top_folders")]
    [InlineData("autodesk_list_account_projects", "autodesk_list_project_users")]
    [InlineData("autodesk_list_account_projects", "autodesk_list_top_folders")]
    public async Task ProjectThatWasListed_NeedsNoCheck(string list, string use)
    {
        var account = await fixture.LinkAsync();
        await Preparation.RunAsync(fixture.Http, account, new { action = list });
        var before = (await fixture.Emulator.JournalAsync(account.ClientId))[^1].Seq;

        foreach (var project in account.Emulated["projects"]!.AsArray())
            await Preparation.RunAsync(fixture.Http, account, new { action = use, path = new { project_id = (string)project!["id"]! } });

        Assert.Equal(2, (await fixture.Emulator.JournalAsync(account.ClientId, since: before)).Count);
    }

    /// <summary>It is pending for a while, and Data Management does not know it yet.</summary>
    [Fact]
    public async Task ProjectCreatedAMomentAgo_IsTheAccounts()
    {
        var account = await fixture.LinkAsync();
        var made = await Preparation.RunAsync(
            fixture.Http,
            account,
            new
            {
                action = "autodesk_create_account_project",
                body = new
                {
                    name = "Fresh",
                    start_date = "2026-01-01",
                    end_date = "2027-01-01",
                    project_type = "Office",
                },
            }
        );
        var id = (string)made!["id"]!;

        var users = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_project_users", path = new { project_id = id } });
        var renamed = await fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action = "autodesk_update_account_project",
                path = new { project_id = id },
                body = new { name = "Fresher" },
            }
        );
        var folders = await fixture.Http.RpcAsync(account.Id, new { action = "autodesk_list_top_folders", path = new { project_id = id } });

        Assert.Equal(HttpStatusCode.OK, users.Status);
        Assert.Equal(HttpStatusCode.OK, renamed.Status);
        Assert.Equal("autodesk_not_found", folders.Code); // Autodesk's word, not the hub's.
    }

    /// <summary>Not the caller's fault, nothing sent, and no verdict that would last.</summary>
    [Theory]
    [InlineData("status", 503, "autodesk_unavailable", "autodesk_api")]
    [InlineData("status", 500, "autodesk_unavailable", "autodesk_api")]
    [InlineData("cut_before", 0, "autodesk_unavailable", "autodesk_api")]
    public async Task CheckThatFails_IsToldAsWhatItIs_AndMadeAgain(string kind, int status, string code, string source)
    {
        var account = await fixture.LinkAsync();
        await fixture.Emulator.FaultAsync(
            new
            {
                match = new { path_prefix = $"/project/v1/hubs/{account.HubId}/projects/" },
                kind,
                status = status == 0 ? (int?)null : status,
                times = 4,
            }
        );

        var write = new
        {
            action = "autodesk_create_folder",
            path = new { project_id = account.ProjectId },
            body = ActionCases.Of("autodesk_create_folder", account, new Prepared("x")).Body,
        };
        var failed = await fixture.Http.RpcAsync(account.Id, write, ("Idempotency-Key", "folder-1"));
        var sent = await fixture.Emulator.JournalAsync(account.ClientId);
        var done = await fixture.Http.RpcAsync(account.Id, write, ("Idempotency-Key", "folder-1"));

        Assert.Equal(code, failed.Code);
        Assert.Equal(source, failed.Text("source"));
        Assert.Contains("could not be checked, so nothing was sent", failed.Text("detail"), StringComparison.Ordinal);
        Assert.DoesNotContain(sent, record => record.Method == "POST");
        Assert.Equal(HttpStatusCode.OK, done.Status);
    }

    /// <summary>The check asks under the same product as the action, with its read scope; an app that lacks it is told which.</summary>
    [Theory]
    [InlineData("autodesk_create_folder", "data:create,data:write", "data:read")]
    [InlineData("autodesk_add_project_user", "account:write,data:read", "account:read")]
    public async Task AppWithoutTheReadScope_IsToldSo(string action, string scopes, string missing)
    {
        var account = await fixture.LinkAsync(scopes: [.. scopes.Split(','), .. missing == "data:read" ? new[] { "account:read" } : []]);
        var wanted = ActionCases.Of(action, account, new Prepared("x"));

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new
            {
                action,
                path = wanted.Path,
                body = wanted.Body,
            }
        );

        Assert.Equal("scope_not_granted", answer.Code);
        Assert.Contains(missing, answer.Text("nextStep"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("autodesk_list_project_users", "account:read,account:write", new[] { "Autodesk Construction Cloud API" })]
    [InlineData("autodesk_list_top_folders", "data:read", new[] { "Data Management API" })]
    public async Task AppWithOneFamilyOnly_NeedsNoOther(string action, string scopes, string[] products)
    {
        var account = await fixture.LinkAsync(products: products, scopes: scopes.Split(','));

        var answer = await fixture.Http.RpcAsync(account.Id, new { action, path = new { project_id = account.ProjectId } });

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
    }

    /// <summary>An account that lets the app in no more is not told that its projects are not its own.</summary>
    [Fact]
    public async Task AccountThatShutTheAppOut_IsToldThat()
    {
        var account = await fixture.LinkAsync(provisioned: false);

        var answer = await fixture.Http.RpcAsync(
            account.Id,
            new { action = "autodesk_list_top_folders", path = new { project_id = account.ProjectId } }
        );

        Assert.Equal("custom_integration_missing", answer.Code);
    }

    [Fact]
    public async Task Plan_ShowsTheCheck_AndSendsNothing()
    {
        var (ann, ben) = await TwoTenants.LinkAsync(fixture);
        var before = (await fixture.Emulator.JournalAsync(ben.ClientId, tokens: true))[^1].Seq;

        var cold = await PlanAsync(ben, ann.ProjectId);
        await fixture.Http.RpcAsync(ben.Id, new { action = "autodesk_list_top_folders", path = new { project_id = ann.ProjectId } });
        var foreign = await PlanAsync(ben, ann.ProjectId);
        await Preparation.KnowProjectsAsync(ben, fixture.Http);
        var warm = await PlanAsync(ben, ben.ProjectId);

        Assert.Contains($"/project/v1/hubs/{ben.HubId}/projects/b.{ann.ProjectId}", Urls(cold));
        Assert.Null(cold.Body!["obstacle"]);
        Assert.Equal("not_this_account", (string?)foreign.Body!["obstacle"]!["code"]);
        Assert.Single(Urls(warm), url => url != "/authentication/v2/token");
        Assert.Equal(2, (await fixture.Emulator.JournalAsync(ben.ClientId, since: before)).Count); // The refused call's check, and the list.
    }

    private Task<ApiAnswer> PlanAsync(Linked account, string project) =>
        fixture.Http.SendAsync(
            HttpMethod.Post,
            "/actions/plan",
            new { action = "autodesk_list_top_folders", path = new { project_id = project } },
            account.Id
        );

    private static IEnumerable<string> Urls(ApiAnswer plan) =>
        plan.Body!["requests"]!.AsArray().Select(request => (string)request!["url"]!);
}
