using System.CommandLine;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Quotas;
using TenantHub.Storage.Encryption;

namespace TenantHub.LoadTests.Micro;

/// <summary>What the pieces of one call cost. Nanoseconds and bytes; a whole call is in the peers' comparison.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // The process ends with the benchmarks.
public class MicroBenchmarks
#pragma warning restore CA1001
{
    private const string Owner = "account/acc_01";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly LinkedAccountContext Context = new("0d4fbd1d-7a2c-4b0e-9c1e-2f1f3c7e5a11", "US", "client", null);
    private static readonly LaneCall Call = new("autodesk_list_items", IsWrite: false);

    private readonly Lane _lane = new(64, TimeProvider.System);
    private readonly ActionCatalog _catalog = ActionCatalog.Load();
    private readonly ApsOptions _options = new();
    private readonly SecretVault _vault = new(new EphemeralDataProtectionProvider());
    private readonly Dictionary<string, Secret> _secrets = new()
    {
        ["client_secret"] = new Secret("a-secret-of-the-usual-length-0123456789"),
    };
    private readonly ActionRequest _request = new("autodesk_list_folder_contents")
    {
        Path = new Dictionary<string, string>
        {
            ["project_id"] = "b.7e3f3c0a-5f3b-4a56-9a0e-1f0f5c9f2d11",
            ["folder_id"] = "urn:adsk.wipprod:fs.folder:co.BJU3PTc4Sd2CmXM492XUiA",
        },
        Query = new Dictionary<string, string[]> { ["page_size"] = ["50"] },
    };

    private readonly ActionResult _result = new ActionResult.Succeeded(200, new JsonBytes(new byte[1024]), null);
    private readonly Serializer _serializer = new ServiceCollection()
        .AddSerializer()
        .BuildServiceProvider()
        .GetRequiredService<Serializer>();
    private QuotaBucket _ample = null!;
    private ReservedPermits _permits = null!;
    private QuotaBucket _crowded = null!;
    private TenantHub.Secrets.SealedSecrets _sealed = null!;
    private ActionDefinition _action = null!;
    private TimeSpan _now;

    /// <summary>The command that runs them.</summary>
    public static Command Command()
    {
        var command = new Command("micro", "Measures the pieces of a call one by one (BenchmarkDotNet).");
        command.SetAction(_ =>
        {
            BenchmarkRunner.Run<MicroBenchmarks>(
                ManualConfig
                    .Create(DefaultConfig.Instance)
                    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
                    .WithArtifactsPath("artifacts/micro")
            );
        });
        return command;
    }

    [GlobalSetup]
    public void SetUp()
    {
        (_ample, _permits) = (new QuotaBucket(new LimitTable(1_000_000_000), new Pause(Minute), Minute), new ReservedPermits(1));
        _permits.Add(1_000_000_000);
        _crowded = new QuotaBucket(new LimitTable(300), new Pause(Minute), Minute);
        for (var account = 0; account < 1_000; account++)
            _crowded.Enqueue($"acc_{account}", 1);
        _sealed = _vault.Seal(Owner, _secrets);
        _action = _catalog.Find(_request.ActionId)!;
    }

    [Benchmark(Description = "lane: enter and leave, nobody waits")]
    public async Task<bool> Lane()
    {
        using var place = await _lane.EnterAsync(Call, Minute, CancellationToken.None);
        return place.HasStarted;
    }

    [Benchmark(Description = "quota: permit lent and answered, budget ample")]
    public bool QuotaAmple()
    {
        _now += TimeSpan.FromMicroseconds(50);
        var lent = _ample.TryLendAtOnce(_now);
        _permits.End(_permits.Lend(_now), _now);
        _ample.Answer(_now);
        return lent;
    }

    [Benchmark(Description = "quota: one of 1,000 waiting accounts served in turn")]
    public bool QuotaCrowded()
    {
        _now += TimeSpan.FromMilliseconds(200);
        if (_crowded.Lend(_now) is not { } waiter)
            return false;
        _crowded.Answer(_now);
        _crowded.Enqueue(waiter.AccountId, 1);
        return true;
    }

    [Benchmark(Description = "catalog: find an action and check its input")]
    public bool Validate() => InputValidator.Validate(_catalog.Find(_request.ActionId)!, _request, Context) is null;

    [Benchmark(Description = "request: build it for Autodesk")]
    public Uri Build()
    {
        using var message = ApsRequestFactory.Create(_action, _request, Context, _options);
        return message.RequestUri!;
    }

    [Benchmark(Description = "secrets: open a sealed client secret")]
    public int Open() => _vault.Open(Owner, _sealed).Count;

    [Benchmark(Description = "serializer: a request there and back (between silos)")]
    public ActionRequest? SerializeRequest() => _serializer.Deserialize<ActionRequest>(_serializer.SerializeToArray(_request));

    [Benchmark(Description = "serializer: an answer of 1 KB there and back (between silos)")]
    public ActionResult? SerializeResult() => _serializer.Deserialize<ActionResult>(_serializer.SerializeToArray(_result));
}
