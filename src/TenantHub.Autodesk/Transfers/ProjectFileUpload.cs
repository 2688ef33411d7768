using System.Buffers;
using System.Text.Json;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Transfers;

/// <summary>
/// The composite action <c>autodesk_upload_file_in_project_folder</c>, run by whoever holds the file: 1. reserve a storage object,
/// 2. send the parts to signed URLs, 3. complete the upload, 4. create the item, or a new version where the name exists.
/// Every Autodesk call goes through the account grain; the bytes go straight to storage, one part in memory at a time.
/// </summary>
public sealed class ProjectFileUpload(ILinkedAccountGrain account, SignedUrlTransfer transfer)
{
    /// <summary>The composite's id.</summary>
    public const string ActionId = "autodesk_upload_file_in_project_folder";

    private const string CreateStorage = "autodesk_create_storage";
    private const string SignParts = "autodesk_get_signed_s3_upload_urls";
    private const string CompleteUpload = "autodesk_signed_s3_upload";
    private const string CreateItem = "autodesk_create_item";
    private const string CreateVersion = "autodesk_create_version";

    // Autodesk wants at least 5 MiB in every part but the last, and gives at most 25 URLs per call.
    private const int PartBytes = 8 * 1024 * 1024;
    private const int UrlsPerCall = 25;
    private const int MaxTriesPerPart = 3;

    private ActionRequest? _call;

    /// <summary>Uploads one file. Nothing but an unused storage placeholder is left behind when it fails before step 4.</summary>
    /// <param name="request">path.project_id, body {folder_id, file_name, content_type?}.</param>
    /// <param name="content">The bytes; read once, to the end.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <returns>Data <c>{created: "item"|"version", item_id, version_id, resource}</c>, or the error of the step that failed.</returns>
    public async Task<ActionResult> RunAsync(ActionRequest request, Stream content, CancellationToken cancellationToken)
    {
        var (file, invalid) = FileUploadInput.Read(request);
        if (file is null) return invalid!;
        _call = request;

        // 1. A place for the bytes.
        var storage = await StepAsync(file, CreateStorage, FileUploadBodies.Storage(file), cancellationToken);
        if (storage is not ActionResult.Succeeded stored) return storage;
        if (Text(stored, "data", "id") is not { } objectId || StorageObject.Parse(objectId) is not { } target)
            return Lacks(CreateStorage, stored, "the id of a storage object (data.id)");

        // 2. and 3. The bytes.
        if (await SendPartsAsync(file, target, content, cancellationToken) is { } failed) return failed;

        // 4. The item; or, where the folder has one of this name, its next version.
        var item = await StepAsync(file, CreateItem, FileUploadBodies.Item(file, objectId), cancellationToken);
        if (item is ActionResult.Succeeded made) return await NameItemAsync(file, made, cancellationToken);
        if (item is not ActionResult.Failed { Error.Code: ErrorCode.AutodeskConflict }) return item;

        var (itemId, error) = await FindItemAsync(file, cancellationToken);
        if (error is not null) return error;
        if (itemId is null) return item; // The name is taken by something that is no file.
        var version = await StepAsync(file, CreateVersion, FileUploadBodies.Version(file, itemId, objectId), cancellationToken);
        return version is ActionResult.Succeeded next ? Created("version", itemId, Text(next, "data", "id"), next.Data) : version;
    }

    /// <summary>Autodesk said that the item is made. When its answer does not name it, it is looked for, not made again.</summary>
    private async Task<ActionResult> NameItemAsync(FileUploadInput file, ActionResult.Succeeded made, CancellationToken cancellationToken)
    {
        var version = made.Data is { } data ? FileUploadBodies.FirstIncluded(data) : null;
        if ((Text(made, "data", "id") ?? (await FindItemAsync(file, cancellationToken)).ItemId) is { } id)
            return Created("item", id, version, made.Data);
        return Lacks(CreateItem, made, "the id of the item (data.id), and it could not be found in the folder") with
        {
            Code = ErrorCode.OutcomeUnknown,
            NextStep = "Look into the folder before you upload the file again.",
        };
    }

    private async Task<ActionResult?> SendPartsAsync(
        FileUploadInput file,
        StorageObject target,
        Stream content,
        CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        var ahead = new byte[1];
        try
        {
            var urls = new Queue<string>();
            string? uploadKey = null;
            long size = 0;
            var more = true;
            var pending = 0;
            for (var part = 1; more; part++)
            {
                // One byte is read ahead, so that the last part is known as such and an empty part is never made.
                var length =
                    pending
                    + await content.ReadAtLeastAsync(
                        buffer.AsMemory(pending, PartBytes - pending),
                        PartBytes - pending,
                        throwOnEndOfStream: false,
                        cancellationToken);
                more = length == PartBytes && await content.ReadAsync(ahead, cancellationToken) == 1;
                if (urls.Count == 0)
                {
                    var signed = await SignAsync(file, target, part, more ? UrlsPerCall : 1, uploadKey, cancellationToken);
                    if (signed is not ActionResult.Succeeded answer) return signed;
                    uploadKey = Text(answer, "uploadKey") ?? uploadKey;
                    foreach (var url in Urls(answer)) urls.Enqueue(url);
                    if (uploadKey is null || urls.Count == 0)
                        return Lacks(SignParts, answer, "an upload key and signed URLs to Autodesk's storage (uploadKey, urls)");
                }

                if (await PutAsync(file, target, part, uploadKey!, urls.Dequeue(), buffer, length, cancellationToken) is { } failed)
                    return failed;
                size += length;
                buffer[0] = ahead[0];
                pending = more ? 1 : 0;
            }

            var completed = await StepAsync(
                file,
                CompleteUpload,
                JsonBytes.From(new { uploadKey, size }),
                cancellationToken,
                target.ToPath());
            if (completed is not ActionResult.Succeeded result) return completed;
            if (Text(result, "status") == "error")
                return Unexpected(CompleteUpload, result, $"Autodesk did not accept the uploaded parts: {Text(result, "reason")}");
            if (Text(result, "objectId") is null) return Lacks(CompleteUpload, result, "the stored object (objectId)");
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>A part may be sent again: it lands in the same place. A URL that has expired is replaced under the same upload
    /// key.</summary>
    private async Task<ActionResult?> PutAsync(
        FileUploadInput file,
        StorageObject target,
        int part,
        string uploadKey,
        string url,
        byte[] bytes,
        int length,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var stream = new MemoryStream(bytes, 0, length, writable: false);
            var result = await transfer.PutAsync(new Secret(url), stream, length, "application/octet-stream", cancellationToken);
            if (result is TransferResult.Stored) return null;
            var error = ((TransferResult.Failed)result).Error;
            if (attempt == MaxTriesPerPart) return error;

            if (error.Provider?.Status is not 403) continue;
            var signed = await SignAsync(file, target, part, 1, uploadKey, cancellationToken);
            if (signed is not ActionResult.Succeeded answer) return signed;
            if (Urls(answer) is not [var fresh, ..]) return Lacks(SignParts, answer, "a signed URL to Autodesk's storage (urls)");
            url = fresh;
        }
    }

    private Task<ActionResult> SignAsync(
        FileUploadInput file,
        StorageObject target,
        int firstPart,
        int parts,
        string? uploadKey,
        CancellationToken cancellationToken)
    {
        var query = new Dictionary<string, string[]>
        {
            ["parts"] = [parts.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            ["firstPart"] = [firstPart.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            ["minutesExpiration"] = ["60"],
        };
        if (uploadKey is not null) query["uploadKey"] = [uploadKey];
        return StepAsync(file, SignParts, null, cancellationToken, target.ToPath(), query);
    }

    /// <summary>The item with the file's name, looked for page by page.</summary>
    private async Task<(string? ItemId, ActionResult? Failure)> FindItemAsync(FileUploadInput file, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var query = new Dictionary<string, string[]> { ["filter[type]"] = ["items"] };
            if (cursor is not null) query["next"] = [cursor];
            var path = new Dictionary<string, string> { ["project_id"] = file.ProjectId, ["folder_id"] = file.FolderId };
            var page = await StepAsync(file, "autodesk_list_folder_contents", null, cancellationToken, path, query);
            if (page is not ActionResult.Succeeded { Data: { } data } listed) return (null, page);
            if (FileUploadBodies.FindItem(data, file.FileName) is { } id) return (id, null);
            cursor = listed.Next;
        }
        while (cursor is not null);
        return (null, null);
    }

    private Task<ActionResult> StepAsync(
        FileUploadInput file,
        string actionId,
        JsonBytes? body,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? path = null,
        IReadOnlyDictionary<string, string[]>? query = null
    ) =>
        account.RunActionAsync(
            new ActionRequest(actionId)
            {
                Path = path ?? new Dictionary<string, string> { ["project_id"] = file.ProjectId },
                Query = query ?? new Dictionary<string, string[]>(),
                Headers = HeadersOf(file, actionId, path),
                Body = body,
                MaxWait = file.MaxWait,
                PartOf = ActionId,
                Rights = _call!.Rights,
                Via = _call.Via,
                Client = _call.Client,
                Priority = _call.Priority,

                // Repeated under its key, the upload gets the same storage object again and makes one item or version. Completing an upload
                // has a new upload key every time, and does no harm when it is done twice.
                IdempotencyKey =
                    actionId is not CompleteUpload && _call.IdempotencyKey is { } key ? IdempotencyKey.OfStep(key, actionId) : null,
            },
            cancellationToken);

    /// <summary>The acting user goes with what concerns the project. The type of the file is told when its bytes are complete.</summary>
    private static IReadOnlyDictionary<string, string> HeadersOf(
        FileUploadInput file,
        string actionId,
        IReadOnlyDictionary<string, string>? path)
    {
        if (path is null || path.ContainsKey("project_id")) return file.Headers;
        return actionId == CompleteUpload && file.ContentType is { } type
            ? new Dictionary<string, string> { ["x-ads-meta-Content-Type"] = type }
            : new Dictionary<string, string>();
    }

    /// <summary>The signed URLs in an answer; none when one of them leads elsewhere than to Autodesk's storage.</summary>
    private IReadOnlyList<string> Urls(ActionResult.Succeeded answer)
    {
        var urls = answer.Data is { } data ? FileUploadBodies.Texts(data, "urls") : [];
        return urls.Any(url => transfer.CheckUrl(url) is not null) ? [] : urls;
    }

    private static string? Text(ActionResult.Succeeded answer, params ReadOnlySpan<string> path) =>
        answer.Data is { } data && FileUploadBodies.Text(data, path) is { Length: > 0 } text ? text : null;

    private static ActionResult.Succeeded Created(string what, string? itemId, string? versionId, JsonBytes? resource)
    {
        var data = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(data))
        {
            writer.WriteStartObject();
            writer.WriteString("created", what);
            writer.WriteString("item_id", itemId);
            writer.WriteString("version_id", versionId);
            writer.WritePropertyName("resource");
            writer.WriteRawValue(resource is null ? "null"u8 : resource.Span, skipInputValidation: true); // As it came; it was read already.
            writer.WriteEndObject();
        }

        return new ActionResult.Succeeded(201, new JsonBytes(data.WrittenSpan.ToArray()), null);
    }

    /// <summary>The step's answer does not hold what the next step needs. That is Autodesk's fault, not the caller's.</summary>
    private static HubError Lacks(string step, ActionResult.Succeeded answer, string what) =>
        Unexpected(step, answer, $"Autodesk answered {answer.ProviderStatus} without {what}");

    private static HubError Unexpected(string step, ActionResult.Succeeded answer, string what)
    {
        var excerpt = answer.Data is { } data ? AnswerBody.Excerpt(data.Span) : null;
        return new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"{step}: {what}. It answered: {excerpt ?? "nothing"}")
        {
            NextStep = "Try the upload again.",
            Provider = new ProviderError(answer.ProviderStatus, step, excerpt is null ? null : JsonBytes.From(excerpt)),
        };
    }
}
