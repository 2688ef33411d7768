using System.Net;
using TenantHub.Server.Errors;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Isolation;

/// <summary>
/// A customer who knows another one's Account ID (it stands in every address of that account's pages) does not get at it, by whatever door:
/// the API, the Link page, a relink, a change of owner.
/// </summary>
public sealed class OwnershipTests(ServerFixture fixture)
{
    [Theory]
    [InlineData("{0}")]
    [InlineData("b.{0}")]
    [InlineData("B.{0}")]
    [InlineData(" {0} ")]
    public async Task SecondOwner_IsRefused_HoweverTheAccountIsWritten_AndLearnsNothing(string spelling)
    {
        var victim = await VictimAsync();
        using var thief = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Thief]);
        var requests = (await fixture.Emulator.JournalAsync(victim.ClientId, tokens: true)).Count;

        var answer = await thief.LinkAsync(
            victim.ClientId,
            victim.Secret,
            string.Format(null, spelling, victim.AccAccountId.ToUpperInvariant()),
            owner: victim.Thief
        );

        Assert.Equal((HttpStatusCode.Conflict, "account_taken"), (answer.Status, answer.Code));
        Assert.DoesNotContain(victim.Owner, answer.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(victim.Id, answer.Body.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(requests, (await fixture.Emulator.JournalAsync(victim.ClientId, tokens: true)).Count); // Not even whether it works.
        Assert.Empty((await thief.SendAsync(HttpMethod.Get, "/accounts")).Body!.AsArray());
    }

    [Fact]
    public async Task SecondOwner_IsRefused_ByTheLinkPage_AlsoThroughAProfileOfTheSameApp()
    {
        var victim = await VictimAsync();
        var profile = "p" + Guid.NewGuid().ToString("N")[..12];
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "P",
                credentials = new { client_id = victim.ClientId, client_secret = victim.Secret },
                enabled_actions = new[] { "autodesk_list_hubs" },
            }
        );
        var session = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/connect_sessions",
            new
            {
                origin_owner_id = victim.Thief,
                origin_owner_name = "Thief",
                profile_id = profile,
            }
        );
        var text = await SubmitAsync(session.Text("token")!, ("account_id", victim.AccAccountId), ("region", "US"));

        Assert.Contains("cannot be linked for this customer", text, StringComparison.Ordinal);
        Assert.DoesNotContain(victim.Owner, text, StringComparison.Ordinal);
        Assert.Empty((await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?origin_owner_id={victim.Thief}")).Body!.AsArray());
    }

    [Fact]
    public async Task Relink_CannotTurnAnOwnAccountIntoAnothers()
    {
        var victim = await VictimAsync();
        var own = await fixture.Emulator.AddAccountAsync([]); // Of the thief's own, not provisioned: its Account ID may still be corrected.
        using var thief = await fixture.Hub.HoldKeyAsync("operator", owners: [victim.Thief]);
        var linked = await thief.LinkAsync(victim.ClientId, victim.Secret, (string)own["acc_account_id"]!, owner: victim.Thief);
        var session = await thief.SendAsync(
            HttpMethod.Post,
            "/connect_sessions",
            new
            {
                origin_owner_id = victim.Thief,
                origin_owner_name = "Thief",
                account_id = linked.Text("id"),
            }
        );
        var text = await SubmitAsync(
            session.Text("token")!,
            ("account_id", victim.AccAccountId),
            ("region", "US"),
            ("client_id", victim.ClientId),
            ("client_secret", victim.Secret)
        );

        Assert.Contains("cannot be linked for this customer", text, StringComparison.Ordinal);
        var after = await thief.SendAsync(HttpMethod.Get, $"/accounts/{linked.Text("id")}");
        Assert.Equal((string)own["acc_account_id"]!, (string?)after.Body!["setup_information"]!["acc_account_id"]);
    }

    [Fact]
    public async Task Conflict_IsSeenByOperatorsOnly_AndDecidedByThem_Audited()
    {
        var victim = await VictimAsync();
        using var thief = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Thief]);
        using var bound = await fixture.Hub.HoldKeyAsync("operator", owners: [victim.Thief]);
        await thief.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Thief);
        var claim = new
        {
            client_id = victim.ClientId,
            acc_account_id = victim.AccAccountId,
            origin_owner_id = victim.Thief,
        };

        Assert.Equal(HttpStatusCode.Forbidden, (await bound.SendAsync(HttpMethod.Get, "/account_conflicts")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await bound.SendAsync(HttpMethod.Post, "/account_conflicts/approve", claim)).Status);
        var conflicts = await fixture.Http.SendAsync(HttpMethod.Get, "/account_conflicts");
        var conflict = conflicts.Body!.AsArray().Single(entry => (string?)entry!["acc_account_id"] == victim.AccAccountId)!;
        Assert.Equal(
            [(victim.Owner, "holder"), (victim.Thief, "refused")],
            conflict["owners"]!.AsArray().Select(owner => ((string)owner!["origin_owner_id"]!, (string)owner["state"]!))
        );
        var listed = (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts?account_ids={victim.Id}")).Body![0]!;
        Assert.True((bool?)listed["is_contested"]);

        var approved = await fixture.Http.SendAsync(HttpMethod.Post, "/account_conflicts/approve", claim);
        var linked = await thief.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Thief);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Created), (approved.Status, linked.Status));
        var audit = (
            await fixture.Http.SendAsync(HttpMethod.Get, $"/audit?target=autodesk_account/{victim.ClientId}/{victim.AccAccountId}")
        ).Body!["data"]!.AsArray();
        Assert.Contains(audit, change => (string?)change!["action"] == "approve_account_claim");
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Http.SendAsync(HttpMethod.Post, "/account_conflicts/dismiss", claim)).Status); // Nothing waits any more.
    }

    [Fact]
    public async Task OperatorsKey_SharesAnAccount_OnlyWhenItSaysSo()
    {
        var victim = await VictimAsync();
        using var backend = await fixture.Hub.HoldKeyAsync("backend");

        var byAccident = await fixture.Http.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Thief);
        var byBackend = await backend.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Thief, share: true);
        var onPurpose = await fixture.Http.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Thief, share: true);

        Assert.Equal(("account_taken", "forbidden", HttpStatusCode.Created), (byAccident.Code, byBackend.Code, onPurpose.Status));
    }

    [Fact]
    public async Task AnotherApp_IsNoWayIntoAnAccountThatAnotherOwnerHolds()
    {
        var victim = await VictimAsync();
        var (clientId, secret) = await fixture.Emulator.AddAppAsync(); // Of the second owner's own, in the same Autodesk account.
        var linked = await fixture.Http.LinkAsync(clientId, secret, victim.AccAccountId, owner: victim.Thief);

        var changed = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{linked.Text("id")}",
            new { credentials = new { client_id = victim.ClientId, client_secret = victim.Secret } }
        );

        Assert.Equal((HttpStatusCode.Created, "account_taken"), (linked.Status, changed.Code));
    }

    [Fact]
    public async Task UnlinkedAccount_IsFree_AndTheSameOwnerMayLinkAgain()
    {
        var victim = await VictimAsync();
        using var thief = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Thief]);
        await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{victim.Id}");

        var again = await thief.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Thief); // Who unlinks gives it up.
        using var former = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Owner]);
        var late = await former.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Owner);

        Assert.Equal((HttpStatusCode.Created, "account_taken"), (again.Status, late.Code));
    }

    [Fact]
    public async Task LinkThatFails_GivesTheAccountUp()
    {
        var victim = await VictimAsync();
        await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{victim.Id}");
        using var first = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Thief]);
        using var second = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Owner]);

        var wrong = await first.LinkAsync(victim.ClientId, "a wrong secret", victim.AccAccountId, owner: victim.Thief);
        var right = await second.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Owner);

        Assert.Equal(("credentials_rejected", HttpStatusCode.Created), (wrong.Code, right.Status));
    }

    /// <summary>A client id is no secret. Who names it while Autodesk cannot say whether the secret is right holds nothing.</summary>
    [Theory]
    [InlineData(503, "", "autodesk_unavailable")]
    [InlineData(400, """{"error":"invalid_scope"}""", "scope_not_granted")]
    public async Task LinkThatCouldNotBeTried_HoldsNothing(int status, string body, string code)
    {
        var victim = await VictimAsync();
        await fixture.Http.SendAsync(HttpMethod.Delete, $"/accounts/{victim.Id}");
        using var first = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Thief]);
        using var second = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Owner]);
        await fixture.Emulator.FaultAsync(
            new
            {
                kind = "answer",
                match = new { path_prefix = "/authentication" },
                status,
                body,
                client_id = victim.ClientId,
                times = 10,
            }
        );

        var wrong = await first.LinkAsync(victim.ClientId, "a wrong secret", victim.AccAccountId, owner: victim.Thief);
        await fixture.Emulator.ClearFaultsAsync(victim.ClientId);
        var right = await second.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Owner);

        Assert.Equal((code, HttpStatusCode.Created), (wrong.Code, right.Status));
        Assert.Empty((await first.SendAsync(HttpMethod.Get, "/accounts")).Body!.AsArray());
    }

    [Fact]
    public async Task Operator_MovesAnAccountToAnotherOwner_AndTheClaimGoesWithIt()
    {
        var victim = await VictimAsync();
        var heir = "heir-" + victim.ClientId;
        using var thief = await fixture.Hub.HoldKeyAsync("backend", owners: [victim.Owner]);

        var moved = await fixture.Http.SendAsync(
            HttpMethod.Patch,
            $"/accounts/{victim.Id}",
            new { origin_owner_id = heir, origin_owner_name = "Heir" }
        );
        var former = await thief.LinkAsync(victim.ClientId, victim.Secret, victim.AccAccountId, owner: victim.Owner);

        Assert.Equal((HttpStatusCode.OK, "account_taken"), (moved.Status, former.Code));
    }

    [Fact]
    public async Task DemandedProof_StopsEveryCall_UntilTheWordOfThisVeryLinkIsInTheAccount()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var accAccountId = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        var created = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = clientId,
                name = "P",
                credentials = new { client_id = clientId, client_secret = secret },
                ownership_proof = "code",
                enabled_actions = new[] { "autodesk_list_hubs", "autodesk_list_account_users" },
            }
        );
        Assert.Equal("code", created.Text("ownership_proof"));

        var linked = await fixture.Http.LinkAsync(clientId, secret, accAccountId, owner: "owner-" + clientId, profile: clientId);
        var id = linked.Text("id")!;
        var sent = (await fixture.Emulator.JournalAsync(clientId)).Count;
        var early = await fixture.Http.RpcAsync(id, new { action = "autodesk_list_hubs" });
        Assert.Equal(("pending", "ownership_not_proven"), (linked.Text("hub_status"), linked.Text("reason")));
        Assert.Equal((HttpStatusCode.Forbidden, "ownership_not_proven"), (early.Status, early.Code));
        Assert.Equal(sent, (await fixture.Emulator.JournalAsync(clientId)).Count);

        // The word of another link is of no use.
        var word = $"TH-{id[^8..^4]}-{id[^4..]}";
        await fixture.Emulator.AddBusinessUnitAsync(clientId, secret, accAccountId, "TH-0000-0000");
        Assert.Equal("pending", (await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{id}/verify")).Text("hub_status"));
        Assert.Contains(
            (await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{id}/state")).Body!["checks"]!.AsArray(),
            check => (string?)check!["name"] == "ownership" && ((string?)check["admin_text"])!.Contains(word, StringComparison.Ordinal)
        );

        await fixture.Emulator.AddBusinessUnitAsync(clientId, secret, accAccountId, word);
        Assert.Equal("active", (await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{id}/verify")).Text("hub_status"));
        await fixture.Emulator.AddBusinessUnitAsync(clientId, secret, accAccountId, "Concrete"); // The word may go.
        Assert.Equal("active", (await fixture.Http.SendAsync(HttpMethod.Post, $"/accounts/{id}/verify")).Text("hub_status"));
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(id, new { action = "autodesk_list_hubs" })).Status);
    }

    /// <summary>What could not be looked at is no proof, and nothing of the account is sent: not even what would make the proof.</summary>
    [Fact]
    public async Task DemandedProof_StopsEveryCall_AlsoWhenNobodyCouldLook()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var accAccountId = (string)(await fixture.Emulator.AddAccountAsync([clientId]))["acc_account_id"]!;
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = clientId,
                name = "P",
                credentials = new { client_id = clientId, client_secret = secret },
                ownership_proof = "code",
            }
        );
        await fixture.Emulator.FaultAsync(
            new
            {
                kind = "status",
                status = 503,
                match = new { path_prefix = "/authentication" },
                client_id = clientId,
            }
        );
        await fixture.Emulator.FaultAsync(new { kind = "revoke_tokens", client_id = clientId });
        var linked = await fixture.Http.LinkAsync(clientId, secret, accAccountId, owner: "owner-" + clientId, profile: clientId);
        await fixture.Emulator.ClearFaultsAsync(clientId);

        var id = linked.Text("id")!;
        var units = new { business_units = new[] { new { name = "Concrete" } } };
        var call = await fixture.Http.RpcAsync(id, new { action = "autodesk_create_business_units", body = units });

        Assert.Equal("pending", linked.Text("hub_status"));
        Assert.Equal((HttpStatusCode.Forbidden, "ownership_not_proven"), (call.Status, call.Code));
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(clientId), entry => entry.Method == "PUT");
    }

    /// <summary>Another account of the same Autodesk account, of which no proof is demanded, cannot make the proof of the one that needs
    /// it.</summary>
    [Theory]
    [InlineData("TH-4C45-RDCY")]
    [InlineData("\\u0054H-4C45-RDCY and more")]
    public async Task WordOfAProof_CannotBePutThereThroughTheHub(string word)
    {
        var account = await fixture.LinkAsync();

        var call = await fixture.Http.RpcAsync(
            account.Id,
            $$$"""{"action":"autodesk_create_business_units","body":{"business_units":[{"name":"{{{word}}}"}]}}"""
        );

        BadInputTests.AssertError(call, "invalid_input", "caller");
        Assert.DoesNotContain(await fixture.Emulator.JournalAsync(account.ClientId), entry => entry.Method == "PUT");
    }

    /// <summary>Projects that were proven of one Autodesk account are of no use once the linked account is another one's.</summary>
    [Fact]
    public async Task ProvenProjects_AreForgottenWithTheAutodeskAccount()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var (first, second) = (await fixture.Emulator.AddAccountAsync([clientId]), await fixture.Emulator.AddAccountAsync([clientId]));
        var profile = "p" + clientId;
        await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/profiles",
            new
            {
                id = profile,
                name = "P",
                credentials = new { client_id = clientId, client_secret = secret },
                enabled_actions = new[] { "autodesk_get_project", "autodesk_list_top_folders", "autodesk_add_project_user" },
            }
        );
        var linked = await fixture.Http.LinkAsync(
            clientId,
            secret,
            (string)first["acc_account_id"]!,
            owner: "o-" + clientId,
            profile: profile
        );
        var id = linked.Text("id")!;
        var project = (string)first["projects"]![0]!["id"]!;
        var call = new { action = "autodesk_list_top_folders", path = new { project_id = project } };
        Assert.Equal(HttpStatusCode.OK, (await fixture.Http.RpcAsync(id, call)).Status);
        Assert.Equal("degraded", linked.Text("hub_status")); // No acting user: not proven, so its Account ID may be corrected.

        var session = await fixture.Http.SendAsync(
            HttpMethod.Post,
            "/connect_sessions",
            new
            {
                origin_owner_id = "o-" + clientId,
                origin_owner_name = "O",
                account_id = id,
            }
        );
        await SubmitAsync(session.Text("token")!, ("account_id", (string)second["acc_account_id"]!), ("region", "US"));
        var moved = await fixture.Http.SendAsync(HttpMethod.Get, $"/accounts/{id}");
        var late = await fixture.Http.RpcAsync(id, call);

        Assert.Equal((string)second["acc_account_id"]!, (string?)moved.Body!["setup_information"]!["acc_account_id"]);
        Assert.Equal("not_this_account", late.Code);
    }

    /// <summary>Sends the Link page's form, and gives the page that comes of it.</summary>
    private async Task<string> SubmitAsync(string token, params (string Name, string Value)[] fields)
    {
        using var client = fixture.Hub.NewClient(null);
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var sent = await client.PostAsync(new Uri($"/link/{token}", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return await client.GetStringAsync(new Uri($"/link/{token}", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private async Task<Victim> VictimAsync()
    {
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var account = await fixture.Emulator.AddAccountAsync([clientId]);
        var (owner, accAccountId) = ("victim-" + clientId, (string)account["acc_account_id"]!);
        using var backend = await fixture.Hub.HoldKeyAsync("backend", owners: [owner]);
        var linked = await backend.LinkAsync(clientId, secret, accAccountId, owner: owner);
        Assert.Equal(HttpStatusCode.Created, linked.Status);
        return new(linked.Text("id")!, owner, "thief-" + clientId, clientId, secret, accAccountId);
    }

    private sealed record Victim(string Id, string Owner, string Thief, string ClientId, string Secret, string AccAccountId);
}
