using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Events;
using TenantHub.Isolation;
using TenantHub.Security;

namespace TenantHub.Approvals;

/// <summary>
/// Calls that a person has to approve (docs/adr/0021). 1. The caller's key or the account's profile demands it. 2. What is approved is one
/// call of one caller, to the byte, under one idempotency key. 3. An approved call is sent under that key, and without one under the approval
/// as its key, so it takes effect once, however often it is sent; nobody is asked for what its caller's key answers already (docs/adr/0037). 4. Who wants a call does not decide it. 5. The approval's row says what has been told of it,
/// in the same write as what happened: what a crash has left untold is told by a sweep. 6. A used approval answers what surely is a repeat:
/// under the caller's own key, or for ten minutes what would have a second effect (docs/adr/0036). All else is another call.
/// </summary>
internal sealed partial class Approvals(
    IApprovalStore store,
    IIdempotencyStore keys,
    ResourceGuard guard,
    IGrainFactory grains,
    GrainReferences<IEventPublisherGrain> listeners,
    IOptions<ApprovalOptions> options,
    TimeProvider clock,
    ILogger<Approvals> logger
)
{
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromMinutes(10); // Of callers who say nothing of it.
    private static readonly TimeSpan AskWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EventsWait = TimeSpan.FromSeconds(2); // Nobody waits longer for those who listen.
    private static readonly JsonSerializerOptions Plain = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Tells whether a call may go on: without an approval, with one, or not yet.</summary>
    public ValueTask<Admission> AdmitAsync(ActiveAccount account, ActionDefinition action, ActionRequest request) =>
        !request.IsApproved && LinkedAccountId.IsText("apr_", request.IdempotencyKey) ? new(Admission.No(ApprovalErrors.IsNoKey())) // 3
        : !IsDemanded(account, action, request) ? new(Admission.Free)
        : request.PartOf is null ? new(AskInTurnAsync(account, action, request))
        : new(Admission.No(AccountErrors.ApprovalDemandedSince())); // Nobody is asked for a step.

    /// <summary>6. Notes that an approved call has taken effect. When that fails nothing is sent twice: the idempotency key holds.</summary>
    public async Task UseAsync(string approvalId, ActionDefinition action, ActionRequest request)
    {
        try
        {
            await store.UseAsync(
                approvalId,
                action.Kind is ActionKind.Transfer ? null // It is used before its bytes are sent, and they are sent each time.
                    : WriteOnce.AnswersRepeats(action) ? clock.GetUtcNow() + (request.RepeatWindow ?? RepeatWindow)
                    : clock.GetUtcNow()
            );
        }
        catch (Exception exception)
        {
            LogFailed(exception, approvalId);
        }
    }

    /// <summary>Decides for a person.</summary>
    public async Task<ApprovalResult> DecideAsync(ActiveAccount account, string id, bool approve, string decidedBy)
    {
        var (now, known) = (clock.GetUtcNow(), await store.FindAsync(id));
        if (known is null || known.AccountId != account.Id)
            return new(null, ApprovalErrors.NotFound(id));
        if (approve && known.CallerId == decidedBy)
            return new(null, ApprovalErrors.OwnCall()); // 4. It may be taken back.
        var decided = known with
        {
            Status = approve ? ApprovalStatus.Approved : ApprovalStatus.Refused,
            DecidedBy = decidedBy,
            DecidedAt = now,
            ExpiresAt = now + options.Value.GoodFor,
        };
        if (known.StatusAt(now) is not ApprovalStatus.Pending || !await store.DecideAsync(decided))
            return new(null, ApprovalErrors.Decided(known, (await store.FindAsync(id) ?? known).StatusAt(now)));
        await TellAsync(decided, account.State.Account?.OriginOwnerId);
        return new(decided, null);
    }

    /// <summary>5. Tells what nobody has been told: a process died after it had written, those who listen could not be reached, or nobody
    /// decided in time.</summary>
    public async Task TellUntoldAsync(int most, CancellationToken cancellationToken)
    {
        foreach (var approval in await store.ListUntoldAsync(clock.GetUtcNow(), most, cancellationToken))
        {
            if (
                await grains.GetGrain<ILinkedAccountGrain>(approval.AccountId).DescribeAsync() is AccountResult.Described
                {
                    Account: var account
                }
            )
                await TellAsync(approval, account.OriginOwnerId);
            else
                await store.TellAsync(approval.Id, ApprovalTold.Outcome); // Unlinked: nobody wants to know.
        }
    }

    public Task ForgetAsync(ActiveAccount account) => store.ForgetAccountAsync(account.Id);

    /// <summary>What would be decided now of a call that needs a person, and of which approval. Nobody is asked. The decision is null when
    /// somebody would be, or is.</summary>
    public async Task<(Admission? Decision, Approval? Approval)> ForeseeAsync(
        ActiveAccount account,
        ActionDefinition action,
        ActionRequest request
    )
    {
        var record = await FindRecordAsync(account, action, request);
        if (AnswerByKey(account, action, request, record) is { } answered)
            return (answered, null);
        if (!IsDemanded(account, action, request))
            return (Admission.Free, null);
        var known = await store.FindNewestAsync(account.Id, Fingerprint(action, request));
        return known is not null && Holds(known, action, request, record, clock.GetUtcNow()) ? (Decision(known), known) : (null, null);
    }

    /// <summary>1. A step of a composite action needs no more than its whole, which a person may have approved.</summary>
    public static bool IsDemanded(ActiveAccount account, ActionDefinition action, ActionRequest request)
    {
        var demand = (ApprovalDemand)Math.Max((int)(request.Rights?.Approval ?? 0), (int)(account.Profile?.Approval ?? 0));
        return !request.IsApproved
            && demand switch
            {
                ApprovalDemand.Writes => action.CallSafety is not CallSafety.Read,
                ApprovalDemand.Destructive => action.SafetyOf(request) is CallSafety.Destructive,
                _ => false,
            };
    }

    /// <summary>One after the other: of calls that come at once, and are one, one asks and the others find it.</summary>
    private async Task<Admission> AskInTurnAsync(ActiveAccount account, ActionDefinition action, ActionRequest request)
    {
        var asks = account.Asks ??= new Lane(options.Value.MaxPendingPerAccount, clock);
        try
        {
            using var turn = await asks.EnterAsync(new LaneCall("ask a person"), AskWait, CancellationToken.None);
            return turn.Refusal is { } busy ? Admission.No(busy) : await AskAsync(account, action, request);
        }
        finally
        {
            if (asks.Count == 0 && ReferenceEquals(account.Asks, asks))
                account.Asks = null;
        }
    }

    private async Task<Admission> AskAsync(ActiveAccount account, ActionDefinition action, ActionRequest request)
    {
        try
        {
            var (now, fingerprint) = (clock.GetUtcNow(), Fingerprint(action, request));
            var known = await store.FindNewestAsync(account.Id, fingerprint);
            var record = await FindRecordAsync(account, action, request);
            if (AnswerByKey(account, action, request, record) is { } answered)
            {
                if (answered.Refusal is null && known is { Status: ApprovalStatus.Approved })
                    await UseAsync(known.Id, action, request); // A crash came between the effect and this.
                return answered;
            }

            if (known is not null && Holds(known, action, request, record, now))
                return Decision(known) ?? Admission.No(ApprovalErrors.Waits(known, known.ExpiresAt - now));

            // Nobody is asked for what is known to name what is not the account's. Of a deletion that was approved this is what it has led to.
            if ((await guard.ForeseeAsync(account, action, request)).Refusal is { } foreign)
                return
                    action.Method is "DELETE"
                    && known is { Status: ApprovalStatus.Used }
                    && request.IdempotencyKey is null
                    && now < known.ExpiresAt + RepeatWindow // It was used up when it took effect.
                    ? Admission.By(known.Id)
                    : Admission.No(foreign);

            var (most, pending) = (
                options.Value.MaxPendingPerAccount,
                await store.CountPendingAsync(account.Id, request.CallerId ?? "", now)
            );
            if (pending.OfAll >= most || pending.OfCaller >= Math.Max(1, most / 2)) // One caller never keeps all others away.
                return Admission.No(ApprovalErrors.TooMany(Math.Min(pending.OfAll, most)));
            var wanted = new Approval
            {
                Id = LinkedAccountId.NewText("apr_", clock),
                AccountId = account.Id,
                ActionId = action.Id,
                CallerId = request.CallerId ?? "",
                Client = request.Client,
                Fingerprint = fingerprint,
                Call = Describe(request),
                RequestedAt = now,
                ExpiresAt = now + options.Value.WaitsFor,
            };
            await store.AddAsync(wanted);
            await TellAsync(wanted, account.State.Account?.OriginOwnerId);
            return Admission.No(ApprovalErrors.Waits(wanted, options.Value.WaitsFor, known?.Status is ApprovalStatus.Used ? known : null));
        }
        catch (Exception exception)
        {
            LogFailed(exception, action.Id);
            return Admission.No(ApprovalErrors.StorageFailed());
        }
    }

    /// <summary>3. What a key was used for needs no person: it is answered, or refused, when the key is looked up to send the call. That
    /// answer may be forgotten in between; then the call is refused before it is sent, as one that nobody approved. The bytes of a file are
    /// no part of what its key stands for, so of an upload only the answer is known here.</summary>
    private static Admission? AnswerByKey(ActiveAccount account, ActionDefinition action, ActionRequest request, IdempotencyRecord? record)
    {
        if (request.IdempotencyKey is not { } key || action.Safety is ActionSafety.Read)
            return null;
        var usedFor = record?.PayloadHash ?? account.KeysInUse?.GetValueOrDefault(key)?.PayloadHash;
        if (usedFor is not null && action.Kind is not ActionKind.Composite && usedFor != CanonicalCall.HashOf(action, request))
            return Admission.No(IdempotencyKey.Reused());
        return record is { Answer: not null } ? Admission.Free : null;
    }

    /// <summary>What is known of the caller's own key; reads have none.</summary>
    private async Task<IdempotencyRecord?> FindRecordAsync(ActiveAccount account, ActionDefinition action, ActionRequest request) =>
        request.IdempotencyKey is { } key && action.Safety is not ActionSafety.Read ? await keys.FindAsync(account.Id, key) : null;

    /// <summary>What an approval that holds says of its call; null while it waits.</summary>
    private static Admission? Decision(Approval known) =>
        known.Status switch
        {
            ApprovalStatus.Pending => null,
            ApprovalStatus.Refused => Admission.No(ApprovalErrors.Refused(known)),
            _ => Admission.By(known.Id), // 3, 6
        };

    private static bool Holds(
        Approval known,
        ActionDefinition action,
        ActionRequest request,
        IdempotencyRecord? record,
        DateTimeOffset now
    ) =>
        known.StatusAt(now) switch
        {
            ApprovalStatus.Pending or ApprovalStatus.Approved => true,
            ApprovalStatus.Refused => now < known.ExpiresAt,
            ApprovalStatus.Used when request.IdempotencyKey is null => now < known.ExpiresAt,
            ApprovalStatus.Used => IsOfKey(known, action, record, now),
            _ => false,
        };

    /// <summary>3. Under a key that knows nothing of it, or no more, the same call is another write, and nobody has approved that. An upload
    /// goes on under its key: what is stored of it is not sent again.</summary>
    private static bool IsOfKey(Approval used, ActionDefinition action, IdempotencyRecord? record, DateTimeOffset now) =>
        action.Kind is ActionKind.Http ? record is not null : now < used.DecidedAt + IdempotencyKey.KeptFor;

    /// <summary>2. Another caller, another argument or another key is another call.</summary>
    private static string Fingerprint(ActionDefinition action, ActionRequest request) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes($"{request.CallerId}\n{CanonicalCall.HashOf(action, request)}\n{request.IdempotencyKey}")
            )
        );

    /// <summary>The call as a person is shown it, in the form in which it can be planned; and beside that, what is asked for an upload, and
    /// what the bytes are that do not come here.</summary>
    private static JsonBytes Describe(ActionRequest request) =>
        JsonBytes.From(
            new
            {
                action = request.ActionId,
                path = request.Path,
                query = request.Query,
                headers = request.Headers,
                body = request.Body is { } body ? JsonSerializer.Deserialize<JsonElement>(body.Span) : (JsonElement?)null,
                content_sha256 = request.ContentHash,
                upload = request.Upload is { } upload ? JsonSerializer.Deserialize<JsonElement>(upload.Span) : (JsonElement?)null,
            },
            Plain
        );

    /// <summary>5. Handed over twice is once, because an event's id follows from its approval.</summary>
    private async Task TellAsync(Approval approval, string? ownerId)
    {
        var outcome = approval.Status switch
        {
            ApprovalStatus.Approved or ApprovalStatus.Used => Event(approval, ownerId, "approval.approved", approval.DecidedAt!.Value),
            ApprovalStatus.Refused => Event(approval, ownerId, "approval.refused", approval.DecidedAt!.Value),
            ApprovalStatus.Pending when approval.ExpiresAt <= clock.GetUtcNow() => Event(
                approval,
                ownerId,
                "approval.expired",
                approval.ExpiresAt
            ),
            _ => null,
        };
        List<LifecycleEvent> events = [];
        if (approval.Told is ApprovalTold.Nothing)
            events.Add(Event(approval, ownerId, "approval.requested", approval.RequestedAt));
        if (outcome is not null)
            events.Add(outcome);
        try
        {
            await listeners.Of(IEventEndpointsGrain.Key).PublishAsync(events).WaitAsync(EventsWait, clock);
            await store.TellAsync(approval.Id, outcome is null ? ApprovalTold.Request : ApprovalTold.Outcome);
        }
        catch (Exception exception)
        {
            LogNotTold(exception, approval.Id);
        }
    }

    private static LifecycleEvent Event(Approval approval, string? ownerId, string type, DateTimeOffset at) =>
        new(
            LinkedAccountId.TextOf("evt_", $"{approval.Id}\n{type}"),
            type,
            at,
            JsonBytes.From(
                new
                {
                    Type = type,
                    Timestamp = at,
                    Data = new
                    {
                        ApprovalId = approval.Id,
                        approval.AccountId,
                        OriginOwnerId = ownerId,
                        Action = approval.ActionId,
                        approval.CallerId,
                        approval.Client,
                        approval.ExpiresAt,
                        approval.DecidedBy,
                    },
                },
                Json
            )
        );

    [LoggerMessage(2401, LogLevel.Error, "The approval of {Subject} could not be read or written")]
    private partial void LogFailed(Exception exception, string subject);

    [LoggerMessage(2402, LogLevel.Warning, "Those who listen could not be told of the approval {ApprovalId}; it is tried again")]
    private partial void LogNotTold(Exception exception, string approvalId);
}
