using System.Security.Cryptography;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Approvals;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>What every way of uploading does: find the upload, send bytes, have the file made.</summary>
internal sealed partial class Uploads(
    IGrainFactory grains,
    PartSender sender,
    Sendings sendings,
    SignedUrlTransfer transfer,
    CallJournal journal,
    IApprovalStore approvals,
    ILogger<Uploads> logger,
    Draining draining,
    TimeProvider clock
)
{
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(1); // What usually takes milliseconds.

    public IUploadGrain Of(string accountId, string uploadId) => grains.GetGrain<IUploadGrain>(UploadId.KeyOf(accountId, uploadId));

    /// <summary>Begins an upload; under the same idempotency key an account has one.</summary>
    public async Task<(IUploadGrain Upload, UploadResult Result)> CreateAsync(
        string accountId,
        UploadRequest request,
        string? idempotencyKey,
        string? approvalId = null
    )
    {
        var id = idempotencyKey is null
            ? LinkedAccountId.NewText(UploadId.Prefix, clock)
            : LinkedAccountId.TextOf(UploadId.Prefix, $"{accountId}\n{idempotencyKey}");
        var upload = Of(accountId, id);
        if (request.MaxWait is not null && !await IsDoneWithinAsync(upload.DescribeAsync(), request.MaxWait, clock))
            return (upload, new(null, UploadRequestErrors.NotLookedUp()));
        var result = await upload.CreateAsync(request);
        if (result.Error is null && approvalId is not null)
            await UseAsync(approvalId); // From here on the approval is for this upload.
        return (upload, result);
    }

    /// <summary>Begins an upload that its caller sends afterwards: it is let in as a whole, and waits for a person where one is demanded. What a
    /// person has approved is one upload: the caller's key's, or the approval's.</summary>
    public async Task<(UploadResult Result, bool IsApproved)> AdmitAsync(
        string accountId,
        UploadRequest file,
        ActionRequest call,
        string? idempotencyKey
    )
    {
        var account = grains.GetGrain<ILinkedAccountGrain>(accountId);
        var admission = await account.AdmitAsync(FileUploadInput.AsCall(file, call));
        if (admission.Refusal is { } refusal)
        {
            await journal.RefuseAsync(account, call, refusal); // What is let in is found by its steps.
            return (new(null, refusal), false);
        }

        file = file with { IsApproved = admission.ApprovalId is not null };
        var (_, result) = await CreateAsync(
            accountId,
            file,
            call.IdempotencyKey ?? admission.ApprovalId ?? idempotencyKey,
            admission.ApprovalId
        );
        return (result, file.IsApproved);
    }

    /// <summary>Begins to send. Whoever sent before at this server is ended, and its whole parts are waited for.</summary>
    public async Task<UploadResult> BeginAsync(IUploadGrain upload, string writer, long? size)
    {
        await sendings.ReplaceAsync(upload.GetPrimaryKeyString());
        return await upload.BeginAsync(writer, size);
    }

    /// <summary>Tells where to go on, with the parts of a sender who has just gone.</summary>
    public async Task<UploadResult> DescribeSettledAsync(IUploadGrain upload)
    {
        await sendings.SettleAsync(upload.GetPrimaryKeyString());
        return await AskAsync(upload, grain => grain.DescribeAsync());
    }

    /// <summary>Sends the bytes of a request on, and has the file made when its last byte has come. What the stop of this server cuts is an
    /// error that tells what is stored.</summary>
    public async Task<UploadResult> SendAsync(
        IUploadGrain upload,
        UploadResult begun,
        string writer,
        string? callerId,
        ByteSource source,
        CancellationToken cancellationToken
    )
    {
        SentBytes sent;
        try
        {
            sent = await sender.SendAsync(upload, begun, writer, callerId, source, cancellationToken);
        }
        catch (OperationCanceledException) when (draining.Token.IsCancellationRequested)
        {
            sent = new SentBytes(null) { IsCut = true }; // Parts were on their way.
        }

        var error = sent.Error;
        if (error is null && sent.HasEnded && !sent.IsCut)
        {
            var made = await CompleteAsync(upload, sent.End, sent.Sha256);
            if (!IsOfTheStop(made.Error))
                return made;
            error = made.Error;
        }

        var described = await AskAsync(upload, grain => grain.DescribeAsync());
        var isStopped = IsOfTheStop(error) || (error is null && sent.IsCut && draining.Token.IsCancellationRequested);
        return isStopped && described.Upload is { } known
            ? described with
            {
                Error = UploadRequestErrors.Stopping(known),
            }
            : described with
            {
                Error = error ?? described.Error,
            };
    }

    /// <summary>Whether a step was refused because this server stops, before anything was sent for it.</summary>
    private bool IsOfTheStop(ServiceError? error) =>
        draining.Token.IsCancellationRequested && error is { Code: ErrorCode.HubUnavailable, Source: ErrorSource.Hub };

    /// <summary>Has the file made. When a hash was declared and no request held the whole file, the stored bytes are read once
    /// more.</summary>
    public async Task<UploadResult> CompleteAsync(IUploadGrain upload, long size, string? sha256)
    {
        var result = await AskAsync(upload, grain => grain.CompleteAsync(size, sha256));
        if (result.ReadBackUrl is not { } url)
            return result;
        var (hash, error) = await HashStoredAsync(url, size);
        return hash is null
            ? result with
            {
                Error = error,
                ReadBackUrl = null,
            }
            : await AskAsync(upload, grain => grain.CompleteAsync(size, hash));
    }

    /// <summary>Whether what is needed from the database is there by the caller's deadline, if there is one. Nothing is sent before it
    /// is.</summary>
    internal static async Task<bool> IsDoneWithinAsync(Task needed, TimeSpan? wait, TimeProvider clock)
    {
        try
        {
            await needed.WaitAsync(wait is { } given && given < LeastWait ? LeastWait : wait ?? Timeout.InfiniteTimeSpan, clock);
            return true;
        }
        catch (TimeoutException) when (!needed.IsCompleted)
        {
            return false;
        }
    }

    /// <summary>For people; when it fails nothing is lost, because the upload is found under the approval.</summary>
    private async Task UseAsync(string approvalId)
    {
        try
        {
            await approvals.UseAsync(approvalId);
        }
        catch (Exception exception)
        {
            LogNotUsed(exception, approvalId);
        }
    }

    private Task<UploadResult> AskAsync(IUploadGrain upload, Func<IUploadGrain, Task<UploadResult>> ask) =>
        upload.AskAsync(ask, clock, draining.Token);

    private async Task<(string? Hash, ServiceError? Error)> HashStoredAsync(Secret url, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        await using var stored = new StoredBytesStream(transfer, url, 0, size, null, null);
        while (await stored.ReadAsync(buffer) is var read and > 0)
            hash.AppendData(buffer, 0, read);
        return stored.Error is { } error ? (null, error) : (Convert.ToHexStringLower(hash.GetHashAndReset()), null);
    }

    [LoggerMessage(2403, LogLevel.Error, "That the approval {ApprovalId} was used could not be written down")]
    private partial void LogNotUsed(Exception exception, string approvalId);
}
