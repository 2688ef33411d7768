using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Autodesk.Catalog;
using TenantHub.LoadTests.Load;
using TenantHub.LoadTests.Recording;
using TenantHub.LoadTests.Running;
using TenantHub.Testing;

#pragma warning disable CA5394 // Chance makes calls here, and no secrets.

namespace TenantHub.LoadTests.Scenarios;

/// <remarks>
/// 1. Odd calls: every action with odd values under known and unknown names, with odd headers, and bodies of which some bytes were changed.
/// 2. Odd questions to the other endpoints. 3. Odd answers: Autodesk's place is taken by statuses, headers and bodies that it never sends.
/// Every answer of the server must be JSON with a status that it means to send. The same seed gives the same calls.
/// </remarks>
internal sealed class FuzzedCalls : IScenario
{
    private const int LongestFault = 64 * 1024; // An answer to bad input is never longer.
    private const int Seed = 20261129;
    private const string Place = "place-of-the-body";

    private static readonly string[] OddTexts =
    [
        "",
        " ",
        "\n",
        "0",
        "-1",
        "1e999",
        "9223372036854775808",
        "true",
        "null",
        "NaN",
        "undefined",
        "..",
        "../..",
        "/",
        "\\",
        "%00",
        "%2e%2e%2f",
        "a|b",
        "a,b",
        "a;b",
        "b.",
        "B.",
        "'",
        "\"",
        "<b>",
        "{{7*7}}",
        "${7*7}",
        "\u0001",
        "\u007f",
        "\u202e",
        "\ufeff",
        "ÄÖÜ",
        "日本語",
        "👷",
        "urn:adsk.wipprod:dm.lineage:",
        "urn:adsk.wipprod:fs.file:vf.x?version=",
        "2026-13-45",
        "٣",
        new('x', 300),
        new('ü', 1000),
    ];

    private static readonly string[] OddJson =
    [
        "null",
        "true",
        "0",
        "-0",
        "1e400",
        "\"\"",
        "\"x\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "{\"a\":1,\"a\":2}",
        "{\"\":{}}",
        "{\"jsonapi\":null,\"data\":null}",
        "{\"data\":[]}",
        "{\"data\":{\"type\":\"folders\",\"attributes\":null}}",
        "{\"data\":{\"relationships\":{\"parent\":{\"data\":{\"id\":5}}}}}",
        "{\"bucketKey\":\"A\",\"policyKey\":7}",
    ];

    private static readonly string[] OddPaths =
    [
        "/accounts?page_size=",
        "/accounts?status=",
        "/accounts?next=",
        "/accounts?query=",
        "/accounts?account_ids=",
        "/accounts/",
        "/actions?page=",
        "/actions?search=",
        "/actions?filter[account_ids]=",
        "/connectors/meta/",
        "/requests/logs?start_date=",
        "/requests/logs?status_codes=",
        "/requests/logs?next=",
        "/requests/logs/",
        "/requests/logs/steps?order_by=",
        "/requests/platform-logs?from=",
        "/profiles/",
        "/quotas/",
        "/quotas?page=",
        "/keys?page=",
        "/keys/",
        "/audit?from=",
        "/audit?next=",
        "/audit/verify?known=",
        "/audit/verify?from=",
        "/guide?actions=",
        "/link/",
        "/account_conflicts?x=",
        "/",
    ];

    private static readonly string[] OddWrites =
    [
        "/accounts",
        "/accounts/{account}",
        "/accounts/{account}/credentials",
        "/accounts/{account}/buckets/{text}/claim",
        "/actions/plan",
        "/actions/build",
        "/ai/tool-feedback",
        "/profiles",
        "/profiles/{text}",
        "/profiles/{text}/limits",
        "/profiles/{text}/isolation",
        "/connect_sessions",
        "/connect_sessions/authenticate",
        "/event_endpoints",
        "/keys",
        "/quotas/{text}/dm-hubs",
        "/account_conflicts/approve",
    ];

    public string Name => "fuzz";

    public string Sentence =>
        "Odd calls and odd answers of Autodesk, made by chance: each is answered with JSON and a status that is meant, and none with an internal error.";

    public bool IsCheck => true;

    public async Task RunAsync(ScenarioRun run)
    {
        run.Setup = "1 server process over HTTP, SQLite, emulator in this process";
        run.Phase($"starting {run.Setup}");
        await using var emulator = await EmulatorHost.StartAsync();
        await using var hub = await ServerProcess.StartAsync(
            emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Autodesk__AttemptTimeout"] = "00:00:02",
                ["TenantHub__Resilience__SettleTime"] = "00:00:00.200",
                ["TenantHub__Resilience__RetryDelay"] = "00:00:00.010",
                ["TenantHub__Resilience__MinimumThroughput"] = "1000",
            }
        );
        var (clientId, secret) = await emulator.AddAppAsync();
        var emulated = await emulator.AddAccountAsync([clientId]);
        var linked = await hub.Http.LinkAsync(clientId, secret, (string)emulated["acc_account_id"]!);
        var fuzz = new Fuzz(hub, emulator, clientId, linked.Text("id")!, emulated, run);

        var calls = run.Pick(normal: 100_000, inShort: 2_000);
        run.Phase($"{calls:N0} odd calls");
        await Pace.EachAsync(calls * 2 / 3, 16, (i, _) => fuzz.CallAsync(new Random(Seed + i)));
        run.Phase("odd questions");
        await Pace.EachAsync(calls / 3, 16, (i, _) => fuzz.AskAsync(new Random(Seed - i)));
        run.Phase("odd answers of Autodesk");
        for (var i = 0; i < calls / 50; i++)
            await fuzz.AnswerAsync(new Random(Seed ^ i));

        run.Note("calls", fuzz.Calls);
        run.Note("errors", fuzz.Wrong.Count);
        run.Remarks.AddRange(fuzz.Wrong.Take(10));
    }

    private sealed class Fuzz(ServerProcess hub, EmulatorHost emulator, string clientId, string account, JsonNode emulated, ScenarioRun run)
    {
        private readonly IReadOnlyList<ActionDefinition> _actions = [.. ActionCatalog.Load().All];
        private readonly Tally _tally = run.Recorder.Tally("calls");
        private int _calls;

        public System.Collections.Concurrent.ConcurrentQueue<string> Wrong { get; } = new();

        public int Calls => _calls;

        public Task CallAsync(Random random)
        {
            var action = _actions[random.Next(_actions.Count)];
            var call = new JsonObject { ["action"] = random.Next(20) == 0 ? Pick(random, OddTexts) : action.Id };
            foreach (var member in (string[])["path", "query", "headers"])
                if (random.Next(4) != 0)
                    call[member] = random.Next(12) == 0 ? Json(random) : Values(random, action, member);
            var raw = random.Next(3) == 0 ? Pick(random, OddJson) : null; // As it is: some of it is no document of .NET's.
            if (raw is not null)
                call["body"] = Place;
            else if (random.Next(2) == 0)
                call["body"] = Body(random);
            var bytes = Encoding.UTF8.GetBytes(call.ToJsonString().Replace($"\"{Place}\"", raw, StringComparison.Ordinal));
            if (random.Next(4) == 0)
                Damage(random, bytes);
            return SendAsync(random, HttpMethod.Post, random.Next(10) == 0 ? "/actions/plan" : "/actions/rpc", bytes);
        }

        public Task AskAsync(Random random)
        {
            if (random.Next(2) == 0)
                return SendAsync(random, HttpMethod.Get, Pick(random, OddPaths) + Uri.EscapeDataString(Pick(random, OddTexts)), null);
            var path = Pick(random, OddWrites)
                .Replace("{account}", "acc_" + new string('0', 26), StringComparison.Ordinal)
                .Replace("{text}", Uri.EscapeDataString(Pick(random, OddTexts)), StringComparison.Ordinal);
            var method = random.Next(4) switch
            {
                0 => HttpMethod.Patch,
                1 => HttpMethod.Put,
                2 => HttpMethod.Delete,
                _ => HttpMethod.Post,
            };
            return SendAsync(
                random,
                method,
                path,
                Encoding.UTF8.GetBytes(random.Next(2) == 0 ? Pick(random, OddJson) : Body(random).ToJsonString())
            );
        }

        /// <summary>One call whose answer was made up. They come one after the other, because the answer is for whoever asks
        /// next.</summary>
        public async Task AnswerAsync(Random random)
        {
            var body =
                random.Next(3) == 0
                    ? "{\"data\":"
                        + Pick(random, OddJson)
                        + ",\"links\":"
                        + Pick(random, OddJson)
                        + ",\"included\":"
                        + Pick(random, OddJson)
                        + "}"
                    : Pick(random, OddJson);
            var bytes = Encoding.UTF8.GetBytes(body);
            if (random.Next(3) == 0)
                Damage(random, bytes);
            await emulator.FaultAsync(
                new
                {
                    kind = "answer",
                    client_id = clientId,
                    times = 1,
                    status = (int[])[200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 418, 429, 500, 503] is var statuses
                        ? statuses[random.Next(statuses.Length)]
                        : 0,
                    headers = new Dictionary<string, string>
                    {
                        ["Content-Type"] = (
                            (string[])["application/json", "text/html", "application/vnd.api+json; charset=utf-16", "image/png"]
                        )[random.Next(4)],
                        [((string[])["Location", "Retry-After", "Content-Encoding", "X-Odd"])[random.Next(4)]] = (
                            (string[])["0", "1.5", "gzip", "/x/", "-1"]
                        )[random.Next(5)],
                    },
                    body_base64 = Convert.ToBase64String(bytes),
                }
            );
            var action = _actions[random.Next(_actions.Count)];
            var call = new JsonObject { ["action"] = action.Id, ["path"] = Good(action) };
            await SendAsync(random, HttpMethod.Post, "/actions/rpc", Encoding.UTF8.GetBytes(call.ToJsonString()), odd: false);
            using var cleared = await emulator.Control.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative)); // Where nothing was asked of Autodesk.
        }

        private async Task SendAsync(Random random, HttpMethod method, string path, byte[]? body, bool odd = true)
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation(
                    "Content-Type",
                    odd && random.Next(15) == 0
                        ? Pick(random, ["text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x", "x"])
                        : "application/json"
                );
            }

            request.Headers.TryAddWithoutValidation("x-account-id", odd && random.Next(15) == 0 ? Ascii(Pick(random, OddTexts)) : account);
            request.Headers.TryAddWithoutValidation(
                "Prefer",
                odd && random.Next(4) == 0 ? "wait=" + Ascii(Pick(random, OddTexts)) : "wait=1"
            );
            if (random.Next(6) == 0)
                request.Headers.TryAddWithoutValidation("Idempotency-Key", Ascii(Pick(random, OddTexts)));
            if (random.Next(6) == 0)
                request.Headers.TryAddWithoutValidation("Priority", "u=" + Ascii(Pick(random, OddTexts)));
            var since = TimeProvider.System.GetTimestamp();
            using var answer = await hub.Http.SendAsync(request);
            var text = await answer.Content.ReadAsByteArrayAsync();
            run.Recorder.Add(_tally, TimeProvider.System.GetElapsedTime(since), null);
            Interlocked.Increment(ref _calls);
            if (Fault(answer, text) is { } fault)
                Wrong.Enqueue(
                    $"{fault}: {method} {(path.Length > 200 ? path[..200] : path)} {(body is null ? "" : Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 400))))} -> {(int)answer.StatusCode} {Encoding.UTF8.GetString(text.AsSpan(0, Math.Min(text.Length, 300)))}"
                );
        }

        private static string? Fault(HttpResponseMessage answer, byte[] text)
        {
            if (answer.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.NotImplemented)
                return "internal error";
            if (answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType is not "application/json")
                return null; // A page or a stream.
            if (answer.Content.Headers.ContentType?.MediaType is "text/html" || (int)answer.StatusCode is >= 300 and < 400)
                return null; // The Link page's own refusal; the way to the console.
            if (!answer.IsSuccessStatusCode && text.Length > LongestFault)
                return $"an error of {text.Length:N0} bytes";
            try
            {
                using var json = JsonDocument.Parse(text);
                return answer.IsSuccessStatusCode || json.RootElement.TryGetProperty("code", out _) ? null : "an error without a code";
            }
            catch (JsonException)
            {
                return "no JSON";
            }
        }

        private JsonObject Good(ActionDefinition action)
        {
            var project = emulated["projects"]![0]!;
            var known = new Dictionary<string, string?>
            {
                ["project_id"] = (string?)project["id"],
                ["folder_id"] = (string?)project["folders"]![0]!["id"],
                ["item_id"] = (string?)project["items"]![0]!["id"],
                ["user_id"] = (string?)emulated["users"]![0]!["id"],
                ["version_id"] = (string?)project["items"]![0]!["versions"]![0],
                ["hub_id"] = (string?)emulated["acc_account_id"],
                ["bucketKey"] = "fuzzed-bucket",
                ["objectKey"] = "x",
                ["system"] = "data",
                ["event"] = "dm.version.added",
            };
            return new(Names(action, "path").Where(known.ContainsKey).Select(name => KeyValuePair.Create(name, (JsonNode?)known[name])));
        }

        private static JsonObject Values(Random random, ActionDefinition action, string member)
        {
            var values = new JsonObject();
            var names = Names(action, member).ToList();
            for (var i = random.Next(4); i >= 0; i--)
            {
                var name = names.Count == 0 || random.Next(5) == 0 ? Pick(random, OddTexts) : names[random.Next(names.Count)];
                values[name] = random.Next(4) == 0 ? Json(random) : Pick(random, OddTexts);
            }

            return values;
        }

        private static IEnumerable<string> Names(ActionDefinition action, string member) =>
            action.InputSchema.TryGetProperty("properties", out var all)
            && all.TryGetProperty(member, out var part)
            && part.TryGetProperty("properties", out var names)
                ? names.EnumerateObject().Select(name => name.Name)
                : [];

        private static JsonObject Body(Random random, int depth = 0)
        {
            var body = new JsonObject();
            foreach (
                var name in (string[])
                    [
                        "jsonapi",
                        "data",
                        "type",
                        "attributes",
                        "relationships",
                        "name",
                        "id",
                        "email",
                        "bucketKey",
                        "policyKey",
                        "origin_owner_id",
                        "credentials",
                        "setup_information",
                        "role",
                        "url",
                    ]
            )
                if (random.Next(4) == 0)
                    body[name] =
                        depth < 4 && random.Next(3) == 0 ? Body(random, depth + 1)
                        : random.Next(2) == 0 ? Json(random)
                        : Pick(random, OddTexts);
            return body;
        }

        private static JsonNode? Json(Random random)
        {
            try
            {
                var node = JsonNode.Parse(Pick(random, OddJson));
                _ = node?.ToJsonString();
                return node;
            }
            catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
            {
                return null;
            }
        }

        private static void Damage(Random random, byte[] bytes)
        {
            for (var i = random.Next(3); i >= 0 && bytes.Length > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        private static string Ascii(string text) => string.Concat(text.Where(letter => letter is >= ' ' and < '\u007f'));

        private static string Pick(Random random, string[] choices) => choices[random.Next(choices.Length)];
    }
}
