using System.Net;
using System.Text;
using TenantHub.Server.Security;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Hosting;

/// <summary>Secrets are planted and then looked for everywhere.</summary>
public sealed class SecretTests(HubFixture fixture)
{
    [Fact]
    public async Task SecretsAndTokens_AreFoundNeitherInTheDatabaseNorInLogsNorInAnswers()
    {
        var settings = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Trace", ["Logging__LogLevel__TenantHub"] = "Trace", ["Logging__LogLevel__System.Net.Http.HttpClient"] = "Trace", ["Logging__LogLevel__Orleans"] = "Trace" };
        await using var hub = await HubProcess.StartAsync(fixture.Emulator.Address, settings: settings);
        var (clientId, secret) = await fixture.Emulator.AddAppAsync();
        var account = await fixture.Emulator.AddAccountAsync([clientId]);
        var answers = new StringBuilder();
        var linked = await hub.Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!);
        var id = linked.Text("id")!;
        answers.Append(linked.Body);
        foreach (var path in new[] { $"/accounts/{id}", $"/accounts/{id}/state", "/accounts", $"/accounts/{id}/meta" }) answers.Append((await hub.Http.SendAsync(HttpMethod.Get, path)).Body);
        answers.Append((await hub.Http.RpcAsync(id, new { action = "autodesk_list_hubs" })).Body);
        answers.Append((await hub.Http.RpcAsync(id, new { action = "autodesk_get_folder", path = new { project_id = "x", folder_id = "y" } })).Body);
        var (apiKey, keyId) = await hub.MakeKeyAsync("operator");
        using (var holder = hub.NewClient(apiKey)) answers.Append((await holder.SendAsync(HttpMethod.Get, "/accounts")).Body);
        foreach (var path in new[] { "/keys", $"/keys/{keyId}", "/audit", "/audit/verify", $"/quotas/{clientId}" }) answers.Append((await hub.Http.SendAsync(HttpMethod.Get, path)).Body);
        var rotated = secret + "-rotated";
        await fixture.Emulator.PostAsync("apps", new { client_id = clientId, client_secret = rotated, previous_client_secret = secret });
        answers.Append((await hub.Http.SendAsync(HttpMethod.Post, $"/accounts/{id}/credentials", new { client_secret = rotated })).Body);
        answers.Append((await hub.Http.SendAsync(HttpMethod.Post, "/profiles", new { id = "planted", name = "P", credentials = new { client_id = clientId, client_secret = secret } })).Body);
        answers.Append((await hub.Http.SendAsync(HttpMethod.Post, "/profiles/planted/credentials", new { client_secret = rotated })).Body);

        // A customer's data in an answer that is kept for the idempotency key.
        var email = $"planted-{Guid.NewGuid():N}@example.com";
        var kept = await hub.Http.RpcAsync(id, new { action = "autodesk_create_account_user", body = new { email } }, ("Idempotency-Key", "planted-key"));
        Assert.Equal(HttpStatusCode.OK, kept.Status);
        answers.Append((await hub.Http.LinkAsync(clientId, secret + "-typo", (string)account["acc_account_id"]!)).Body);
        answers.Append((await hub.Http.SendAsync(HttpMethod.Post, "/accounts", new { credentials = new { client_secret = secret, nonsense = 1 } })).Body);
        await hub.KillAsync();

        // The emulator's tokens all end like this; Autodesk's own would be looked for by their value.
        string[] planted = [secret, secret + "-typo", rotated, apiKey, apiKey["thk_".Length..], ".emulated", HubProcess.AdminKey, Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}"))];
        var files = Directory.EnumerateFiles(hub.DataDirectory, "*", SearchOption.AllDirectories).ToDictionary(file => file, file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        Assert.Contains(files, file => file.Value.Contains(clientId, StringComparison.Ordinal)); // The search does find what is there.
        Assert.Contains(clientId, hub.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(files, file => file.Value.Contains(email, StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Value.Contains("planted-key", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Value.Contains("masterKey", StringComparison.Ordinal)); // The key ring's own material.
        foreach (var value in planted)
        {
            Assert.DoesNotContain(files, file => file.Value.Contains(value, StringComparison.Ordinal));
            Assert.DoesNotContain(value, hub.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(value, answers.ToString(), StringComparison.Ordinal);
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
