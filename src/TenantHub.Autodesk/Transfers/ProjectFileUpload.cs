using System.Globalization;
using TenantHub.Accounts;
using TenantHub.Actions;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;
using TenantHub.Transfers;

namespace TenantHub.Autodesk.Transfers;

/// <summary>
/// The calls to Autodesk around the bytes of an upload: 1. reserve a storage object, 2. sign URLs for the parts, 3. complete the stored
/// object, 4. create the item, or a new version where the name exists. Each goes through the account grain, as a step of
/// <c>autodesk_upload_file_in_project_folder</c>. Item and version are made under idempotency keys: made again they are the same ones.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="file">What is uploaded.</param>
/// <param name="transfer">Knows where Autodesk's storage is.</param>
/// <param name="key">Names this upload; the idempotency keys are made of it.</param>
public sealed class ProjectFileUpload(ILinkedAccountGrain account, UploadRequest file, SignedUrlTransfer transfer, string key)
{
    /// <summary>The composite's id.</summary>
    public const string ActionId = "autodesk_upload_file_in_project_folder";

    private const string CreateStorage = "autodesk_create_storage";
    private const string SignParts = "autodesk_get_signed_s3_upload_urls";
    private const string SignRead = "autodesk_get_signed_s3_download_url";
    private const string CompleteUpload = "autodesk_signed_s3_upload";
    private const string CreateItem = "autodesk_create_item";
    private const string CreateVersion = "autodesk_create_version";
    private const string ListContents = "autodesk_list_folder_contents";
    private const int MaxNames = 20; // Of one file that is renamed.
    private const int MaxPages = 500; // Of a folder: 100,000 items.

    /// <summary>1. Reserves a place for the bytes; gives its URN.</summary>
    public async Task<(string? ObjectId, ServiceError? Error)> ReserveAsync()
    {
        if (file.IfExists is IfExists.Fail)
        {
            var (found, failed) = await FindItemAsync(file.FileName);
            if (failed is not null)
                return (null, failed);
            if (found is not null)
                return (null, NameTaken());
        }

        var (stored, error) = await StepAsync(CreateStorage, FileUploadBodies.Storage(file));
        if (stored is null)
            return (null, error);
        return Text(stored, "data", "id") is { } objectId && StorageObject.Parse(objectId) is not null
            ? (objectId, null)
            : (null, Lacks(CreateStorage, stored, "the id of a storage object (data.id)"));
    }

    /// <summary>2. Signs URLs for parts. Without an upload key Autodesk makes a new one.</summary>
    public async Task<(SignedUrls? Signed, ServiceError? Error)> SignAsync(string objectId, string? uploadKey, int firstPart, int parts)
    {
        var query = new Dictionary<string, string[]>
        {
            ["parts"] = [parts.ToString(CultureInfo.InvariantCulture)],
            ["firstPart"] = [firstPart.ToString(CultureInfo.InvariantCulture)],
            ["minutesExpiration"] = ["60"],
        };
        if (uploadKey is not null)
            query["uploadKey"] = [uploadKey];
        var (answer, error) = await StepAsync(SignParts, null, PathOf(objectId), query);
        if (answer is null)
            return (null, error);
        var urls = answer.Data is { } data ? FileUploadBodies.Texts(data, "urls") : [];
        if (urls.Any(url => transfer.CheckUrl(url) is not null))
            urls = [];
        return (Text(answer, "uploadKey") ?? uploadKey) is { } signedFor && urls.Count > 0
            ? (new(signedFor, urls, Instant(answer, "urlExpiration"), Instant(answer, "uploadExpiration")), null)
            : (null, LacksUrls(answer));
    }

    /// <summary>
    /// 3. Has storage make one object of the parts. Autodesk takes a second completing of the same upload for an unknown one, so after a
    /// lost answer the object is looked for.
    /// </summary>
    /// <param name="objectId">The storage object.</param>
    /// <param name="uploadKey">The upload.</param>
    /// <param name="size">The size that the object must have, in bytes.</param>
    /// <param name="mayBeDone">Whether it was tried before.</param>
    public async Task<(ServiceError? Error, bool PartsAreWrong)> AssembleAsync(string objectId, string uploadKey, long size, bool mayBeDone)
    {
        if (mayBeDone && (await FindStoredAsync(objectId)).Size == size)
            return (null, false);
        var body = JsonBytes.From(new { uploadKey, size });
        var (completed, error) = await StepAsync(CompleteUpload, body, PathOf(objectId));
        if (completed is null)
        {
            var mayHaveHappened = error!.Code is ErrorCode.OutcomeUnknown or ErrorCode.AutodeskTimeout or ErrorCode.AutodeskUnavailable;
            return (mayHaveHappened && (await FindStoredAsync(objectId)).Size == size ? null : error, false);
        }

        if (Text(completed, "status") == "error")
            return (
                Unexpected(CompleteUpload, completed, $"Autodesk did not accept the uploaded parts: {Text(completed, "reason")}"),
                true
            );
        return (Text(completed, "objectId") is null ? Lacks(CompleteUpload, completed, "the stored object (objectId)") : null, false);
    }

    /// <summary>Finds the stored object: its size, and a URL from which its bytes can be read. Nothing when it is not there.</summary>
    public async Task<(long? Size, string? Url, ServiceError? Error)> FindStoredAsync(string objectId)
    {
        var query = new Dictionary<string, string[]> { ["minutesExpiration"] = ["60"] };
        var (found, error) = await StepAsync(SignRead, null, PathOf(objectId), query);
        if (found?.Data is not { } data)
            return (null, null, error);
        var (size, url, _) = FileUploadBodies.Stored(data);
        return (size, url is not null && transfer.CheckUrl(url) is null ? url : null, null);
    }

    /// <summary>4. Makes the item; or, where the folder has one of this name, what the upload says is to happen then.</summary>
    public async Task<(CreatedFile? File, ServiceError? Error)> CreateAsync(string objectId)
    {
        var (made, error) = await StepAsync(CreateItem, FileUploadBodies.Item(file, objectId), isKeyed: true);
        if (made is not null)
            return Name(file.FileName, made);
        if (error!.Code is not ErrorCode.AutodeskConflict)
            return (null, error);

        if (file.IfExists is IfExists.Fail)
            return (null, NameTaken());
        if (file.IfExists is IfExists.Rename)
            return await RenameAsync(objectId, error);
        var (found, failed) = await FindItemAsync(file.FileName);
        if (failed is not null)
            return (null, failed);
        if (found is not (var itemId, _))
            return (null, error); // The name is taken by something that is no file.
        var (version, refused) = await StepAsync(CreateVersion, FileUploadBodies.Version(file, itemId, objectId), isKeyed: true);
        return version is null
            ? (null, refused)
            : (new("version", file.FileName, itemId, Text(version, "data", "id"), version.Data, version.Origin), null);
    }

    /// <summary>The newest version of the file as the folder has it now; null when it is not there.</summary>
    public async Task<(string? VersionId, ServiceError? Error)> FindTipAsync()
    {
        var (item, error) = await FindItemAsync(file.FileName);
        return (item?.TipId, error);
    }

    private async Task<(CreatedFile? File, ServiceError? Error)> RenameAsync(string objectId, ServiceError taken)
    {
        for (var number = 2; number <= MaxNames; number++)
        {
            var name = string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileNameWithoutExtension(file.FileName)} ({number}){Path.GetExtension(file.FileName)}"
            );
            var renamed = file with { FileName = name };
            var (made, error) = await StepAsync(CreateItem, FileUploadBodies.Item(renamed, objectId), isKeyed: true, part: name);
            if (made is not null)
                return Name(name, made);
            if (error!.Code is not ErrorCode.AutodeskConflict)
                return (null, error);
        }

        return (null, taken);
    }

    /// <summary>The item that was made. The account's grain has looked for it where Autodesk's answer did not name it.</summary>
    private static (CreatedFile? File, ServiceError? Error) Name(string fileName, ActionResult.Succeeded made)
    {
        var version = made.Data is { } data ? FileUploadBodies.VersionOf(data) : null;
        if (Text(made, "data", "id") is { } id)
            return (new("item", fileName, id, version, made.Data, made.Origin), null);
        return (
            null,
            Lacks(CreateItem, made, "the id of the item (data.id)") with
            {
                Code = ErrorCode.OutcomeUnknown,
                NextStep = "Look into the folder before you upload the file again.",
            }
        );
    }

    /// <summary>The item with the name, looked for page by page. A list that never ends is not followed for ever.</summary>
    private async Task<((string Id, string? TipId)? Item, ServiceError? Failure)> FindItemAsync(string fileName)
    {
        string? cursor = null;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var query = new Dictionary<string, string[]> { ["filter[type]"] = ["items"] };
            if (cursor is not null)
                query["next"] = [cursor];
            var path = new Dictionary<string, string> { ["project_id"] = file.ProjectId, ["folder_id"] = file.FolderId };
            var (page, error) = await StepAsync(ListContents, null, path, query);
            if (page?.Data is not { } data)
                return (null, error);
            if (FileUploadBodies.FindItem(data, fileName) is { } item)
                return (item, null);
            if (page.Next is null)
                break;
            cursor = page.Next;
        }

        return (null, null);
    }

    private async Task<(ActionResult.Succeeded? Answer, ServiceError? Error)> StepAsync(
        string actionId,
        JsonBytes? body,
        IReadOnlyDictionary<string, string>? path = null,
        IReadOnlyDictionary<string, string[]>? query = null,
        bool isKeyed = false,
        string? part = null
    )
    {
        var result = await account.RunActionAsync(
            new ActionRequest(actionId)
            {
                Path = path ?? new Dictionary<string, string> { ["project_id"] = file.ProjectId },
                Query = query ?? new Dictionary<string, string[]>(),
                Headers = HeadersOf(actionId, path),
                Body = body,
                MaxWait = file.MaxWait,
                PartOf = ActionId,
                Priority = file.Priority,
                CallerId = file.CallerId,
                Rights = file.Rights,
                IsApproved = file.IsApproved,
                IdempotencyKey = isKeyed ? IdempotencyKey.OfStep(key, part is null ? actionId : $"{actionId}\n{part}") : null,
            }
        );
        return result switch
        {
            ActionResult.Succeeded succeeded => (succeeded, null),
            ActionResult.Failed { Error: var error } => (null, error),
            _ => throw new InvalidOperationException($"The step {actionId} is no transfer."),
        };
    }

    /// <summary>The acting user goes with what concerns the project. The type of the file is told when its bytes are complete.</summary>
    private Dictionary<string, string> HeadersOf(string actionId, IReadOnlyDictionary<string, string>? path)
    {
        var headers = new Dictionary<string, string>();
        if (path is null || path.ContainsKey("project_id"))
        {
            if (file.ActingUserId is { } user)
                headers["x-user-id"] = user;
        }
        else if (actionId == CompleteUpload && file.ContentType is { } type)
        {
            headers["x-ads-meta-Content-Type"] = type;
        }

        return headers;
    }

    private static IReadOnlyDictionary<string, string> PathOf(string objectId) => StorageObject.Parse(objectId)!.ToPath();

    private static string? Text(ActionResult.Succeeded answer, params ReadOnlySpan<string> path) =>
        answer.Data is { } data && FileUploadBodies.Text(data, path) is { Length: > 0 } text ? text : null;

    private static DateTimeOffset? Instant(ActionResult.Succeeded answer, string name) =>
        DateTimeOffset.TryParse(Text(answer, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private ServiceError NameTaken() =>
        new(
            ErrorCode.AutodeskConflict,
            ErrorSource.Caller,
            $"The folder has a file of the name {InputFault.Shorten(file.FileName)} already."
        )
        {
            NextStep = "Give the file another name, or upload it with if_exists version or rename.",
        };

    /// <summary>The step's answer does not hold what the next step needs. That is Autodesk's fault, not the caller's.</summary>
    private static ServiceError Lacks(string step, ActionResult.Succeeded answer, string what) =>
        Unexpected(step, answer, $"Autodesk answered {answer.ProviderStatus} without {what}");

    /// <summary>What it answered is not repeated: its URLs, wherever they lead, let whoever has them write.</summary>
    private static ServiceError LacksUrls(ActionResult.Succeeded answer) =>
        new(
            ErrorCode.AutodeskUnavailable,
            ErrorSource.AutodeskApi,
            $"{SignParts}: Autodesk answered {answer.ProviderStatus} without an upload key and signed URLs to Autodesk's storage (uploadKey, urls)."
        )
        {
            NextStep = "Try the upload again.",
            Provider = new ProviderError(answer.ProviderStatus, SignParts, null),
        };

    private static ServiceError Unexpected(string step, ActionResult.Succeeded answer, string what)
    {
        var excerpt = answer.Data is { } data ? AnswerBody.Excerpt(data.Span) : null;
        return new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, $"{step}: {what}. It answered: {excerpt ?? "nothing"}")
        {
            NextStep = "Try the upload again.",
            Provider = new ProviderError(answer.ProviderStatus, step, excerpt is null ? null : JsonBytes.From(excerpt)),
        };
    }
}

/// <summary>Signed URLs as Autodesk gave them.</summary>
/// <param name="UploadKey">Autodesk's name for the upload.</param>
/// <param name="Urls">One for each part.</param>
/// <param name="ExpireAt">Until when they are good; null when it was not said.</param>
/// <param name="UploadExpiresAt">Until when the upload must be complete; null when it was not said.</param>
public sealed record SignedUrls(string UploadKey, IReadOnlyList<string> Urls, DateTimeOffset? ExpireAt, DateTimeOffset? UploadExpiresAt);

/// <summary>What an upload has made.</summary>
/// <param name="What"><c>item</c> or <c>version</c>.</param>
/// <param name="FileName">The name that it got.</param>
/// <param name="ItemId">The item.</param>
/// <param name="VersionId">The version; null when Autodesk did not name it.</param>
/// <param name="Resource">Autodesk's document.</param>
/// <param name="Origin">Whether Autodesk answered, or it was looked for.</param>
public sealed record CreatedFile(string What, string FileName, string ItemId, string? VersionId, JsonBytes? Resource, AnswerOrigin Origin);
