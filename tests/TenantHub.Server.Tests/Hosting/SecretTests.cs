using System.Net;
using System.Text;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>Secrets are planted and then looked for everywhere.</summary>
public sealed class SecretTests(ServerFixture fixture)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task SecretsAndTokens_AreFoundNeitherInTheDatabaseNorInLogsNorInAnswers(string kind)
    {
        var cancel = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string> { ["TenantHub__Events__AllowLoopback"] = "true" };
        foreach (var category in new[] { "Default", "TenantHub", "System.Net.Http.HttpClient", "Orleans", "Microsoft.AspNetCore", "Polly" })
            settings["Logging__LogLevel__" + category] = "Trace";
        await using var server = kind == "postgres" ? await PostgresServer.StartAsync() : null;
        var connectionString = server is null ? null : await server.CreateDatabaseAsync();
        if (connectionString is not null)
            settings["TenantHub__Database__ConnectionString"] = connectionString;
        await using var receiver = await EventReceiver.StartAsync();
        await using var hub = await ServerProcess.StartAsync(fixture.Emulator.Address, settings: settings);
        var eventSecret = (await hub.Http.SendAsync(HttpMethod.Post, "/event_endpoints", new { url = receiver.Url })).Text("secret")!;
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var account = await fixture.Emulator.AddAccountAsync([clientId]);
        var answers = new StringBuilder();
        var linked = await hub.Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!);
        var id = linked.Text("id")!;
        answers.Append(linked.Body);
        foreach (var path in new[] { $"/accounts/{id}", $"/accounts/{id}/state", "/accounts", $"/accounts/{id}/meta" })
            answers.Append((await hub.Http.SendAsync(HttpMethod.Get, path)).Body);
        answers.Append((await hub.Http.RpcAsync(id, new { action = "autodesk_list_hubs" })).Body);
        answers.Append(
            (await hub.Http.RpcAsync(id, new { action = "autodesk_get_folder", path = new { project_id = "x", folder_id = "y" } })).Body
        );
        var (apiKey, keyId) = await hub.MakeKeyAsync("operator");
        using (var holder = hub.NewClient(apiKey))
            answers.Append((await holder.SendAsync(HttpMethod.Get, "/accounts")).Body);
        foreach (var path in new[] { "/keys", $"/keys/{keyId}", "/audit", "/audit/verify", $"/quotas/{clientId}" })
            answers.Append((await hub.Http.SendAsync(HttpMethod.Get, path)).Body);
        var rotated = secret + "-rotated";
        await fixture.Emulator.PostAsync(
            "apps",
            new
            {
                client_id = clientId,
                client_secret = rotated,
                previous_client_secret = secret,
            }
        );
        answers.Append((await hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{id}/credentials", new { client_secret = rotated })).Body);
        answers.Append(
            (
                await hub.Http.SendAsync(
                    HttpMethod.Post,
                    "/profiles",
                    new
                    {
                        id = "planted",
                        name = "P",
                        credentials = new { client_id = clientId, client_secret = secret },
                    }
                )
            ).Body
        );
        answers.Append((await hub.Http.SendAsync(HttpMethod.Post, "/profiles/planted/credentials", new { client_secret = rotated })).Body);

        // A customer's data in an answer that is kept for the idempotency key.
        var email = $"planted-{Guid.NewGuid():N}@example.com";
        var kept = await hub.Http.RpcAsync(
            id,
            new { action = "autodesk_create_account_user", body = new { email } },
            ("Idempotency-Key", "planted-key")
        );
        Assert.Equal(HttpStatusCode.OK, kept.Status);
        answers.Append((await hub.Http.LinkAsync(clientId, secret + "-typo", (string)account["acc_account_id"]!)).Body);
        answers.Append(
            (
                await hub.Http.SendAsync(HttpMethod.Post, "/accounts", new { credentials = new { client_secret = secret, nonsense = 1 } })
            ).Body
        );
        var eventId = (await hub.Http.SendAsync(HttpMethod.Get, "/event_endpoints")).Body![0]!["id"]!;
        var newEventSecret = (await hub.Http.SendAsync(HttpMethod.Post, $"/event_endpoints/{eventId}/secret")).Text("secret")!;

        // An admin opens the Link page, fills it in with a wrong secret and then with the right one, and looks again.
        var token = (
            await hub.Http.SendAsync(
                HttpMethod.Post,
                "/connect_sessions",
                new { origin_owner_id = "planted-owner", origin_owner_name = "Owner" }
            )
        ).Text("token")!;
        using (var browser = hub.NewClient(null))
        {
            var page = new Uri($"/link/{token}", UriKind.Relative);
            await browser.GetStringAsync(page, cancel);
            foreach (var given in new[] { secret + "-typo", rotated })
            {
                using var form = new FormUrlEncodedContent(
                    new Dictionary<string, string>
                    {
                        ["account_id"] = (string)account["acc_account_id"]!,
                        ["region"] = "US",
                        ["client_id"] = clientId,
                        ["client_secret"] = given,
                    }
                );
                using var shown = await browser.PostAsync(page, form, cancel);
                answers.Append((await shown.Content.ReadAsStringAsync(cancel)).Replace(token, "", StringComparison.Ordinal)); // The page leads to itself.
            }

            using var looked = await browser.PostAsync(new Uri($"/link/{token}/check", UriKind.Relative), content: null, cancel);
        }

        answers.Append((await hub.Http.SendAsync(HttpMethod.Post, "/connect_sessions/authenticate", new { token })).Body);
        await Until.TrueAsync(() => receiver.Taken.Any(), "an event came");
        await hub.KillAsync();

        // The emulator's tokens all end like this; Autodesk's own would be looked for by their value.
        string[] planted =
        [
            secret,
            secret + "-typo",
            rotated,
            apiKey,
            apiKey["thk_".Length..],
            token,
            token["cst_".Length..],
            eventSecret,
            eventSecret["whsec_".Length..],
            newEventSecret,
            ".emulated",
            ServerProcess.AdminKey,
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")),
        ];
        var files = server is not null
            ? new Dictionary<string, string> { ["dump"] = await server.DumpAsync(connectionString!) }
            : Directory
                .EnumerateFiles(hub.DataDirectory, "*", SearchOption.AllDirectories)
                .ToDictionary(file => file, file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        Assert.Contains(files, file => file.Value.Contains(clientId, StringComparison.Ordinal)); // The search does find what is there.
        Assert.Contains(clientId, hub.Output, StringComparison.Ordinal);
        if (connectionString is not null)
            Assert.DoesNotContain(
                new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Password!,
                hub.Output,
                StringComparison.Ordinal
            );
        Assert.DoesNotContain(files, file => file.Value.Contains(email, StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Value.Contains("planted-key", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Value.Contains("masterKey", StringComparison.Ordinal)); // The key ring's own material.
        foreach (var value in planted)
        {
            Assert.DoesNotContain(files, file => file.Value.Contains(value, StringComparison.Ordinal));
            Assert.DoesNotContain(value, hub.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(value, answers.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(receiver.Seen, told => told.Body.Contains(value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task KnownClientIdWithAWrongSecret_ReachesNoTokenOfOthers()
    {
        var account = await fixture.LinkAsync();

        var stolen = await fixture.Http.LinkAsync(account.ClientId, "guessed-secret", account.AccAccountId);

        Assert.Equal((HttpStatusCode.Forbidden, "credentials_rejected"), (stolen.Status, stolen.Code));
    }
}
