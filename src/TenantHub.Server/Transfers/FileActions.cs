using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Http;
using TenantHub.Autodesk.Transfers;
using TenantHub.Calls;
using TenantHub.Errors;
using TenantHub.Server.Actions;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>
/// The two actions that carry a file. The bytes are streamed from the request to Autodesk's storage and never enter a grain; the account
/// grain makes the calls around them. Multipart: a part <c>request</c> (the rpc JSON), then a part <c>content</c> (the bytes). Small files
/// may come inside the JSON as base64 in <c>body.content</c>.
/// </summary>
internal sealed class FileActions(
    ActionCatalog catalog,
    SignedUrlTransfer transfer,
    Uploads uploads,
    IIdempotencyStore keys,
    CallRelay relay,
    CallJournal journal,
    TimeProvider clock,
    IOptions<TransferOptions> options
)
{
    private const int MaxBoundary = 70; // RFC 2046.

    /// <summary>Runs a call that came as JSON: the one door for HTTP and for agents. A small file may be inside it.</summary>
    public Task<ActionResult> RunAsync(ActionRequest call, ILinkedAccountGrain account, CancellationToken cancellationToken) =>
        catalog.Find(call.ActionId)?.Kind switch
        {
            ActionKind.Composite => journal.RecordAsync(
                account,
                call,
                () => RunInlineAsync(call, account, cancellationToken),
                cancellationToken
            ),
            ActionKind.Transfer => RunInlineAsync(call, account, cancellationToken),
            _ => relay.RunAsync(account, call, cancellationToken),
        };

    public async Task<ActionResult> RunMultipartAsync(HttpRequest request, ILinkedAccountGrain account, CancellationToken cancellationToken)
    {
        if (JsonBody.RefusesEncoding(request) is { } refusal)
            return refusal;
        if (request.ContentLength > options.Value.MaxRequestBytes)
            return RequestErrors.TooLarge(options.Value.MaxRequestBytes);
        request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = options.Value.MaxRequestBytes;
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary)
            return Unreadable($"The multipart boundary is missing, or longer than {MaxBoundary} characters.");

        var reader = new MultipartReader(boundary, request.Body);
        return await ReadingAsync(async () =>
        {
            var (action, named, error) = await ReadRequestPartAsync(reader, cancellationToken);
            if (action is null)
                return error!;
            if (named is not null && named != account.GetPrimaryKeyString())
                return RequestErrors.TwoAccounts();
            var call = CallHeaders.Apply(request, action);
            return catalog.Find(action.ActionId)?.Kind switch
            {
                ActionKind.Composite => await journal.RecordAsync(account, call, () => ReadingAsync(SendAsync), cancellationToken),
                ActionKind.Transfer => await SendAsync(),
                _ => Unreadable($"{action.ActionId} takes no file; send it as application/json."),
            };

            async Task<ActionResult> SendAsync() =>
                await reader.ReadNextSectionAsync(cancellationToken) is { } content && PartName(content) == "content"
                    ? await SendPartAsync(call, account, content, cancellationToken)
                    : await RefuseAsync(
                        call,
                        account,
                        RequestErrors.Unreadable("After the part \"request\" there must be a part \"content\" with the file's bytes.")
                    );
        });
    }

    private async Task<ActionResult> SendPartAsync(
        ActionRequest call,
        ILinkedAccountGrain account,
        MultipartSection content,
        CancellationToken cancellationToken
    )
    {
        var admitted = await AdmitAsync(call, account);
        return admitted.Refusal is { } waiting
            ? waiting
            : await SendAsync(admitted.Call, admitted.ApprovalId, account, content.Body, Length(call, content), cancellationToken);
    }

    /// <summary>Reads on in a multipart body, which may be broken anywhere, or grow too large.</summary>
    private async Task<ActionResult> ReadingAsync(Func<Task<ActionResult>> read)
    {
        try
        {
            return await read();
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode is StatusCodes.Status413PayloadTooLarge)
        {
            return RequestErrors.TooLarge(options.Value.MaxRequestBytes);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or EndOfStreamException || exception is IOException and not BadHttpRequestException)
        {
            return Unreadable("The multipart body is broken or ended too early.");
        }
    }

    /// <summary>A transfer that does not come to its account's grain is recorded here; of a composite the whole is.</summary>
    private Task<ActionResult> RefuseAsync(ActionRequest call, ILinkedAccountGrain account, ServiceError error) =>
        catalog.Find(call.ActionId) is { Kind: ActionKind.Composite }
            ? Task.FromResult<ActionResult>(error)
            : journal.RefuseAsync(account, call, error);

    private async Task<ActionResult> RunInlineAsync(ActionRequest action, ILinkedAccountGrain account, CancellationToken cancellationToken)
    {
        var (bytes, rest, fault) = InlineContent.Take(action);
        if (bytes is null)
            return await RefuseAsync(action, account, fault!);
        var isNamed = action.IdempotencyKey is not null;
        (action, var approvalId, var refusal) = await AdmitAsync(action, account); // With the bytes: they are approved too.
        if (refusal is not null)
            return refusal;
        if (catalog.Find(action.ActionId) is { Kind: ActionKind.Transfer })
            action = action with { ContentHash = Convert.ToHexStringLower(SHA256.HashData(bytes)) }; // The grain, which admits it, does not see them.
        if (action.IdempotencyKey is null && action.RepeatWindow is { } window) // Here the bytes are part of the payload.
        {
            var repeat = IdempotencyKey.OfRepeatAsync(
                keys,
                account.GetPrimaryKeyString(),
                action.CallerId,
                HashOf(action),
                window,
                clock.GetUtcNow(),
                cancellationToken
            );
            if (!await IsReadAsync(repeat, action))
                return await RefuseAsync(action, account, UploadRequestErrors.NotLookedUp());
            action = action with { IdempotencyKey = await repeat };
        }

        if (AnnouncedLength(action) is { } announced && announced != bytes.Length)
            return await RefuseAsync(action, account, SignedUrlTransfer.OtherLength(announced, bytes.Length));
        if (!isNamed && action.IdempotencyKey is { } given && catalog.Find(action.ActionId) is { Kind: ActionKind.Composite })
        {
            (var newest, refusal) = await FindNewestAsync(action with { Body = rest }, account, given, cancellationToken);
            if (refusal is not null)
                return refusal;
            if (action.IsApproved && newest != given)
                (action, approvalId, refusal) = await AdmitAsync(action with { IdempotencyKey = newest, IsApproved = false }, account);
            if (refusal is not null)
                return refusal; // The approval was for the file that it has made; this is another one.
            action = action with { IdempotencyKey = newest };
        }

        using var content = new MemoryStream(bytes, writable: false);
        return await SendAsync(action with { Body = rest }, approvalId, account, content, bytes.Length, cancellationToken);
    }

    /// <summary>An upload without a key of its own is a repeat as long as the file is what the first one made of it. When somebody has
    /// changed the file since, it is another upload, under the key after that.</summary>
    private async Task<(string Key, ServiceError? Error)> FindNewestAsync(
        ActionRequest action,
        ILinkedAccountGrain account,
        string key,
        CancellationToken cancellationToken
    )
    {
        (string? VersionId, ServiceError? Error)? tip = null;
        for (; ; key = IdempotencyKey.OfStep(key, "again"))
        {
            var found = keys.FindAsync(account.GetPrimaryKeyString(), key, cancellationToken);
            if (!await IsReadAsync(found, action))
                return (key, UploadRequestErrors.NotLookedUp());
            if (
                (await found)?.Answer?.Data is not { } made
                || FileUploadInput.Read(action).Upload is not { } file
                || FileUploadInput.VersionMade(made) is not { } version
            )
                return (key, null);
            tip ??= await new ProjectFileUpload(account, file, transfer, key).FindTipAsync();
            if (tip is { Error: { } error })
                return (key, error);
            if (tip is { VersionId: var newest } && newest == version)
                return (key, null);
        }
    }

    /// <summary>The steps of a composite are made here, so the whole is admitted here too. What a person approved runs under the caller's
    /// key, or under the approval as its key.</summary>
    private async Task<(ActionRequest Call, string? ApprovalId, ServiceError? Refusal)> AdmitAsync(
        ActionRequest call,
        ILinkedAccountGrain account
    )
    {
        if (catalog.Find(call.ActionId) is not { Kind: ActionKind.Composite })
            return (call, null, null);
        var admission = await account.AdmitAsync(call);
        return (
            admission.ApprovalId is { } approval ? call with { IdempotencyKey = call.IdempotencyKey ?? approval, IsApproved = true } : call,
            admission.ApprovalId,
            admission.Refusal
        );
    }

    private async Task<ActionResult> SendAsync(
        ActionRequest action,
        string? approvalId,
        ILinkedAccountGrain account,
        Stream content,
        long? length,
        CancellationToken cancellationToken
    )
    {
        if (catalog.Find(action.ActionId) is { Kind: ActionKind.Composite })
            return await UploadAsync(action, approvalId, account, content, length, cancellationToken);

        if (length is not { } size)
            return await RefuseAsync(
                action,
                account,
                RequestErrors.Unreadable("The length of the file is needed: headers.Content-Length in the part \"request\".")
            );
        return await relay.RunAsync(account, WithLength(action, size), cancellationToken) switch
        {
            ActionResult.TransferAllowed { SignedUrl: var url } => await PutAsync(url, content, size, cancellationToken),
            var other => other,
        };
    }

    /// <summary>
    /// Under an idempotency key a finished upload is answered without reading the file again, and one that was cut goes on: parts that are
    /// stored with the same bytes are not sent again. The payload is everything but the bytes, which are not compared when it is finished.
    /// </summary>
    private async Task<ActionResult> UploadAsync(
        ActionRequest action,
        string? approvalId,
        ILinkedAccountGrain account,
        Stream content,
        long? length,
        CancellationToken cancellationToken
    )
    {
        var (file, unreadable) = FileUploadInput.Read(action);
        if (file is null)
            return unreadable!;
        if (action.IdempotencyKey is not { } key)
            return await UploadAsync(file with { Size = length }, account, null, null, content, cancellationToken);
        if (IdempotencyKey.Check(key) is { } invalid)
            return invalid;

        var (accountId, payload) = (account.GetPrimaryKeyString(), HashOf(action));
        var found = keys.FindAsync(accountId, key, cancellationToken);
        if (!await IsReadAsync(found, action))
            return UploadRequestErrors.NotLookedUp();
        var record = await found;
        if (record is not null && record.PayloadHash != payload)
            return IdempotencyKey.Reused();
        if (record is { Answer: { } answer })
            return answer with { Origin = AnswerOrigin.Replay };

        var result = await UploadAsync(file with { Size = length }, account, key, approvalId, content, cancellationToken);
        if (result is ActionResult.Succeeded succeeded)
        {
            await keys.BeginAsync(accountId, key, payload);
            await keys.CompleteAsync(accountId, key, succeeded);
        }

        return result;
    }

    private Task<bool> IsReadAsync(Task read, ActionRequest call) => Uploads.IsDoneWithinAsync(read, call.MaxWait, clock);

    /// <summary>The same machine as POST /files/uploads and its PUT.</summary>
    private async Task<ActionResult> UploadAsync(
        UploadRequest file,
        ILinkedAccountGrain account,
        string? key,
        string? approvalId,
        Stream content,
        CancellationToken cancellationToken
    )
    {
        var (upload, created) = await uploads.CreateAsync(account.GetPrimaryKeyString(), file, key, approvalId);
        if (created.Error is { } refused)
            return refused;
        if (created.Upload is { Status: UploadStatus.Done } done)
            return Made(done, null, AnswerOrigin.Replay);
        if (created.Upload is { Status: UploadStatus.Completing, Size: { } size })
            return Answer(await uploads.CompleteAsync(upload, size, null));
        var writer = Guid.NewGuid().ToString("N");
        var begun = await uploads.BeginAsync(upload, writer, null);
        if (begun.Error is { } taken)
            return taken;
        using var source = new ByteSource(content, 0, endsFile: true);
        var sent = await uploads.SendAsync(upload, begun, writer, file.CallerId, source, cancellationToken);
        return sent.Error is { Code: ErrorCode.HubUnavailable } stopped ? stopped with { NextStep = SendAgain(key) } : Answer(sent);
    }

    private static string SendAgain(string? key) =>
        key is null
            ? "Send the call again: it begins anew. With an Idempotency-Key it would go on where it stopped."
            : "Send the call again with the same Idempotency-Key: it goes on where it stopped.";

    private static ActionResult Answer(UploadResult result)
    {
        if (result.Error is { } error)
            return error;
        return result.Upload is { Status: UploadStatus.Done } made
            ? Made(made, result.Resource, result.Origin)
            : RequestErrors.Unreadable(
                "The file ended before its last byte. With an Idempotency-Key the same request goes on where it stopped."
            );
    }

    /// <summary>Data <c>{created: "item"|"version", item_id, version_id, resource}</c>.</summary>
    private static ActionResult.Succeeded Made(UploadDescription upload, JsonBytes? resource, AnswerOrigin origin)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(data))
        {
            writer.WriteStartObject();
            writer.WriteString("created", upload.Created);
            writer.WriteString("item_id", upload.ItemId);
            writer.WriteString("version_id", upload.VersionId);
            writer.WritePropertyName("resource");
            writer.WriteRawValue(resource is null ? "null"u8 : resource.Span, skipInputValidation: true); // As it came; it was read already.
            writer.WriteEndObject();
        }

        return new ActionResult.Succeeded(StatusCodes.Status201Created, new JsonBytes(data.WrittenSpan.ToArray()), null)
        {
            Origin = origin,
        };
    }

    private async Task<ActionResult> PutAsync(Secret url, Stream content, long size, CancellationToken cancellationToken) =>
        await transfer.PutAsync(url, content, size, "application/octet-stream", cancellationToken) switch
        {
            TransferResult.Stored { ETag: var etag } => new ActionResult.Succeeded(200, JsonBytes.From(new { etag }), null),
            TransferResult.Failed { Error: var error } => error,
            _ => throw new InvalidOperationException("Unknown result."),
        };

    private static async Task<(ActionRequest? Action, string? Account, ServiceError? Error)> ReadRequestPartAsync(
        MultipartReader reader,
        CancellationToken cancellationToken
    )
    {
        if (await reader.ReadNextSectionAsync(cancellationToken) is not { } part || PartName(part) != "request")
            return (null, null, RequestErrors.Unreadable("The first part must be named \"request\" and hold the rpc JSON."));
        using var json = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await part.Body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            await json.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (json.Length > JsonBody.MaxBytes)
                return (null, null, RequestErrors.TooLarge(JsonBody.MaxBytes));
        }

        return RpcRequest.Parse(json.ToArray());
    }

    private static string? PartName(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            ? HeaderUtilities.RemoveQuotes(disposition.Name).Value
            : null;

    private static long? Length(ActionRequest action, MultipartSection content)
    {
        if (AnnouncedLength(action) is { } announced)
            return announced;
        return long.TryParse(
            content.Headers?.GetValueOrDefault("Content-Length").ToString(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var length
        )
            ? length
            : null;
    }

    private static long? AnnouncedLength(ActionRequest action) =>
        long.TryParse(action.Headers.GetValueOrDefault("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : null;

    private static ActionRequest WithLength(ActionRequest action, long length) =>
        action with
        {
            Headers = new Dictionary<string, string>(action.Headers, StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Length"] = length.ToString(CultureInfo.InvariantCulture),
            },
        };

    private string HashOf(ActionRequest call) => CanonicalCall.HashOf(catalog.Find(call.ActionId)!, call);

    private static ActionResult Unreadable(string what) => RequestErrors.Unreadable(what);
}
