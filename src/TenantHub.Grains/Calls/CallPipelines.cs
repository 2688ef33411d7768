using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using TenantHub.Telemetry;

namespace TenantHub.Calls;

/// <summary>
/// The Polly pipelines that requests to Autodesk go through once something has failed, one set per silo. From the outside in: the repeats;
/// the account's own circuit breaker, which exists only once a request of the account has failed; the breaker that all accounts share of
/// one client id, quota group and region.
/// </summary>
/// <remarks>
/// The shared breaker must open when Autodesk fails, and not when one tenant's data makes Autodesk fail. So a failure counts there only if
/// the one counted before it came from another account: one tenant alone can never open it for the others (ADR 7).
/// </remarks>
internal sealed class CallPipelines : IDisposable
{
    private static readonly TimeSpan KeptUnused = TimeSpan.FromMinutes(10);

    private readonly ResilienceOptions _options;
    private readonly TimeProvider _clock;
    private readonly TenantHubTelemetry _telemetry;
    private readonly MemoryCache _shared = new(new MemoryCacheOptions());

    public CallPipelines(IOptions<ResilienceOptions> options, TimeProvider clock, TenantHubTelemetry telemetry)
    {
        (_options, _clock, _telemetry) = (options.Value, clock, telemetry);
        Repeats = _options.MaxRetries == 0 ? ResiliencePipeline<Attempt>.Empty : NewRepeats();
    }

    /// <summary>Gets the pipeline that repeats what an attempt calls repeatable.</summary>
    public ResiliencePipeline<Attempt> Repeats { get; }

    /// <summary>Gives the breakers of a call's next request; a shared one that nobody has used for ten minutes is forgotten.</summary>
    public Breakers BreakersOf(ApsCall call)
    {
        var group = call.Action.QuotaGroupName!;
        var key = (call.App.ClientId, group, call.Context.Region);
        var shared = _shared.TryGetValue(key, out Breaker? known)
            ? known!
            : _shared.GetOrCreate(key, entry => NewSharedBreaker(entry, group))!;
        return new(call.Account.TrafficSoFar?.FindBreaker(group), shared);
    }

    /// <summary>Sees to it that the call's account has a breaker of its own.</summary>
    public void AddOwnBreaker(ApsCall call)
    {
        var (traffic, group) = (call.Account.Traffic, call.Action.QuotaGroupName!);
        if (traffic.FindBreaker(group) is null)
            traffic.AddBreaker(group, NewBreaker(group, "account", static _ => true));
    }

    public void Dispose() => _shared.Dispose();

    private ResiliencePipeline<Attempt> NewRepeats() =>
        new ResiliencePipelineBuilder<Attempt> { TimeProvider = _clock }
            .AddRetry(
                new RetryStrategyOptions<Attempt>
                {
                    MaxRetryAttempts = _options.MaxRetries,
                    ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result is { IsRepeatable: true }),
                    DelayGenerator = arguments =>
                        ValueTask.FromResult<TimeSpan?>(
                            arguments.Outcome.Result is { IsRateLimited: true }
                                ? TimeSpan.Zero
                                : FullJitter(arguments.AttemptNumber) + (arguments.Outcome.Result?.AskedWait ?? TimeSpan.Zero)
                        ),
                }
            )
            .Build();

    /// <summary>Anything from nothing to the whole wait: callers that failed together do not come back together.</summary>
    private TimeSpan FullJitter(int attempt)
    {
        var most = Math.Min(_options.RetryDelay.TotalMilliseconds * Math.Pow(2, attempt), _options.MaxRetryDelay.TotalMilliseconds);
#pragma warning disable CA5394 // Spreads load; nothing depends on its being unpredictable.
        return TimeSpan.FromMilliseconds(most * Random.Shared.NextDouble());
#pragma warning restore CA5394
    }

    private Breaker NewSharedBreaker(ICacheEntry entry, string quotaGroup)
    {
        entry.SlidingExpiration = KeptUnused;
        string? lastCounted = null;
        return NewBreaker(
            quotaGroup,
            "shared",
            attempt =>
            {
                if (attempt.AccountId == lastCounted)
                    return false;
                lastCounted = attempt.AccountId;
                return true;
            }
        );
    }

    private Breaker NewBreaker(string quotaGroup, string scope, Func<Attempt, bool> counts)
    {
        var (breaker, state) = (new object(), new CircuitBreakerStateProvider()); // The object is its name for telemetry.
        return new(
            state,
            new ResiliencePipelineBuilder<Attempt> { TimeProvider = _clock }
                .AddCircuitBreaker(
                    new CircuitBreakerStrategyOptions<Attempt>
                    {
                        StateProvider = state,
                        FailureRatio = _options.FailureRatio,
                        MinimumThroughput = _options.MinimumThroughput,
                        SamplingDuration = _options.SamplingDuration,
                        BreakDuration = _options.BreakDuration,
                        ShouldHandle = arguments =>
                            ValueTask.FromResult(arguments.Outcome.Result is { IsOutage: true } failed && counts(failed)),
                        OnOpened = arguments =>
                        {
                            _telemetry.BreakerOpened(breaker, quotaGroup, scope, arguments.BreakDuration);
                            return default;
                        },
                        OnClosed = _ =>
                        {
                            _telemetry.BreakerClosed(breaker, quotaGroup, scope);
                            return default;
                        },
                    }
                )
                .Build()
        );
    }
}
