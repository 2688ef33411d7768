using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace TenantHub.Testing;

/// <summary>An answer of the hub.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON body.</param>
/// <param name="Headers">The response headers.</param>
public sealed record ApiAnswer(HttpStatusCode Status, JsonNode? Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Code => (string?)(Body as JsonObject)?["code"]; // A list has none.

    public string? Text(string member) => (string?)Body?[member];
}

/// <summary>The hub's HTTP API in a few words.</summary>
public static class ServerApi
{
    public static async Task<ApiAnswer> SendAsync(
        this HttpClient hub,
        HttpMethod method,
        string path,
        object? body = null,
        string? account = null,
        string contentType = "application/json",
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is string text)
            request.Content = new StringContent(text, Encoding.UTF8, contentType);
        else if (body is HttpContent content)
            request.Content = content;
        else if (body is not null)
            request.Content = JsonContent.Create(body);
        if (account is not null)
            request.Headers.Add("x-account-id", account);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await hub.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        var received = response
            .Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value));
        var isJson = answer.Length > 0 && response.Content.Headers.ContentType?.MediaType is not "application/x-ndjson";
        return new ApiAnswer(response.StatusCode, isJson ? JsonNode.Parse(answer) : null, received);
    }

    public static Task<ApiAnswer> RpcAsync(
        this HttpClient hub,
        string account,
        object body,
        params (string Name, string Value)[] headers
    ) => hub.SendAsync(HttpMethod.Post, "/actions/rpc", body, account, headers: headers);

    public static Task<ApiAnswer> LinkAsync(
        this HttpClient hub,
        string clientId,
        string secret,
        string accAccountId,
        string region = "US",
        string? actAs = null,
        string owner = "owner-1",
        string? profile = null,
        bool? share = null
    ) =>
        hub.SendAsync(
            HttpMethod.Post,
            "/accounts",
            new
            {
                provider = "autodesk",
                origin_owner_id = owner,
                origin_owner_name = "Owner",
                label = "Linked by a test",
                profile_id = profile,
                share_account = share,
                credentials = profile is null ? new { client_id = clientId, client_secret = secret } : null,
                setup_information = new
                {
                    acc_account_id = accAccountId,
                    region,
                    act_as_user_id = actAs,
                },
            }
        );
}
