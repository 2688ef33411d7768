using System.Text.RegularExpressions;
using TenantHub.Testing;
using Xunit;

namespace TenantHub.Server.Telemetry;

/// <summary>Tests that share one <see cref="BusyServer"/>.</summary>
[CollectionDefinition(Name)]
public sealed class BusyServerCollection : ICollectionFixture<BusyServer>
{
    public const string Name = "busy hub";
}

/// <summary>A hub to which everything has happened that is counted, and its /metrics afterwards.</summary>
public sealed partial class BusyServer : IAsyncLifetime
{
    private EmulatorHost _emulator = null!;
    private ServerProcess _hub = null!;

    /// <summary>Gets the whole answer of /metrics.</summary>
    public string Metrics { get; private set; } = "";

    public string AccountId { get; private set; } = "";

    public string ClientId { get; private set; } = "";

    public ServerProcess Hub => _hub;

    /// <summary>Gets the names of all metrics.</summary>
    public IReadOnlyCollection<string> Names => [.. Samples().Select(sample => sample.Groups["name"].Value).Distinct()];

    /// <summary>Gets the names of all labels.</summary>
    public IReadOnlyCollection<string> Labels =>
        [
            .. Samples()
                .SelectMany(sample => Label().Matches(sample.Groups["labels"].Value))
                .Select(label => label.Groups[1].Value)
                .Distinct(),
        ];

    public async ValueTask InitializeAsync()
    {
        _emulator = await EmulatorHost.StartAsync();
        _hub = await ServerProcess.StartAsync(
            _emulator.Address,
            settings: new Dictionary<string, string>
            {
                ["TenantHub__Resilience__MinimumThroughput"] = "2",
                ["TenantHub__Resilience__BreakDuration"] = "00:10:00",
                ["TenantHub__Resilience__RetryDelay"] = "00:00:00.010",
                ["TenantHub__Resilience__SettleTime"] = "00:00:00.010",
            }
        );
        (ClientId, var secret) = await _emulator.AddAppAsync();
        var account = await _emulator.AddAccountAsync([ClientId]);
        AccountId = (await _hub.Http.LinkAsync(ClientId, secret, (string)account["acc_account_id"]!)).Text("id")!;

        // Twice a success, once a 429 before it; a token that is refused; an outage that opens a breaker.
        await _hub.Http.RpcAsync(AccountId, new { action = "autodesk_list_hubs" });
        await _emulator.FaultAsync(
            new
            {
                match = new { path_prefix = "/oss/v2/buckets" },
                kind = "retry_after",
                headers = new Dictionary<string, string> { ["Retry-After"] = "1" },
                times = 1,
            }
        );
        await _hub.Http.RpcAsync(AccountId, new { action = "autodesk_list_buckets" });
        await _emulator.FaultAsync(new { kind = "revoke_tokens", client_id = ClientId });
        await _hub.Http.RpcAsync(AccountId, new { action = "autodesk_list_hubs" });
        await _emulator.FaultAsync(
            new
            {
                match = new { path_regex = "/projects$" },
                kind = "status",
                status = 500,
                times = 20,
            }
        );
        await _hub.Http.RpcAsync(AccountId, new { action = "autodesk_list_projects" });

        // A write whose answer is lost and which is found, and the same key once more.
        await _emulator.FaultAsync(
            new
            {
                match = new { method = "POST", path_prefix = "/oss/v2/buckets" },
                kind = "lost_answer",
                times = 1,
            }
        );
        var bucket = new
        {
            action = "autodesk_create_bucket",
            body = new { bucketKey = "bucket" + Guid.NewGuid().ToString("N"), policyKey = "transient" },
        };
        foreach (var origin in new[] { "read_back", "replay" })
        {
            var answer = await _hub.Http.RpcAsync(AccountId, bucket, ("Idempotency-Key", "key-1"));
            Assert.Equal(origin, answer.Headers.GetValueOrDefault("x-answer-origin"));
        }

        Metrics = await _hub.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _emulator.DisposeAsync();
    }

    /// <summary>The value of the series with the labels given, in the order in which they are written; 0 when there is none.</summary>
    public double Value(string name, params (string Name, string Value)[] labels) =>
        Samples()
            .Where(sample =>
                sample.Groups["name"].Value == name
                && labels.All(label => sample.Groups["labels"].Value.Contains($"{label.Name}=\"{label.Value}\"", StringComparison.Ordinal))
            )
            .Sum(sample => double.Parse(sample.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>How many series a metric has.</summary>
    public int SeriesOf(string name) => Samples().Count(sample => sample.Groups["name"].Value == name);

    private MatchCollection Samples() => Sample().Matches(Metrics);

    [GeneratedRegex(@"^(?<name>[a-z_][a-z0-9_]*)\{(?<labels>[^}]*)\} (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"([a-z_]+)=""")]
    private static partial Regex Label();
}
