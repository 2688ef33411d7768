using Microsoft.Extensions.Logging;
using TenantHub.Accounts;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Telemetry;

namespace TenantHub.Transfers;

/// <summary>
/// 1. Begun: the place at Autodesk is reserved and the first URLs are signed; both are stored before the caller is answered. 2. Whoever
/// has the bytes begins to send, which fences off whoever sent before. 3. Each part that storage has is a row of the ledger. 4. Completed:
/// storage makes one object of the parts, then the item or version is made; after each of the two the state is stored, so that a restart
/// goes on there. 5. Ended: what is needed no more is forgotten, and those who listen are told.
/// </summary>
/// <remarks>
/// Calls run one after the other, but for those that interleave by their attribute: they write no state. What they keep in memory (parts,
/// URLs) is changed in one step after its wait.
/// </remarks>
[CollectionAgeLimit(Minutes = 10)]
internal sealed partial class UploadGrain(
    [PersistentState("upload")] IPersistentState<UploadState> state,
    IUploadLedger ledger,
    SignedUrlTransfer transfer,
    TenantHubTelemetry telemetry,
    TimeProvider clock,
    ILogger<UploadGrain> logger
) : Grain, IUploadGrain, IRemindable
{
    private const string Reminder = "end";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24); // Autodesk's own deadline is the next day's midnight.
    private static readonly TimeSpan RemindEvery = TimeSpan.FromMinutes(5);

    private readonly SortedDictionary<int, UploadPart> _parts = [];
    private string? _writer;
    private bool _isCounted;
    private ShortStay? _stay;

    private UploadState State => state.State;

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (State.Request is null || State.HasEnded)
            return;
        foreach (var part in await ledger.ReadPartsAsync(Key))
            _parts[part.Number] = part;
        Count(open: true);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Count(open: false);
        return Task.CompletedTask;
    }

    public async Task<UploadResult> CreateAsync(UploadRequest request)
    {
        if (FileUploadInput.FaultOf(request) is { } fault)
            return Refused(fault);
        if (State.Request is { } begun && !State.MayBeginAnew)
        {
            if (Content(begun) != Content(request))
                return Refused(Actions.IdempotencyKey.Reused());
            if (request.IsApproved && !begun.IsApproved)
                await StoreAsync(State with { Request = request }); // It was begun before approvals were demanded.
            return new(View(), null);
        }

        // 1. Nothing but an unused place is left behind when this fails.
        var key = Key.Split('/', 2);
        var round = State.Round + 1;
        var steps = Steps(key[0], key[1], round, request);
        var (objectId, notReserved) = await steps.ReserveAsync();
        if (objectId is null)
            return Refused(notReserved!);
        var partBytes = PartPlan.PartBytes(request.Size);
        var first = request.Size is { } size ? Math.Min(PartPlan.UrlsPerCall, PartPlan.CountOf(size, partBytes)) : 1;
        var (signed, notSigned) = await steps.SignAsync(objectId, null, 1, first);
        if (signed is null)
            return Refused(notSigned!);

        var now = clock.GetUtcNow();
        var expiresAt = signed.UploadExpiresAt is { } deadline && deadline > now && deadline < now + Lifetime ? deadline : now + Lifetime;
        await this.RegisterOrUpdateReminder(Reminder, RemindEvery, RemindEvery);
        await ForgetPartsAsync();
        await StoreAsync(
            new UploadState
            {
                Request = request,
                AccountId = key[0],
                UploadId = key[1],
                ObjectId = objectId,
                UploadKey = new Secret(signed.UploadKey),
                PartBytes = partBytes,
                Size = request.Size,
                CreatedAt = now,
                UpdatedAt = now,
                ExpiresAt = expiresAt,
                Round = round,
            }
        );
        Remember(signed, 1);
        Count(open: true);
        LogBegan(key[0], key[1], request.Size ?? -1);
        return new(View(), null);
    }

    /// <summary>What is uploaded, whoever asks for it and however urgently.</summary>
    private static UploadRequest Content(UploadRequest request) =>
        request with
        {
            CallerId = null,
            Rights = null,
            MaxWait = null,
            Priority = default,
            IsApproved = false,
        };

    public Task<UploadResult> DescribeAsync() => Task.FromResult(State.Request is null ? NotFound() : new(View(), null));

    public async Task<UploadResult> BeginAsync(string writer, long? size)
    {
        if (State.Request is null)
            return NotFound();
        if (await RefuseEndedAsync() is { } ended)
            return ended;
        if (State.Status is UploadStatus.Completing)
            return new(View(), UploadErrors.Completing());
        if (size is { } given)
        {
            if (State.Size is { } declared && declared != given)
                return new(View(), UploadErrors.OtherSize(declared, given));
            if (State.Size is null && WhyNotOfSize(given) is { } misfit)
                return new(View(), misfit);
            if (State.Size is null)
                await StoreAsync(State with { Size = given });
        }

        _writer = writer;
        return new(View(), null) { Parts = [.. _parts.Values], WantsSha256 = State.Request.Sha256 is not null };
    }

    /// <summary>A size that is told later has to fit what is stored by then; the parts were cut without it.</summary>
    private ServiceError? WhyNotOfSize(long size) =>
        _parts.Values.Sum(part => part.Size) is var stored && size < stored ? UploadErrors.TooSmall(stored, size)
        : PartPlan.FaultOf(State.Request!.Mode, size) is { } fault
            ? InputFault.Tell([new("size", fault)], "Begin another upload for a file of this size.")
        : null;

    public async Task<ServiceError?> MaySendAsync(string writer, string? callerId)
    {
        if (State.Request is not { } request)
            return UploadErrors.NotFound(Key.Split('/', 2)[1]);
        if (State.HasEnded)
            return UploadErrors.Ended(State);
        if (_writer is { } other && other != writer)
            return UploadErrors.TakenOver();
        var account = GrainFactory.GetGrain<ILinkedAccountGrain>(State.AccountId);
        var admitted = FileUploadInput.AsAdmitted(request);
        var reason = await account.WhyStoppedAsync(admitted);
        if (reason is null && callerId != request.CallerId)
            reason = await account.WhyStoppedAsync(admitted with { CallerId = callerId });
        return reason is null ? null : UploadErrors.Stopped(reason);
    }

    public async Task<ServiceError?> RecordPartAsync(string writer, UploadPart part)
    {
        if (State.Request is null)
            return UploadErrors.NotFound(Key.Split('/', 2)[1]);
        if (State.HasEnded)
            return UploadErrors.Ended(State);
        _writer ??= writer; // After a restart whoever comes first goes on.
        if (State.Status is UploadStatus.Completing)
            return UploadErrors.Completing();
        if (_parts.TryGetValue(part.Number, out var known) && known.Md5 != part.Md5)
            return UploadErrors.Changed(part.Number);
        await ledger.RecordPartAsync(Key, part);
        _parts[part.Number] = part;
        telemetry.PartStored(part.Size, part.Tries - 1);
        return _writer == writer ? null : UploadErrors.TakenOver(); // Storage has the part all the same.
    }

    public async Task<UploadResult> AbortAsync()
    {
        if (State.Request is null)
            return NotFound();
        if (!State.HasEnded)
            await EndAsync(State with { Status = UploadStatus.Aborted, Error = UploadErrors.Aborted() });
        return new(View(), null);
    }

    /// <summary>An upload that is not finished in time ends; one whose completing was interrupted is completed, although nobody asks again; an
    /// event that could not be handed over is tried again.</summary>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (
            State.Request is { } request
            && await RefuseEndedAsync() is null
            && State is { Status: UploadStatus.Completing, Size: { } size }
            && (request.Sha256 is null || !State.IsAssembled) // A hash takes somebody who reads the bytes.
        )
            await CompleteAsync(size, sha256: null);
        await HandOverAsync();
        if (State.Request is null || (State.HasEnded && State.Outbox is null))
            await this.ForgetReminderAsync(Reminder);
    }

    /// <summary>What has ended, or ends now because its time is over, takes nothing more.</summary>
    private async Task<UploadResult?> RefuseEndedAsync()
    {
        if (!State.HasEnded && clock.GetUtcNow() >= State.ExpiresAt)
            await EndAsync(State with { Status = UploadStatus.Expired, Error = UploadErrors.Expired(State) });
        return State.HasEnded ? new(View(), UploadErrors.Ended(State)) : null;
    }

    /// <summary>Open uploads are counted where their grain is.</summary>
    private void Count(bool open)
    {
        if (_isCounted == open)
            return;
        _isCounted = open;
        telemetry.UploadsOpen(open ? 1 : -1);
    }

    private ProjectFileUpload Steps(string accountId, string uploadId, int round, UploadRequest request) =>
        new(GrainFactory.GetGrain<ILinkedAccountGrain>(accountId), request, transfer, $"{uploadId}#{round}");

    private ProjectFileUpload Steps() => Steps(State.AccountId, State.UploadId, State.Round, State.Request!);

    /// <summary>What cannot be stored is not so: the activation ends, and the next one reads what is stored.</summary>
    private async Task StoreAsync(UploadState next)
    {
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }

        await ledger.UpsertAsync(View());
    }

    private async Task ForgetPartsAsync()
    {
        _parts.Clear();
        _urls.Clear();
        _writer = null;
        await ledger.ForgetPartsAsync(Key);
    }

    private UploadDescription View() => View(State);

    private UploadDescription View(UploadState upload)
    {
        var request = upload.Request!;
        var offset = upload.Status is UploadStatus.Done ? upload.Size!.Value : StoredFromStart();
        var isRunning = upload.Status is UploadStatus.Open && _parts.Count > 0;
        return new UploadDescription
        {
            Id = upload.UploadId,
            AccountId = upload.AccountId,
            ProjectId = request.ProjectId,
            FolderId = request.FolderId,
            FileName = upload.FileName ?? request.FileName,
            ContentType = request.ContentType,
            Mode = request.Mode,
            Status = isRunning ? UploadStatus.Uploading : upload.Status,
            Reason = upload.Error?.Detail,
            NextStep = upload.Error?.NextStep,
            Size = upload.Size,
            Offset = offset,
            PartBytes = upload.PartBytes,
            PartsStored = upload.Status is UploadStatus.Done ? PartPlan.CountOf(offset, upload.PartBytes) : _parts.Count,
            CreatedAt = upload.CreatedAt,
            UpdatedAt = _parts.Count > 0 && !upload.HasEnded ? _parts.Values.Max(part => part.StoredAt) : upload.UpdatedAt,
            ExpiresAt = upload.ExpiresAt,
            Created = upload.Created,
            ItemId = upload.ItemId,
            VersionId = upload.VersionId,
            CallerId = request.CallerId,
            IsApproved = request.IsApproved,
        };
    }

    /// <summary>How many bytes are stored without a gap.</summary>
    private long StoredFromStart()
    {
        var (stored, next) = (0L, 1);
        foreach (var part in _parts.Values)
        {
            if (part.Number != next++)
                break;
            stored += part.Size;
        }

        return stored;
    }

    private UploadResult NotFound()
    {
        (_stay ??= new(this)).LeaveUnless(() => State.Request is not null);
        return Refused(UploadErrors.NotFound(Key.Split('/', 2)[^1]));
    }

    private static UploadResult Refused(ServiceError error) => new(null, error);

    [LoggerMessage(7001, LogLevel.Information, "Account {AccountId}: upload {UploadId} of {Size} bytes has begun (-1: not known)")]
    private partial void LogBegan(string accountId, string uploadId, long size);

    [LoggerMessage(7002, LogLevel.Information, "Account {AccountId}: upload {UploadId} is {Status} ({Code})")]
    private partial void LogEnded(string accountId, string uploadId, UploadStatus status, ErrorCode? code);

    [LoggerMessage(
        7003,
        LogLevel.Warning,
        "Account {AccountId}: the event of upload {UploadId} could not be handed over; it is tried again"
    )]
    private partial void LogNotHandedOver(Exception exception, string accountId, string uploadId);
}
