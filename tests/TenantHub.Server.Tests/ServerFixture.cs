using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(TenantHub.Server.ServerFixture))]

namespace TenantHub.Server;

/// <summary>One emulator and one server process for the tests that do not kill it. Each test brings its own app and account.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public EmulatorHost Emulator { get; private set; } = null!;

    public ServerProcess Hub { get; private set; } = null!;

    public HttpClient Http => Hub.Http;

    public async ValueTask InitializeAsync()
    {
        Emulator = await EmulatorHost.StartAsync();
        Hub = await ServerProcess.StartAsync(
            Emulator.Address,
            settings: new Dictionary<string, string> { ["TenantHub__Orleans__Gateway"] = "true" }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Emulator.DisposeAsync();
    }

    /// <summary>An app, an account that knows it, and the link between them.</summary>
    public async Task<Linked> LinkAsync(
        string region = "US",
        bool provisioned = true,
        string[]? products = null,
        string[]? scopes = null,
        bool actingUser = true
    )
    {
        var (clientId, secret) = await Emulator.AddAppAsync(products, scopes);
        var account = await Emulator.AddAccountAsync(provisioned ? [clientId] : [], region);
        var actAs = actingUser ? (string?)account["users"]![0]!["id"] : null;
        var answer = await Http.LinkAsync(clientId, secret, (string)account["acc_account_id"]!, region, actAs);
        Assert.True((int)answer.Status == 201, answer.Body?.ToJsonString());
        return new Linked((string)answer.Body!["id"]!, clientId, secret, account, answer.Body);
    }
}

/// <summary>A linked account with what the emulator holds for it.</summary>
public sealed record Linked(string Id, string ClientId, string Secret, JsonNode Emulated, JsonNode Answer)
{
    public string AccAccountId => (string)Emulated["acc_account_id"]!;

    public string HubId => "b." + AccAccountId;

    public string Region => (string)Emulated["region"]!;

    public JsonNode Project => Emulated["projects"]![0]!;

    /// <summary>Gets the project's id without b.</summary>
    public string ProjectId => (string)Project["id"]!;

    public string Folder => (string)Project["folders"]![0]!["id"]!;

    public string Item => (string)Project["items"]![0]!["id"]!;

    public string ItemFolder => (string)Project["items"]![0]!["folder_id"]!;

    public string Version => (string)Project["items"]![0]!["versions"]![1]!;

    public string Storage => (string)Project["items"]![0]!["storage"]!;

    public string User(int i) => (string)Emulated["users"]![i]!["id"]!;
}
