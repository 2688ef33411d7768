using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Events;

namespace TenantHub.Transfers;

/// <summary>Signing, and steps 4 and 5.</summary>
internal sealed partial class UploadGrain
{
    private static readonly TimeSpan UrlLife = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan UrlReserve = TimeSpan.FromMinutes(1); // Between being given and being used.
    private static readonly TimeSpan EventsWait = TimeSpan.FromSeconds(2);

    private readonly Dictionary<int, SignedPart> _urls = [];

    public async Task<SignedParts> SignAsync(int firstPart, int count, string? callerId, bool fresh)
    {
        if (State.Request is not { } request)
            return new([], UploadErrors.NotFound(Key.Split('/', 2)[^1]));
        if (State.HasEnded)
            return new([], UploadErrors.Ended(State));
        if (callerId is not null)
        {
            if (request.Mode is UploadMode.Through)
                return new([], UploadErrors.NotDirect());
            if (request.CallerId != callerId)
                return new([], UploadErrors.OthersUrls());
        }

        var last = State.Size is { } size ? PartPlan.CountOf(size, State.PartBytes) : PartPlan.MaxParts;
        if (firstPart < 1 || firstPart > last || count is < 1 or > PartPlan.UrlsPerCall)
            return new([], UploadErrors.NoSuchPart(firstPart, last));
        count = Math.Min(count, last - firstPart + 1);

        var soon = clock.GetUtcNow() + UrlReserve;
        if (!fresh && Enumerable.Range(firstPart, count).All(part => _urls.TryGetValue(part, out var url) && url.ExpiresAt > soon))
            return new([.. Enumerable.Range(firstPart, count).Select(part => _urls[part])], null);
        var (signed, error) = await Steps().SignAsync(State.ObjectId, State.UploadKey!.Reveal(), firstPart, count);
        if (signed is null)
            return new([], error);
        return new(Remember(signed, firstPart), null);
    }

    public async Task<UploadResult> CompleteAsync(long size, string? sha256)
    {
        if (State.Request is not { } request)
            return NotFound();
        if (State.Status is UploadStatus.Done)
            return new(View(), null);
        if (await RefuseEndedAsync() is { } ended)
            return ended;
        if (State.Size is { } declared && declared != size)
            return new(View(), UploadErrors.OtherSize(declared, size));
        if (request.Mode is UploadMode.Through && StoredFromStart() < size)
            return new(View(), UploadErrors.Incomplete(StoredFromStart(), size));

        var steps = Steps();
        if (!State.IsAssembled)
        {
            var mayBeDone = State.Status is UploadStatus.Completing;
            await StoreAsync(State with { Status = UploadStatus.Completing, Size = size, Error = null });
            var (notAssembled, partsAreWrong) = await steps.AssembleAsync(State.ObjectId, State.UploadKey!.Reveal(), size, mayBeDone);
            if (notAssembled is not null)
                return await StopAsync(notAssembled, partsAreWrong);
            await StoreAsync(State with { IsAssembled = true });
        }

        if (request.Sha256 is { } hash)
        {
            if (sha256 is null)
                return await ReadBackAsync(steps);
            if (sha256 != hash)
                return await StopAsync(UploadErrors.WrongHash(hash, sha256));
        }

        var (file, error) = await steps.CreateAsync(State.ObjectId);
        if (file is null)
            return await StopAsync(error!);
        await EndAsync(
            State with
            {
                Status = UploadStatus.Done,
                Error = null,
                Created = file.What,
                FileName = file.FileName,
                ItemId = file.ItemId,
                VersionId = file.VersionId,
            }
        );
        return new(View(), null) { Resource = file.Resource, Origin = file.Origin };
    }

    /// <summary>The bytes came in several requests, or to several servers: none has seen all of them, so they are read once more.</summary>
    private async Task<UploadResult> ReadBackAsync(ProjectFileUpload steps)
    {
        var (_, url, error) = await steps.FindStoredAsync(State.ObjectId);
        if (url is not null)
            return new(View(), null) { ReadBackUrl = new Secret(url) };
        return await StopAsync(
            error
                ?? new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, "Autodesk's storage does not give the stored bytes yet.")
                {
                    NextStep = "Complete the upload again in a minute.",
                }
        );
    }

    /// <summary>
    /// A step has failed. What will not be otherwise another time ends the upload; after the rest it can be completed again. Parts that
    /// storage has not taken as they should be can be sent again to their URLs.
    /// </summary>
    private async Task<UploadResult> StopAsync(ServiceError error, bool partsAreWrong = false)
    {
        var isFinal =
            error.Code
            is ErrorCode.AutodeskConflict
                or ErrorCode.AutodeskRejected
                or ErrorCode.AutodeskNotFound
                or ErrorCode.NotThisAccount
                or ErrorCode.InvalidInput
                or ErrorCode.AccountNotFound
                or ErrorCode.ChecksumMismatch;
        if (partsAreWrong && State.Request!.Mode is UploadMode.Direct)
        {
            error = UploadErrors.WrongParts(error);
            await StoreAsync(State with { Status = UploadStatus.Open, Error = error });
        }
        else if (isFinal || partsAreWrong)
            await EndAsync(State with { Status = UploadStatus.Failed, Error = error });
        else
            await StoreAsync(
                State with
                {
                    Error = error with
                    {
                        NextStep = "Complete the upload again with POST /files/uploads/{id}/complete; the bytes are stored.",
                    },
                }
            );
        return new(View(), error);
    }

    private async Task EndAsync(UploadState ended)
    {
        ended = ended with { UpdatedAt = clock.GetUtcNow(), UploadKey = null };
        await StoreAsync(ended with { Outbox = UploadEvents.Of(View(ended), clock) });
        Count(open: false);
        telemetry.UploadEnded(ended.Status);
        LogEnded(ended.AccountId, ended.UploadId, ended.Status, ended.Error?.Code);
        await ForgetPartsAsync();
        await HandOverAsync();
    }

    /// <summary>Handed over twice is once; what could not be handed over is tried again by the reminder.</summary>
    private async Task HandOverAsync()
    {
        if (State.Outbox is not { } happened)
            return;
        try
        {
            var listeners = GrainFactory.GetGrain<IEventPublisherGrain>(IEventEndpointsGrain.Key);
            if (await listeners.HasEndpointsAsync().WaitAsync(EventsWait, clock))
                await listeners.PublishAsync([happened]).WaitAsync(EventsWait, clock);
            await StoreAsync(State with { Outbox = null });
        }
        catch (Exception exception)
        {
            LogNotHandedOver(exception, State.AccountId, State.UploadId);
        }
    }

    /// <summary>The last URLs are kept, which is enough: they are given to who has just begun the upload.</summary>
    private List<SignedPart> Remember(SignedUrls signed, int firstPart)
    {
        _urls.Clear();
        var expiresAt = signed.ExpireAt ?? clock.GetUtcNow() + UrlLife;
        var parts = signed.Urls.Select((url, i) => new SignedPart(firstPart + i, new Secret(url), expiresAt)).ToList();
        foreach (var part in parts)
            _urls[part.Number] = part;
        return parts;
    }
}
