using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Autodesk.Paging;
using TenantHub.Calls;
using TenantHub.Errors;

namespace TenantHub.Isolation;

/// <summary>
/// What answers teach of whose things are: what they show is remembered, what they create is written down, and of lists that accounts share
/// each sees its own rows.
/// </summary>
internal sealed partial class ResourceRecords(IAccountHoldings holdings, TimeProvider clock, ILogger<ResourceRecords> logger)
{
    /// <summary>How long a record is gone by: a bucket that is deleted past us may become another account's.</summary>
    public static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SignedUrlFor = TimeSpan.FromMinutes(65); // Autodesk signs for an hour at most.

    /// <summary>The caller's answer: of lists that accounts share, the account's own rows.</summary>
    public ValueTask<ActionResult> ReadAnswerAsync(ApsCall call, ApsResponse.Answered answered) =>
        SharedList(call) is { } kind && answered.Body is { } body
            ? new(ReadSharedListAsync(call, answered, kind, body))
            : new(Read(call, answered, new AnswerReading()));

    /// <summary>Writes down what a success has created or taken away, before anybody is told of it. What cannot be written down is no
    /// success.</summary>
    public ValueTask<ServiceError?> RecordAsync(ApsCall call, ActionResult.Succeeded result) =>
        call.Action.Creates.Count == 0 && call.Action.Deletes is null ? default : new(RecordChangesAsync(call, result));

    /// <summary>Whether the account is known to hold something; the second value says why that cannot be told, which
    /// it is at the call's deadline at the latest.</summary>
    public async Task<(bool Holds, ServiceError? Failed)> HoldsAsync(ActiveAccount account, HoldingKind kind, string id, long until)
    {
        try
        {
            return ((await clock.WithinAsync(holdings.FindAsync(account.Holder, kind, [id]), until)).Count == 1, null);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, account.Id);
            return (false, IsolationErrors.NotLookedUp());
        }
    }

    /// <summary>Whether another account holds it. One that nobody holds may be the account's own that could not be written down.</summary>
    public async Task<(bool Holds, ServiceError? Failed)> AnotherHoldsAsync(ActiveAccount account, HoldingKind kind, string id, long until)
    {
        try
        {
            var found = await clock.WithinAsync(holdings.FindHolderAsync(account.Holder.ClientId, kind, id), until);
            return (found is { } holder && holder != account.Id, null);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, account.Id);
            return (false, IsolationErrors.NotLookedUp());
        }
    }

    /// <summary>
    /// Whether the account may use a bucket because its profile shares buckets: one that nobody holds, or that an account of the same
    /// profile holds. The second value says why that cannot be told.
    /// </summary>
    public async Task<(bool IsShared, ServiceError? Failed)> SharesBucketAsync(ActiveAccount account, string bucket, long until)
    {
        try
        {
            var outside = holdings.FindHeldOutsideAsync(account.Holder, HoldingKind.Bucket, [bucket], account.ProfileId);
            return ((await clock.WithinAsync(outside, until)).Count == 0, null);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, account.Id);
            return (false, IsolationErrors.NotLookedUp());
        }
    }

    /// <summary>Writes down a project of the account, so that a fail-over of many accounts does not ask for all their projects at
    /// once.</summary>
    public async Task RecordProjectAsync(ActiveAccount account, string projectId)
    {
        try
        {
            await holdings.RecordAsync(account.Holder, HoldingKind.Project, projectId);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, account.Id); // It will be asked again after a restart.
        }
    }

    /// <summary>What an admin is told who unlinks an account: what was made through it stays at Autodesk. Null when nothing does.</summary>
    public async Task<string?> DescribeWhatStaysAsync(ActiveAccount account)
    {
        const int most = 20;
        try
        {
            var stays = await holdings.ListLastingAsync(account.Id, most + 1);
            if (stays.Count == 0)
                return null;
            var names = string.Join(
                ", ",
                stays.Take(most).Select(holding => (holding.Kind is HoldingKind.Bucket ? "bucket " : "webhook ") + holding.Thing)
            );
            return $"This stays at Autodesk: {names}{(stays.Count > most ? " and more" : "")}. Delete it there if it is not wanted; it is found again when the same owner links the same account with the same app.";
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, account.Id);
            return "What was made through this account stays at Autodesk; its names could not be read.";
        }
    }

    /// <summary>Forgets what an account that is gone has seen, proven and reserved; whose its buckets and webhooks are stays
    /// known.</summary>
    public async Task ForgetAsync(ActiveAccount account)
    {
        account.SeenSoFar?.Clear();
        await holdings.ForgetPassingAsync(account.Id);
    }

    /// <summary>Finds the buckets and webhooks again that the owner had made in the same Autodesk account before it was unlinked.</summary>
    public async Task TakeBackAsync(ActiveAccount account, AccountDescription linked)
    {
        try
        {
            await holdings.TakeBackAsync(account.Holder, linked.OriginOwnerId, linked.AccAccountId);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, account.Id); // They stay hidden from everybody; an operator can give them back (POST /accounts/{id}/buckets/{key}/claim).
        }
    }

    private async Task<ActionResult> ReadSharedListAsync(ApsCall call, ApsResponse.Answered answered, HoldingKind kind, JsonBytes body)
    {
        AnswerReading reading;
        try
        {
            var rows = ApsPaging.RowIds(call.Action.Paging!, body);
            var own =
                kind is HoldingKind.Bucket && call.Account.SharesBuckets
                    ? rows.Except(await holdings.FindHeldOutsideAsync(call.Account.Holder, kind, rows, call.Account.ProfileId))
                        .ToHashSet(StringComparer.Ordinal)
                    : await holdings.FindAsync(call.Account.Holder, kind, rows);
            reading = new(own, call.Account.Positions.Hide);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, call.Account.Id);
            return IsolationErrors.NotLookedUp();
        }

        return Read(call, answered, reading);
    }

    private static ActionResult Read(ApsCall call, ApsResponse.Answered answered, AnswerReading reading)
    {
        var result = ApsPaging.Conclude(call.Action, call.Request, call.Context, answered, reading);
        foreach (var (shown, id) in reading.Shown)
            call.Account.Seen.Remember(shown, id, own: true, shown is ResourceKind.SignedUrl ? SignedUrlFor : null);
        return result;
    }

    /// <summary>What a list's rows are held as, when the list shows other accounts' too.</summary>
    private static HoldingKind? SharedList(ApsCall call) =>
        call.Action.Paging?.Own?.Kind switch
        {
            ResourceKind.Bucket => HoldingKind.Bucket,
            ResourceKind.Webhook => HoldingKind.Webhook,
            _ => null,
        };

    private async Task<ServiceError?> RecordChangesAsync(ApsCall call, ActionResult.Succeeded result)
    {
        var (account, isFound) = (call.Account, result.Origin is AnswerOrigin.ReadBack);
        var created = Creation.Of(call.Action, call.Request, result.Data);
        var mayBeNameless = call.Action.Creates.ContainsKey(ResourceKind.Object); // A reserved object without a name is a place that nobody uses.
        if (created.Count < call.Action.Creates.Count && !mayBeNameless)
            return IsolationErrors.NotNamed(call.Request.IdempotencyKey is not null);
        foreach (var (kind, id) in created)
        {
            try
            {
                // An answer proves who has created it. What a read has found may be another account's of the same moment.
                if (!isFound)
                    await holdings.RecordAsync(account.Holder, HeldAs(kind)!.Value, id);
                else if (!await holdings.TryRecordAsync(account.Holder, HeldAs(kind)!.Value, id))
                    return IsolationErrors.Taken(kind);
                account.Seen.Remember(kind, id, own: true, kind is ResourceKind.Object ? null : HeldFor);
            }
            catch (Exception exception)
            {
                // A reserved object is good for an upload that goes on at once. A bucket or webhook would be nobody's after a restart.
                LogHoldingsFailed(exception, account.Id);
                if (!isFound)
                    account.Seen.Remember(kind, id, own: true);
                if (kind is not ResourceKind.Object)
                    return IsolationErrors.NotRecorded(kind, call.Request.IdempotencyKey is not null);
            }
        }

        foreach (var named in call.Action.Deletes is null ? [] : NamedResource.In(call.Action, call.Request))
            await ForgetAsync(account, named);
        return null;
    }

    /// <summary>A row that stays names a thing that is gone: whoever creates it anew takes the row over.</summary>
    private async Task ForgetAsync(ActiveAccount account, NamedResource named)
    {
        account.SeenSoFar?.Forget(named.Kind, named.Id);
        try
        {
            if (HeldAs(named.Kind) is { } held)
                await holdings.ForgetAsync(account.Holder, held, named.Id);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, account.Id);
        }
    }

    private static HoldingKind? HeldAs(ResourceKind kind) =>
        kind switch
        {
            ResourceKind.Bucket => HoldingKind.Bucket,
            ResourceKind.Webhook => HoldingKind.Webhook,
            ResourceKind.Object => HoldingKind.StorageObject,
            _ => null,
        };

    [LoggerMessage(1005, LogLevel.Error, "Account {AccountId}: what it holds could not be read or written")]
    private partial void LogHoldingsFailed(Exception exception, string accountId);
}
