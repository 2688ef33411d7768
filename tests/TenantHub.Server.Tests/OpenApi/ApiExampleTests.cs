using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TenantHub.Testing;
using Xunit;
using Xunit.Sdk;

namespace TenantHub.Server.OpenApi;

/// <summary>The API page's requests, sent as they stand there to a server that a newcomer has just started: with its emulator, and the demo
/// account linked.</summary>
public sealed class ApiExampleTests
{
    private const string DemoAccount = "acc_0000000000000000000000DEM0";
    private const string DemoAccAccount = "11111111-2222-4333-8444-555555555555";

    /// <summary>What has to happen right before an operation for there to be something to answer with: the examples of others.</summary>
    private static readonly Dictionary<string, string[]> Before = new()
    {
        ["get_recording"] = ["begin_recording", "rpc_action"],
        ["list_request_logs"] = ["rpc_action"],
        ["list_event_deliveries"] = ["suspend_account", "resume_account"],
        ["complete_upload"] = ["put_upload"],
        ["resend_autodesk_events"] = ["register_event_endpoint", "create_subscription", "put_upload", "list_autodesk_events"],
    };

    [Fact]
    public async Task EveryOperation_RunsAsThePageShowsIt()
    {
        await using var hub = await ServerProcess.StartAsync(
            new Uri("http://127.0.0.1:1"),
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Autodesk__BaseUrl"] = "", // So that the server brings its own emulator, as it does for a new user.
                ["TenantHub__Emulator__Urls"] = "http://127.0.0.1:0",
                ["TenantHub__Events__PublicUrl"] = "",
            }
        );
        await Until.TrueAsync(() => hub.Output.Contains("Demo account", StringComparison.Ordinal), "the demo account is linked");
        var page = await ApiPage.OpenAsync(hub);
        var faults = new List<string>();
        foreach (var operation in page.Operations.OrderBy(id => id is "retire_profile" or "approve_account_claim")) // After these, others cannot.
        {
            try
            {
                await page.RunAsync(operation);
            }
            catch (XunitException fault)
            {
                faults.Add($"{operation}: {fault.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>The page's operations, in its order.</summary>
    private sealed class ApiPage
    {
        private readonly ServerProcess _hub;
        private readonly Dictionary<string, (string Method, string Path, JsonNode Shown)> _operations = [];
        private readonly Dictionary<string, List<(string Source, string Parameter, string Pointer)>> _links = [];

        private ApiPage(ServerProcess hub, JsonNode document)
        {
            _hub = hub;
            foreach (var (path, operations) in document["paths"]!.AsObject())
            foreach (var (method, shown) in operations!.AsObject())
            {
                var id = (string)shown!["operationId"]!;
                _operations[id] = (method, path, shown);
                foreach (
                    var (target, link) in shown["responses"]!.AsObject().SelectMany(answer => answer.Value!["links"]?.AsObject() ?? [])
                )
                foreach (var (parameter, expression) in link!["parameters"]!.AsObject())
                {
                    if (!_links.TryGetValue(target, out var sources))
                        _links[target] = sources = [];
                    sources.Add((id, parameter, ((string)expression!)["$response.body#/".Length..]));
                }
            }
        }

        public IReadOnlyCollection<string> Operations => _operations.Keys;

        public static async Task<ApiPage> OpenAsync(ServerProcess hub) =>
            new(hub, JsonNode.Parse(await hub.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!);

        /// <summary>Sends an operation's example.</summary>
        /// <param name="id">The operation.</param>
        /// <param name="known">The values that it is to have besides.</param>
        /// <param name="wanted">What its answer has to hold, which may take a moment.</param>
        public async Task<JsonNode?> RunAsync(string id, IReadOnlyDictionary<string, string>? known = null, string? wanted = null)
        {
            var (_, _, shown) = _operations[id];
            var values = new Dictionary<string, string>(known ?? new Dictionary<string, string>());
            foreach (var parameter in shown["parameters"]?.AsArray() ?? [])
            {
                if ((string?)parameter!["example"] is { } example)
                    values[(string)parameter["name"]!] = example;
            }

            // Ids that are not known beforehand come from the operation that the page links to, whose example is sent first.
            foreach (
                var source in _links
                    .GetValueOrDefault(id, [])
                    .Where(link => !values.ContainsKey(link.Parameter))
                    .ToLookup(link => link.Source)
            )
            {
                var answer = await RunAsync(source.Key, wanted: source.First().Pointer);
                foreach (var (_, parameter, pointer) in source)
                    values[parameter] = (string)At(answer, pointer)!;
            }

            await PrepareAsync(id, values);
            foreach (var other in Before.GetValueOrDefault(id, []))
                await RunAsync(other, values, other is "list_autodesk_events" ? "data/0" : null);
            JsonNode? body = null;
            await Until.TrueAsync(
                async () =>
                    wanted is null
                        ? (body = await SendAsync(id, values)) is var _
                        : At(body = await SendAsync(id, values), wanted) is not null,
                $"the answer of {id} holds {wanted}"
            );
            return body;
        }

        private async Task<JsonNode?> SendAsync(string id, Dictionary<string, string> values)
        {
            var (method, path, shown) = _operations[id];
            using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), (Uri?)null);
            var query = new List<string>();
            foreach (var parameter in shown["parameters"]?.AsArray() ?? [])
            {
                var name = (string)parameter!["name"]!;
                if (!values.TryGetValue(name, out var value))
                {
                    if ((bool?)parameter["required"] is true)
                        throw FailException.ForFailure($"{name} has no example, and no answer is said to hold it");
                    continue;
                }

                switch ((string?)parameter["in"])
                {
                    case "path":
                        path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
                        break;
                    case "query":
                        query.Add($"{name}={Uri.EscapeDataString(value)}");
                        break;
                    default:
                        request.Headers.Add(name, value);
                        break;
                }
            }

            if (shown["requestBody"]?["content"] is JsonObject content)
            {
                var (type, media) = content.First();
                if (media!["example"] is not { } example)
                    throw FailException.ForFailure("its body has no example");
                if (id == "authenticate_connect_session")
                    example["token"] = (string?)(await RunAsync("create_connect_session"))!["token"]; // No link leads into a body.
                request.Content = new StringContent(type is "application/json" ? example.ToJsonString() : (string)example!, Encoding.UTF8);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            }

            request.RequestUri = new Uri(query.Count == 0 ? path : $"{path}?{string.Join('&', query)}", UriKind.Relative);
            using var response = await _hub.Http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if (!response.IsSuccessStatusCode)
                throw FailException.ForFailure($"{method} {request.RequestUri} {(int)response.StatusCode}: {text}");
            return response.Content.Headers.ContentType?.MediaType is "application/json" ? JsonNode.Parse(text) : null;
        }

        /// <summary>What no example makes.</summary>
        private async Task PrepareAsync(string id, Dictionary<string, string> values)
        {
            switch (id)
            {
                case "list_approvals": // A call that waits for a person: made with a key whose calls do.
                    var key = await _hub.Http.SendAsync(
                        HttpMethod.Post,
                        "/keys",
                        new
                        {
                            name = "asks",
                            role = "backend",
                            approval = "writes",
                        }
                    );
                    using (var backend = _hub.NewClient(key.Text("key")))
                    {
                        var body = new { bucketKey = "bucket-" + Guid.NewGuid().ToString("N"), policyKey = "transient" };
                        var asked = await backend.RpcAsync(DemoAccount, new { action = "autodesk_create_bucket", body });
                        Assert.Equal("approval_required", asked.Code);
                    }

                    break;
                case "approve_account_claim" or "dismiss_account_claim": // A second owner's wish for an account that has one.
                    var wish = await _hub.Http.LinkAsync("demo-client-id", "demo-client-secret", DemoAccAccount, owner: "customer-2");
                    Assert.Equal("account_taken", wish.Code);
                    break;
                case "sign_upload_parts": // An upload of the other mode.
                    var upload = _operations["create_upload"].Shown["requestBody"]!["content"]!["application/json"]!["example"]!.DeepClone();
                    upload["mode"] = "direct";
                    values["id"] = (await _hub.Http.SendAsync(HttpMethod.Post, "/files/uploads", upload, DemoAccount)).Text("id")!;
                    break;
            }
        }

        private static JsonNode? At(JsonNode? answer, string pointer) =>
            pointer
                .Split('/')
                .Aggregate(
                    answer,
                    (at, step) =>
                        at is JsonArray list
                            ? list.ElementAtOrDefault(int.Parse(step, System.Globalization.CultureInfo.InvariantCulture))
                            : at?[step]
                );
    }
}
