using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Health;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Actions;

/// <summary>
/// Runs a call at the server that has its account, and runs it again at the account's next owner when that server stops or dies. Only who
/// is connected to a killed process itself sees that it died.
/// 1. What surely was not sent is repeated: a stopping server said so, or the message never arrived. 2. When nobody knows, a read is
/// repeated, and a write under an idempotency key, whose next owner looks before it sends (docs/adr/0007). 3. Nothing is repeated after
/// the caller's deadline, and an account that is silent by then is given up. (One that answers keeps to the deadline itself, and follows
/// what it has sent to its end.)
/// </summary>
internal sealed partial class CallRelay(
    ActionCatalog catalog,
    AccountsHere here,
    Handover handover,
    SiloHealth health,
    IOptions<LaneOptions> lanes,
    TimeProvider clock,
    ILogger<CallRelay> logger
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100); // Others learn in this time that an account has moved.

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Runs the call; what it throws is what the last attempt threw. What looks like a server that has gone is its database, where
    /// that is silent here too.</summary>
    public async Task<ActionResult> RunAsync(ILinkedAccountGrain account, ActionRequest call, CancellationToken cancellationToken)
    {
        try
        {
            var result = await RepeatAsync(account, call, cancellationToken);
            return IsOwnersRefusal(result) && health.IsDatabaseSilent ? FaultExceptionHandler.DatabaseSilent(nothingWasSent: true) : result;
        }
        catch (Exception exception)
            when ((exception is TimeoutException || IsOwnersEnd(exception))
                && !cancellationToken.IsCancellationRequested
                && health.IsDatabaseSilent
            )
        {
            return FaultExceptionHandler.DatabaseSilent();
        }
    }

    private async Task<ActionResult> RepeatAsync(ILinkedAccountGrain account, ActionRequest call, CancellationToken cancellationToken)
    {
        var came = clock.GetTimestamp();
        var wait = call.MaxWait ?? lanes.Value.DefaultMaxWait;
        var isUncertain = false;
        while (true)
        {
            try
            {
                var result = await AskAsync(account, call, wait - clock.GetElapsedTime(came), cancellationToken);
                if (!IsWorthRepeating(result, isUncertain) || IsLate())
                    return result;
                LogRepeated(account.GetPrimaryKeyString(), call.ActionId, "nothing was sent");
            }
            catch (Exception exception)
                when (IsOwnersEnd(exception) && !cancellationToken.IsCancellationRequested && MayRepeat(exception, call) && !IsLate())
            {
                isUncertain = true;
                call.Lease?.Abandon(); // What was asked first may be reading into it still.
                LogRepeated(account.GetPrimaryKeyString(), call.ActionId, "the server that had it has gone");
            }

            await Task.Delay(Pause, clock, cancellationToken);
            call = call with { MaxWait = wait - clock.GetElapsedTime(came) };
        }

        bool IsLate() => handover.IsLast || clock.GetElapsedTime(came) + Pause >= wait;
    }

    private Task<ActionResult> AskAsync(
        ILinkedAccountGrain account,
        ActionRequest call,
        TimeSpan wait,
        CancellationToken cancellationToken
    ) =>
        here.Has(account.GetGrainId())
            ? account.RunActionAsync(call, cancellationToken)
            : AskElsewhereAsync(account, call, wait, cancellationToken);

    private async Task<ActionResult> AskElsewhereAsync(
        ILinkedAccountGrain account,
        ActionRequest call,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
    {
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = account.RunActionAsync(call, givenUp.Token);
        try
        {
            return await running.WaitAsync(wait > Grace ? wait : Grace, clock, CancellationToken.None);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            if (await AnswersAsync(account) || running.IsCompleted)
                return await running;
            await givenUp.CancelAsync(); // What has not begun by then is not begun.
            throw;
        }
    }

    private async Task<bool> AnswersAsync(ILinkedAccountGrain account)
    {
        var described = account.DescribeAsync();
        await ((Task)described).WaitAsync(Grace, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return described.IsCompletedSuccessfully;
    }

    /// <summary>
    /// A server that refuses because it stops, or because it lost the account, has sent nothing. A key that is in use after an attempt
    /// whose end nobody saw is in use by that attempt.
    /// </summary>
    private static bool IsWorthRepeating(ActionResult result, bool isUncertain) =>
        IsOwnersRefusal(result) || (isUncertain && result is ActionResult.Failed { Error.Code: ErrorCode.IdempotencyKeyInUse });

    private static bool IsOwnersRefusal(ActionResult result) =>
        result is ActionResult.Failed { Error: { Code: ErrorCode.HubUnavailable, Source: ErrorSource.Hub } };

    /// <summary>Tells whether a fault is that of a silo which stops, dies, or no longer has the account. A full one is asked no
    /// more.</summary>
    internal static bool IsOwnersEnd(Exception exception) =>
        exception
            is OperationCanceledException
                or (
                    OrleansException
                    and not (LimitExceededException or GatewayTooBusyException or Orleans.Storage.InconsistentStateException)
                );

    /// <summary>Orleans rejects what it has not delivered. Whether a silo that became unavailable had got the call, it does not
    /// know.</summary>
    private bool MayRepeat(Exception exception, ActionRequest call) =>
        exception is OrleansMessageRejectionException and not SiloUnavailableException
        || call.IdempotencyKey is not null
        || catalog.Find(call.ActionId) is { Safety: ActionSafety.Read };

    [LoggerMessage(2302, LogLevel.Information, "Account {AccountId}: {ActionId} is run again at the account's next owner: {Reason}")]
    private partial void LogRepeated(string accountId, string actionId, string reason);
}
