using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(TenantHub.ApsEmulator.EmulatorFixture))]

namespace TenantHub.ApsEmulator;

/// <summary>One emulator for all tests; each brings its own app.</summary>
public sealed class EmulatorFixture : IAsyncLifetime
{
    public EmulatorHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await EmulatorHost.StartAsync(quotas: true);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    public async Task<ApsCaller> CallerAsync(string[]? products = null, string[]? scopes = null)
    {
        var (id, secret) = await Host.AddAppAsync(products, scopes);
        return new ApsCaller(Host, id, secret);
    }
}

/// <summary>Calls the emulator as an app of Autodesk's would: no code of the hub is involved.</summary>
public sealed class ApsCaller(EmulatorHost host, string clientId, string secret)
{
    private string? _token;

    public string ClientId => clientId;

    public string Secret => secret;

    public async Task<(int Status, JsonNode? Body)> TokenAsync(string scope, string? with = null, string grant = "client_credentials")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/authentication/v2/token"))
        {
            Content = new FormUrlEncodedContent([new("grant_type", grant), new("scope", scope)]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{with ?? secret}"))
        );
        using var response = await host.Control.SendAsync(request);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync());
        if (response.IsSuccessStatusCode)
            _token = (string)body!["access_token"]!;
        return ((int)response.StatusCode, body);
    }

    public async Task<(int Status, JsonNode? Body, HttpResponseMessage Response)> CallAsync(
        HttpMethod method,
        string path,
        object? body = null,
        string scope = "",
        string contentType = "application/json",
        params (string Name, string Value)[] headers
    )
    {
        if (scope.Length > 0)
            Assert.Equal(200, (await TokenAsync(scope)).Status);
        using var request = new HttpRequestMessage(method, new Uri(host.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (body is not null)
            request.Content = JsonContent.Create(body, new MediaTypeHeaderValue(contentType));
        var response = await host.Control.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text) : null, response);
    }

    public Task<(int Status, JsonNode? Body, HttpResponseMessage Response)> GetAsync(
        string path,
        string scope = "",
        params (string Name, string Value)[] headers
    ) => CallAsync(HttpMethod.Get, path, null, scope, headers: headers);
}
