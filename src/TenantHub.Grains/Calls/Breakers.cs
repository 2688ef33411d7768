using Polly;
using Polly.CircuitBreaker;

namespace TenantHub.Calls;

/// <summary>
/// A circuit breaker of Polly's. While it is closed it need not stand around a request: it is told afterwards how the request ended, which
/// counts alike. One that is not closed lets few through or none, so there its pipeline has to stand around the request.
/// </summary>
internal sealed class Breaker(CircuitBreakerStateProvider state, ResiliencePipeline<Attempt> pipeline)
{
    public bool IsClosed => state.CircuitState is CircuitState.Closed;

    public ResiliencePipeline<Attempt> Pipeline => pipeline;

    /// <summary>Counts an attempt that has ended. A breaker that has opened meanwhile does not count it.</summary>
    public async ValueTask TellAsync(Attempt attempt)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true);
        await pipeline.ExecuteOutcomeAsync(static (_, attempt) => ValueTask.FromResult(Outcome.FromResult(attempt)), context, attempt);
        ResilienceContextPool.Shared.Return(context);
    }
}

/// <summary>The circuit breakers of one request.</summary>
/// <param name="Own">Its account's; null as long as no request of the account has failed.</param>
/// <param name="Shared">That of all accounts of its client id, quota group and region.</param>
internal readonly record struct Breakers(Breaker? Own, Breaker Shared)
{
    public bool AreClosed => Own is not { IsClosed: false } && Shared.IsClosed;

    /// <summary>Tells the breakers how an attempt has ended, and gives it back.</summary>
    public async ValueTask<Attempt> TellAsync(Attempt attempt)
    {
        if (Own is { } own)
            await own.TellAsync(attempt);
        await Shared.TellAsync(attempt);
        return attempt;
    }

    /// <summary>Makes an attempt behind the breakers, whose refusal is a <see cref="BrokenCircuitException"/>. To them a fault is no
    /// outage.</summary>
    public async Task<Outcome<Attempt>> RunAsync(Func<CancellationToken, Task<Attempt>> attempt, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        try
        {
            var shared = Shared.Pipeline;
            return Own is { } own
                ? await own.Pipeline.ExecuteOutcomeAsync(
                    (inner, call) => shared.ExecuteOutcomeAsync(TryAsync, inner, call),
                    context,
                    attempt
                )
                : await shared.ExecuteOutcomeAsync(TryAsync, context, attempt);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        static async ValueTask<Outcome<Attempt>> TryAsync(ResilienceContext context, Func<CancellationToken, Task<Attempt>> attempt)
        {
            try
            {
                return Outcome.FromResult(await attempt(context.CancellationToken));
            }
            catch (Exception exception)
            {
                return Outcome.FromException<Attempt>(exception);
            }
        }
    }
}
