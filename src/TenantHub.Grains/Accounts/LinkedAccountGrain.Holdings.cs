using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Isolation;
using TenantHub.Autodesk.Paging;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Isolation;

namespace TenantHub.Accounts;

/// <summary>What answers teach of whose things are: what they show is remembered, what they create is written down, and of lists that accounts share each sees its own rows.</summary>
internal sealed partial class LinkedAccountGrain
{
    private const int KeptPositions = 64;

    private HiddenPositions? _positions;

    /// <summary>The caller's answer: of lists that accounts share, the account's own rows.</summary>
    private async Task<ActionResult> ReadAnswerAsync(ApsCall call, ApsResponse.Answered answered)
    {
        var reading = new AnswerReading();
        if (SharedList(call.Action) is { } kind && answered.Body is { } body)
        {
            try
            {
                reading = new AnswerReading(await _holdings.FindAsync(Holder, kind, ApsPaging.RowIds(call.Action.Paging!, body)), position => (_positions ??= new(KeptPositions)).Hide(position));
            }
            catch (Exception exception)
            {
                LogHoldingsFailed(exception, Id);
                return IsolationErrors.NotLookedUp();
            }
        }

        var result = ApsPaging.Conclude(call.Action, call.Request, call.Context, answered, reading);
        foreach (var (shown, id) in reading.Shown) Seen.Remember(shown, id, own: true, shown is ResourceKind.SignedUrl ? SignedUrlFor : null);
        return result;
    }

    /// <summary>What a list's rows are held as, when the list shows other accounts' too.</summary>
    private HoldingKind? SharedList(ActionDefinition action) => action.Paging?.Own?.Kind switch
    {
        ResourceKind.Bucket when !SharesBuckets => HoldingKind.Bucket,
        ResourceKind.Webhook => HoldingKind.Webhook,
        _ => null,
    };

    /// <summary>Writes down what a success has created or taken away, before anybody is told of it. What cannot be written down is no success.</summary>
    private async Task<HubError?> KeepAsync(ApsCall call, ActionResult.Succeeded result)
    {
        foreach (var (kind, id) in Creation.Of(call.Action, call.Request, result.Data))
        {
            var held = kind switch { ResourceKind.Bucket => HoldingKind.Bucket, ResourceKind.Webhook => HoldingKind.Webhook, _ => HoldingKind.StorageObject };
            try
            {
                // An answer proves who has created it. What a read has found may be another account's of the same moment.
                if (result.Origin is not AnswerOrigin.ReadBack) await _holdings.RecordAsync(Holder, held, id);
                else if (!await _holdings.TryRecordAsync(Holder, held, id)) return IsolationErrors.Taken(kind);
                Seen.Remember(kind, id, own: true, kind is ResourceKind.Object ? null : HeldFor);
            }
            catch (Exception exception)
            {
                // A reserved object is good for an upload that goes on at once. A bucket or webhook would be nobody's after a restart.
                LogHoldingsFailed(exception, Id);
                if (result.Origin is not AnswerOrigin.ReadBack) Seen.Remember(kind, id, own: true);
                if (kind is not ResourceKind.Object) return IsolationErrors.NotRecorded(kind, call.Request.IdempotencyKey is not null);
            }
        }

        foreach (var named in call.Action.Deletes is null ? [] : NamedResource.In(call.Action, call.Request)) await ForgetAsync(named);
        return null;
    }

    /// <summary>A row that stays names a thing that is gone: whoever creates it anew takes the row over.</summary>
    private async Task ForgetAsync(NamedResource named)
    {
        _seen?.Forget(named.Kind, named.Id);
        HoldingKind? kind = named.Kind switch { ResourceKind.Bucket => HoldingKind.Bucket, ResourceKind.Webhook => HoldingKind.Webhook, ResourceKind.Object => HoldingKind.StorageObject, _ => null };
        try
        {
            if (kind is { } held) await _holdings.ForgetAsync(Holder, held, named.Id);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, Id);
        }
    }

    private async Task ForgetHoldingsAsync()
    {
        try
        {
            await _holdings.ForgetAllAsync(Id);
        }
        catch (Exception exception)
        {
            LogHoldingsFailed(exception, Id); // The rows of an account that is gone let nobody in.
        }
    }
}
