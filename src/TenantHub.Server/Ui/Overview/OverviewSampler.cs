using TenantHub.Accounts;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Quotas;
using TenantHub.Server.Errors;
using TenantHub.Server.Quotas;
using TenantHub.Server.Ui.Accounts;
using TenantHub.Telemetry;

namespace TenantHub.Server.Ui.Overview;

/// <summary>
/// The figures of the overview: taken once for all who look, and only while somebody looks. When taking them takes long, it is done less
/// often, so that it never costs more than a twentieth of one processor.
/// </summary>
internal sealed partial class OverviewSampler(
    IAccountDirectory accounts,
    ICallLog calls,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<OverviewSampler> logger
)
{
    public static readonly TimeSpan History = 30 * CallCount.Span;
    private const int MaxQuotas = 500;
    private const int Share = 20;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _viewers;
    private bool _isRunning;
    private List<CallCount> _counted = [];

    /// <summary>Gets the last figures; null before the first.</summary>
    public OverviewFigures? Latest { get; private set; }

    /// <summary>Gets what ends when there are figures at all.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Somebody looks, until the answer is disposed.</summary>
    public IDisposable Watch()
    {
        lock (_lock)
        {
            _viewers++;
            if (!_isRunning)
                _ = RunAsync();
            _isRunning = true;
        }

        return new Viewing(this);
    }

    private void Leave()
    {
        lock (_lock)
            _viewers--;
    }

    private async Task RunAsync()
    {
        await Task.Yield(); // Whoever looks first does not wait for the figures.
        while (true)
        {
            var since = clock.GetTimestamp();
            Latest = await TakeAsync();
            _ready.TrySetResult();
            var took = clock.GetElapsedTime(since);
            await Task.Delay(took * Share > Every ? took * Share : Every, clock);
            lock (_lock)
            {
                _isRunning = _viewers > 0;
                if (!_isRunning)
                    return;
            }
        }
    }

    private async Task<OverviewFigures> TakeAsync()
    {
        try
        {
            var statuses = await Task.WhenAll(
                Enum.GetValues<AccountStatus>()
                    .Select(async status => (status, await accounts.CountAsync(new AccountFilter { Statuses = [status] })))
            );
            var changed = await accounts.ListAsync(OverviewFigures.LatestChanges);
            var management = grains.GetGrain<IManagementGrain>(0);
            var hosts = await management.GetHosts(onlyActive: true);
            var reports = (await management.SendControlCommandToProvider<SiloReports>(SiloReports.Name, 0, null))
                .OfType<SiloReport>()
                .ToList();
            var quotas = await QuotaEndpoints.ActiveAsync(grains, 1, MaxQuotas);
            var failed = await calls.ListAsync(
                new CallLogFilter
                {
                    Success = false,
                    From = clock.GetUtcNow() - TimeSpan.FromMinutes(10),
                    PageSize = 8,
                }
            );
            QuotaDescription[] tight =
            [
                .. quotas
                    .Where(OverviewFigures.IsTight)
                    .OrderByDescending(quota => quota.Waiting.Count)
                    .ThenByDescending(quota => (double)quota.Used / quota.Limit)
                    .Take(8),
            ];
            return new()
            {
                At = clock.GetUtcNow(),
                Accounts = statuses.ToDictionary(pair => pair.status, pair => pair.Item2),
                Calls = await CountAsync(),
                Quotas = tight,
                Names = await NamesAsync([
                    .. tight.SelectMany(quota => quota.Waiting.Take(OverviewFigures.MaxWaiting)).Select(waiting => waiting.AccountId),
                    .. failed.Select(call => call.AccountId),
                ]),
                Silos = [.. hosts.Select(host => $"{host.Key.Endpoint}")],
                Waiting = reports.Sum(report => report.Waiting),
                Breakers = [.. reports.SelectMany(report => report.Breakers)],
                Failures = failed,
                Changes = changed,
            };
        }
        catch (Exception exception)
        {
            LogNotTaken(exception);
            return (Latest ?? new() { At = clock.GetUtcNow() }) with { Fault = FaultExceptionHandler.Describe(exception) };
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> NamesAsync(HashSet<string> ids)
    {
        if (ids.Count == 0)
            return new Dictionary<string, string>();
        var found = await accounts.ListAsync(
            new AccountFilter
            {
                AccountIds = [.. ids],
                PageSize = ids.Count,
                Statuses = Enum.GetValues<AccountStatus>(),
            }
        );
        return found.ToDictionary(account => account.Id, AccountPage.NameOf);
    }

    /// <summary>What is over does not change any more: only the last two spans are counted again.</summary>
    private async Task<IReadOnlyList<CallCount>> CountAsync()
    {
        var oldest = clock.GetUtcNow() - History;
        var from = _counted.Count > 0 ? clock.GetUtcNow() - CallCount.Span : oldest;
        var fresh = await calls.CountAsync(from);
        _counted = [.. _counted.Where(count => count.At > oldest - CallCount.Span && fresh.All(other => other.At != count.At)), .. fresh];
        return _counted;
    }

    [LoggerMessage(7402, LogLevel.Warning, "The figures of the overview could not be taken")]
    private partial void LogNotTaken(Exception exception);

    private sealed class Viewing(OverviewSampler sampler) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                sampler.Leave();
        }
    }
}

/// <summary>The figures of one moment.</summary>
internal sealed record OverviewFigures
{
    /// <summary>How many of those who wait for a limit are named.</summary>
    public const int MaxWaiting = 3;

    /// <summary>What is asked for <see cref="Changes"/>: an unlinked account has changed too.</summary>
    public static readonly AccountFilter LatestChanges = new()
    {
        LatestChangesFirst = true,
        Statuses = Enum.GetValues<AccountStatus>(),
        PageSize = 8,
    };

    public required DateTimeOffset At { get; init; }

    public IReadOnlyDictionary<AccountStatus, long> Accounts { get; init; } = new Dictionary<AccountStatus, long>();

    public IReadOnlyList<CallCount> Calls { get; init; } = [];

    public IReadOnlyList<QuotaDescription> Quotas { get; init; } = [];

    /// <summary>Gets the names of the accounts that wait or failed.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Silos { get; init; } = [];

    public long Waiting { get; init; }

    public IReadOnlyList<OpenBreaker> Breakers { get; init; } = [];

    public IReadOnlyList<CallRecord> Failures { get; init; } = [];

    /// <summary>Gets the accounts whose status changed last, the last first.</summary>
    public IReadOnlyList<AccountDescription> Changes { get; init; } = [];

    /// <summary>Gets why these are older figures; null when they are not.</summary>
    public ServiceError? Fault { get; init; }

    public static bool IsTight(QuotaDescription quota) =>
        quota.Waiting.Count > 0 || quota.PausedUntil is not null || quota.Used >= 0.8 * (quota.LearnedLimit ?? quota.Limit);
}
