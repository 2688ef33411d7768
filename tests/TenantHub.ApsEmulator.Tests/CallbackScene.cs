using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TenantHub.Testing;

namespace TenantHub.ApsEmulator;

/// <summary>An emulator, an app with an account, and a receiver of its webhooks.</summary>
internal sealed class CallbackScene : IAsyncDisposable
{
    private CallbackScene(EmulatorHost host, ApsCaller app, JsonNode account, CallbackReceiver receiver) =>
        (Host, App, Account, Receiver) = (host, app, account, receiver);

    public EmulatorHost Host { get; }

    public ApsCaller App { get; }

    public JsonNode Account { get; }

    public CallbackReceiver Receiver { get; }

    public JsonNode Project => Account["projects"]![0]!;

    public string Root => (string)Project["root_folder_id"]!;

    public string Files => FolderId("Project Files");

    public string Item => (string)Project["items"]![0]!["id"]!;

    public static async Task<CallbackScene> StartAsync(string region = "US")
    {
        var host = await EmulatorHost.StartAsync();
        var (id, secret) = await host.AddAppAsync();
        var app = new ApsCaller(host, id, secret);
        await host.PostAsync("settings", new { token_lifetime_seconds = 100_000_000 });
        await app.TokenAsync("data:read data:write data:create account:read account:write");
        return new CallbackScene(host, app, await host.AddAccountAsync([id], region), await CallbackReceiver.StartAsync());
    }

    public string FolderId(string name) => (string)Project["folders"]!.AsArray().Single(folder => (string?)folder!["name"] == name)!["id"]!;

    /// <summary>Creates a hook and tells its path.</summary>
    public async Task<string> HookAsync(string eventName = "dm.*", string? scope = null, string region = "US", object? more = null)
    {
        var body = new JsonObject
        {
            ["callbackUrl"] = Receiver.Url,
            ["scope"] = new JsonObject { ["folder"] = scope ?? Root },
        };
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(more ?? new { })!.AsObject())
            body[name] = value?.DeepClone();
        var created = await App.CallAsync(
            HttpMethod.Post,
            $"/webhooks/v1/systems/data/events/{eventName}/hooks",
            body,
            headers: ("x-ads-region", region)
        );
        return created.Status == 201
            ? created.Response.Headers.Location!.AbsolutePath
            : throw new InvalidOperationException($"The hook was refused with {created.Status}.");
    }

    public async Task<string> StatusAsync(string hook) => (string)(await App.GetAsync(hook)).Body!["status"]!;

    /// <summary>Makes a folder through the API for apps.</summary>
    public async Task<string> AddFolderAsync(string name, string? parent = null)
    {
        var body = Document(
            "folders",
            null,
            new { name, extension = new { type = "folders:autodesk.bim360:Folder", version = "1.0" } },
            parent ?? Files
        );
        var created = await App.CallAsync(
            HttpMethod.Post,
            $"/data/v1/projects/{Project["hub_project_id"]}/folders",
            body,
            contentType: "application/vnd.api+json"
        );
        return (string)created.Body!["data"]!["id"]!;
    }

    public Task UpdateFolderAsync(string id, object attributes, string? parent = null) =>
        App.CallAsync(
            HttpMethod.Patch,
            $"/data/v1/projects/{Project["hub_project_id"]}/folders/{Uri.EscapeDataString(id)}",
            Document("folders", id, attributes, parent),
            contentType: "application/vnd.api+json"
        );

    /// <summary>Waits until every callback that is due has been tried.</summary>
    public Task SettleAsync() => Host.PostAsync("callbacks/settle", new { });

    /// <summary>Moves the time, when what was due before has been tried, and waits until what is due then has been too.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        await SettleAsync();
        await Host.PostAsync("time", new { advance_seconds = time.TotalSeconds });
        await SettleAsync();
    }

    /// <summary>What the emulator says of its changes: event and what became of each callback.</summary>
    public async Task<List<(string Event, string[] Outcomes)>> ChangesAsync()
    {
        var list = await Host.Control.GetFromJsonAsync<JsonNode>($"/_emulator/callbacks?acc_account_id={Account["acc_account_id"]}");
        return
        [
            .. list!["changes"]!
                .AsArray()
                .Select(change =>
                    ((string)change!["event"]!, change["callbacks"]!.AsArray().Select(callback => (string)callback!["outcome"]!).ToArray())
                ),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    private static object Document(string type, string? id, object attributes, string? parent) =>
        new
        {
            jsonapi = new { version = "1.0" },
            data = new
            {
                type,
                id,
                attributes,
                relationships = parent is null ? null : new { parent = new { data = new { type = "folders", id = parent } } },
            },
        };
}
