using System.Collections.Concurrent;
using TenantHub.Client;

namespace TenantHub.Cli.Load;

/// <summary>Calls at a rate: begins each when it is due, and counts what becomes of it.</summary>
internal sealed class LoadRun(int calls, double rate, int inFlight, TimeProvider clock)
{
    private readonly ConcurrentBag<double> _took = [];
    private readonly ConcurrentDictionary<(string Code, string Source, int ExitCode), int> _errors = [];
    private int _begun;
    private int _running;
    private int _skipped;
    private TimeSpan _elapsed;

    /// <summary>Runs the calls until all have ended. When it is cancelled no more are begun, and those on their way are given up.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> call, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var (began, running) = (clock.GetTimestamp(), new List<Task>());
        for (var i = 0; i < calls && !cancellationToken.IsCancellationRequested; i++)
        {
            var due = TimeSpan.FromSeconds(i / rate);
            await WaitUntilAsync(began, due, cancellationToken);
            if (cancellationToken.IsCancellationRequested)
                break;
            progress?.Report(i + 1);
            if (Volatile.Read(ref _running) >= inFlight)
            {
                _skipped++;
                continue;
            }

            _begun++;
            Interlocked.Increment(ref _running);
            running.Add(OneAsync(call, began, due, cancellationToken));
        }

        await Task.WhenAll(running);
        _elapsed = clock.GetElapsedTime(began);
    }

    public LoadReport Report(string action, string accountId)
    {
        var took = _took.Order().ToArray();
        var errors = _errors
            .Select(error => new LoadError(error.Key.Code, error.Key.Source, error.Value, error.Key.ExitCode))
            .OrderByDescending(error => error.Calls)
            .ThenBy(error => error.Code, StringComparer.Ordinal)
            .ToList();
        return new LoadReport(
            action,
            accountId,
            _begun,
            took.Length,
            errors.Sum(error => error.Calls),
            _skipped,
            _elapsed.TotalSeconds,
            _elapsed > TimeSpan.Zero ? _begun / _elapsed.TotalSeconds : 0,
            took.Length == 0 ? null : new(At(0.5), At(0.9), At(0.99), took[^1]),
            errors
        );

        double At(double share) => took[(int)Math.Ceiling(share * took.Length) - 1];
    }

    private async Task WaitUntilAsync(long began, TimeSpan due, CancellationToken cancellationToken)
    {
        if (due - clock.GetElapsedTime(began) is var wait && wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task OneAsync(Func<CancellationToken, Task> call, long began, TimeSpan due, CancellationToken cancellationToken)
    {
        try
        {
            await call(cancellationToken);
            _took.Add((clock.GetElapsedTime(began) - due).TotalMilliseconds);
        }
        catch (TenantHubException error)
        {
            Count(error.Code, error.Source, ExitCode.Of(error));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Count("interrupted", "caller", ExitCode.Interrupted);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void Count(string code, string source, int exitCode) =>
        _errors.AddOrUpdate((code, source, exitCode), 1, static (_, count) => count + 1);
}

/// <summary>What became of the calls.</summary>
/// <param name="Action">The action.</param>
/// <param name="AccountId">The account.</param>
/// <param name="Calls">How many were begun.</param>
/// <param name="Succeeded">How many did what was asked.</param>
/// <param name="Failed">How many did not.</param>
/// <param name="Skipped">How many were due and not begun, because too many were on their way.</param>
/// <param name="Seconds">How long it took until the last had ended.</param>
/// <param name="PerSecond">Calls begun per second.</param>
/// <param name="Milliseconds">How long those took that succeeded, from when they were due; null when none did.</param>
/// <param name="Errors">The others by class, the most frequent first.</param>
internal sealed record LoadReport(
    string Action,
    string AccountId,
    int Calls,
    int Succeeded,
    int Failed,
    int Skipped,
    double Seconds,
    double PerSecond,
    LoadTimes? Milliseconds,
    IReadOnlyList<LoadError> Errors
)
{
    /// <summary>Gets the class of the most frequent error; 0 when every call succeeded, and that of a limit when calls were only
    /// skipped.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int ExitCode =>
        Errors is [var most, ..] ? most.ExitCode
        : Skipped > 0 ? Cli.ExitCode.TryLater
        : Cli.ExitCode.Done;
}

internal sealed record LoadTimes(double P50, double P90, double P99, double Max);

internal sealed record LoadError(string Code, string Source, int Calls, int ExitCode);
