using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using TenantHub.ApsEmulator;

namespace TenantHub.Testing;

/// <summary>An emulator on a free port, and its control API. What it saw is the truth that tests assert on.</summary>
public sealed class EmulatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CountingClock _clock;

    private EmulatorHost(WebApplication app, CountingClock clock)
    {
        (_app, _clock) = (app, clock);
        Address = new Uri(app.Urls.First());
        Control = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Control { get; }

    /// <summary>Gets how many requests are held up by a latency at this moment.</summary>
    public int Delayed => _clock.Waits;

    /// <summary>Gets until when the first of them is held up; null when none is.</summary>
    public DateTimeOffset? NextDelayEndsAt => _clock.NextDue;

    public static async Task<EmulatorHost> StartAsync(bool quotas = false, TimeProvider? clock = null, string host = "127.0.0.1")
    {
        var counting = new CountingClock(clock ?? TimeProvider.System);
        var app = EmulatorApplication.Create(new EmulatorOptions { Urls = $"http://{host}:0", Clock = counting });
        await app.StartAsync();
        var emulator = new EmulatorHost(app, counting);
        if (!quotas)
            await emulator.PostAsync("quotas", new { enabled = false });
        return emulator;
    }

    /// <summary>Calls the control API and fails loudly when it says no.</summary>
    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var response = await Control.PostAsJsonAsync($"/_emulator/{path}", body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"Emulator control {path}: {text}");
    }

    /// <summary>Registers an app of its own for a test, with all products and scopes unless said otherwise.</summary>
    public async Task<(string ClientId, string Secret)> AddAppAsync(string[]? products = null, string[]? scopes = null)
    {
        var (id, secret) = ("client" + Guid.NewGuid().ToString("N")[..12], "secret-" + Guid.NewGuid().ToString("N"));
        await PostAsync(
            "apps",
            new
            {
                client_id = id,
                client_secret = secret,
                api_products = products,
                scopes,
            }
        );
        return (id, secret);
    }

    /// <summary>Creates an account with sample content, provisioned for the client ids.</summary>
    public async Task<JsonNode> AddAccountAsync(string[] provisioned, string region = "US", string? id = null) =>
        await PostAsync(
            "accounts",
            new
            {
                acc_account_id = id ?? Guid.NewGuid().ToString(),
                name = "Test account",
                region,
                provisioned_client_ids = provisioned,
            }
        );

    /// <summary>What an account admin does by hand: gives the account a business unit.</summary>
    public async Task AddBusinessUnitAsync(string clientId, string secret, string accAccountId, string name)
    {
        using var asked = new HttpRequestMessage(HttpMethod.Post, "/authentication/v2/token")
        {
            Content = new FormUrlEncodedContent(
                new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["scope"] = "account:write" }
            ),
            Headers = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}"))) },
        };
        using var given = await Control.SendAsync(asked);
        var token = (string)JsonNode.Parse(await given.Content.ReadAsStringAsync())!["access_token"]!;
        using var unit = new HttpRequestMessage(HttpMethod.Put, $"/hq/v1/accounts/{accAccountId}/business_units_structure")
        {
            Content = JsonContent.Create(new { business_units = new[] { new { name } } }),
            Headers = { Authorization = new("Bearer", token) },
        };
        using var made = await Control.SendAsync(unit);
        made.EnsureSuccessStatusCode();
    }

    /// <summary>The requests of one client id to Autodesk's API, oldest first, without those for tokens unless they are wanted.</summary>
    public async Task<IReadOnlyList<JournalRecord>> JournalAsync(string clientId, bool tokens = false, long since = 0)
    {
        var records = await ReadJournalAsync($"?client_id={clientId}&since={since}");
        return [.. records.Where(record => !record.IsStorage && (tokens || !record.IsToken))];
    }

    public async Task<IReadOnlyList<JournalRecord>> WholeJournalAsync(long since = 0) => await ReadJournalAsync($"?since={since}");

    /// <summary>A request to the emulator that changes nothing and costs the same however long the journal is: what runs beside the test
    /// gets that long to go on.</summary>
    public Task PauseAsync() => WholeJournalAsync(since: long.MaxValue);

    public Task FaultAsync(object fault) => PostAsync("faults", fault);

    public async Task ClearFaultsAsync(string clientId)
    {
        using var cleared = await Control.DeleteAsync(new Uri($"/_emulator/faults?client_id={clientId}", UriKind.Relative));
        cleared.EnsureSuccessStatusCode();
    }

    private async Task<List<JournalRecord>> ReadJournalAsync(string query)
    {
        var journal = await Control.GetFromJsonAsync<JsonElement>("/_emulator/journal" + query);
        if (journal.GetProperty("dropped").GetInt64() is > 0 and var dropped)
            throw new InvalidOperationException(
                $"The journal is full and {dropped} requests are missing from it: it proves nothing any more."
            );
        return journal.GetProperty("entries").Deserialize<List<JournalRecord>>(JournalRecord.Json)!;
    }

    public async ValueTask DisposeAsync()
    {
        Control.Dispose();
        await _app.DisposeAsync();
    }
}
