using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using TenantHub.Accounts;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>
/// Sends the bytes of one request to Autodesk's storage while they come. 1. A part is read into a buffer. 2. It is sent to its signed URL,
/// beside others. 3. When storage has it, the upload's grain writes it down. A sender who goes away loses what has not filled a part;
/// parts that are whole are still sent and written down. A part that is stored with the same bytes is not sent again. A server that was
/// told to stop sends on until its notice is over.
/// </summary>
internal sealed class PartSender(
    SignedUrlTransfer transfer,
    PartBuffers buffers,
    Sendings sendings,
    IOptions<TransferOptions> options,
    Draining draining,
    TimeProvider clock
)
{
    private const int MaxTries = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Sends what comes, from an offset on that is the beginning of a part.</summary>
    /// <param name="upload">The upload's grain.</param>
    /// <param name="begun">The upload and its parts, as the grain gave them when the sending was begun.</param>
    /// <param name="writer">The name under which the sending was begun.</param>
    /// <param name="callerId">Whose request it is.</param>
    /// <param name="source">The bytes.</param>
    /// <param name="cancellationToken">The sender has gone.</param>
    public async Task<SentBytes> SendAsync(
        IUploadGrain upload,
        UploadResult begun,
        string writer,
        string? callerId,
        ByteSource source,
        CancellationToken cancellationToken
    )
    {
        var described = begun.Upload!;
        using var urls = new SignedUrlQueue(upload, described, clock, draining.Token);
        var run = new Run(upload, begun.Parts.ToDictionary(part => part.Number), writer, callerId, urls);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, draining.Token);
        using var here = sendings.Enter(upload.GetPrimaryKeyString(), stop);
        var sending = new List<Task<ServiceError?>>();
        try
        {
            return await SendAsync(run, described, source, sending, here, stop.Token);
        }
        finally
        {
            await ((Task)Task.WhenAll(sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // None when all went well.
        }
    }

    private async Task<SentBytes> SendAsync(
        Run run,
        UploadDescription described,
        ByteSource source,
        List<Task<ServiceError?>> sending,
        Sendings.Sending here,
        CancellationToken stop
    )
    {
        var (position, isCut, hasEnded) = (source.Offset, false, false);
        ServiceError? error = null;
        while (error is null)
        {
            PartBuffers.PartBuffer? buffer = null;
            try
            {
                buffer = await buffers.RentAsync(hasOthers: sending.Count > 0, stop);
                var filled = await source.FillAsync(buffer.Bytes.AsMemory(0, (int)described.PartBytes), stop);
                if (source.FaultOf(position, filled, described) is { } fault)
                {
                    error = fault;
                    break;
                }

                var isLast = source.IsLast(position + filled, described, filled);
                var number = (int)(position / described.PartBytes) + 1;
                if (isLast && await source.HasMoreAsync(stop))
                    error = ByteSource.MoreThan(position + filled);
                if (number > PartPlan.MaxParts && filled > 0)
                    error = TooLarge();
                if (error is not null)
                    break;
                if (filled < described.PartBytes && !isLast)
                    source.Leave(buffer.Bytes.AsSpan(0, filled));
                hasEnded = isLast;
                if ((filled < described.PartBytes && !isLast) || (filled == 0 && number > 1))
                    break;

                if (sending.Count == options.Value.PartsInFlight)
                    error = await FirstAsync(sending); // Only now: the next part is filled while the others are on their way.
                if (error is not null)
                    break;
                source.Take(buffer.Bytes.AsSpan(0, filled));
                position += filled;
#pragma warning disable CA2025 // The part's task gives the buffer back; all of them are waited for below.
                sending.Add(SendPartAsync(run, number, buffer, filled, source.HoldsRecords ? source.Held : null));
#pragma warning restore CA2025
                buffer = null;
                if (isLast)
                    break;
            }
            catch (Exception exception)
                when (exception is IOException or ConnectionAbortedException or BadHttpRequestException or OperationCanceledException)
            {
                isCut = true;
                here.Cut();
                if (here.IsReplaced)
                    error = UploadRequestErrors.TakenOver();
                break;
            }
            finally
            {
                buffer?.Dispose();
            }
        }

        while (sending.Count > 0)
            error = await FirstAsync(sending) ?? error;
        if (error is null && !isCut)
            error = await source.ReleaseAsync(part => RecordAsync(run, part));
        return new SentBytes(error)
        {
            End = position,
            IsCut = isCut,
            HasEnded = hasEnded,
            Sha256 = hasEnded ? source.WholeHash() : null,
        };
    }

    private static async Task<ServiceError?> FirstAsync(List<Task<ServiceError?>> sending)
    {
        var first = await Task.WhenAny(sending);
        sending.Remove(first);
        return await first;
    }

    /// <summary>Off the thread that reads, which belongs to a socket.</summary>
    private Task<ServiceError?> SendPartAsync(Run run, int number, PartBuffers.PartBuffer buffer, int length, List<UploadPart>? held) =>
        Task.Run(async () =>
        {
            using (buffer)
            {
                var bytes = buffer.Bytes.AsMemory(0, length);
                var md5 = Md5(bytes.Span);
                var part = new UploadPart(number, length, Convert.ToHexStringLower(md5), 1, clock.GetUtcNow());
                if (run.Stored.TryGetValue(number, out var stored))
                    return stored.Md5 == part.Md5 ? null : await RecordAsync(run, part); // Which says that the file has changed.
                var (tries, error) = await PutAsync(run, number, bytes, md5);
                if (error is not null)
                    return error;
                part = part with { Tries = tries, StoredAt = clock.GetUtcNow() };
                if (held is null)
                    return await RecordAsync(run, part);
                lock (held)
                    held.Add(part);
                return null;
            }
        });

    private Task<ServiceError?> RecordAsync(Run run, UploadPart part) =>
        run.Upload.AskAsync(upload => upload.RecordPartAsync(run.Writer, part), clock, draining.Token);

    /// <summary>Why the part may not leave.</summary>
    private Task<ServiceError?> AskAsync(Run run) =>
        run.Upload.AskAsync(upload => upload.MaySendAsync(run.Writer, run.CallerId), clock, draining.Token);

    /// <summary>A part may be sent again: it lands in the same place. A URL that has expired is replaced.</summary>
    private async Task<(int Tries, ServiceError? Error)> PutAsync(Run run, int number, ReadOnlyMemory<byte> bytes, byte[] md5)
    {
        var fresh = false;
        for (var attempt = 1; ; attempt++)
        {
            var (url, refused) = await run.Urls.TakeAsync(number, fresh);
            if (url is null)
                return (attempt, refused);
            if (await AskAsync(run) is { } stopped)
                return (attempt, stopped);
            var result = await transfer.PutPartAsync(url, bytes, md5, draining.Token);
            if (result is TransferResult.Stored)
                return (attempt, null);
            var error = ((TransferResult.Failed)result).Error;
            if (attempt == MaxTries)
                return (attempt, error with { NextStep = "Send the bytes again from the offset that HEAD tells; what is stored stays." });
            fresh = error.Provider?.Status is 403;
            if (!fresh)
                await Task.Delay(FirstPause * attempt, clock, draining.Token);
        }
    }

#pragma warning disable CA5351 // What storage compares parts with; it protects from accidents, not from people.
    private static byte[] Md5(ReadOnlySpan<byte> bytes) => MD5.HashData(bytes);
#pragma warning restore CA5351

    private static ServiceError TooLarge() =>
        new(
            ErrorCode.BodyTooLarge,
            ErrorSource.Caller,
            string.Create(CultureInfo.InvariantCulture, $"The file is larger than {PartPlan.MaxSizeThrough:N0} bytes.")
        )
        {
            NextStep = "Begin an upload with its size and mode direct.",
        };

    private sealed record Run(
        IUploadGrain Upload,
        IReadOnlyDictionary<int, UploadPart> Stored,
        string Writer,
        string? CallerId,
        SignedUrlQueue Urls
    );
}
