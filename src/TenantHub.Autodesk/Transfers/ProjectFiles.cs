using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TenantHub.Autodesk.Http;
using TenantHub.Errors;

namespace TenantHub.Autodesk.Transfers;

/// <summary>The files of a project: which version is meant, and from where its bytes can be read.</summary>
/// <param name="calls">The account's calls.</param>
/// <param name="transfer">Knows where Autodesk's storage is.</param>
public sealed class ProjectFiles(AccountCalls calls, SignedUrlTransfer transfer)
{
    private const string GetVersion = "autodesk_get_version";
    private const string GetTip = "autodesk_get_item_tip_version";
    private const string SignRead = "autodesk_get_signed_s3_download_url";

    /// <summary>Finds a version by its id.</summary>
    public Task<(StoredFile? File, ServiceError? Error)> FindVersionAsync(
        string projectId,
        string versionId,
        CancellationToken cancellationToken
    ) => FindAsync(GetVersion, new() { ["project_id"] = projectId, ["version_id"] = versionId }, cancellationToken);

    /// <summary>Finds the newest version of an item.</summary>
    public Task<(StoredFile? File, ServiceError? Error)> FindTipAsync(
        string projectId,
        string itemId,
        CancellationToken cancellationToken
    ) => FindAsync(GetTip, new() { ["project_id"] = projectId, ["item_id"] = itemId }, cancellationToken);

    /// <summary>Finds the newest version of the file at a path of names, the first of which is a top folder.</summary>
    public async Task<(StoredFile? File, ServiceError? Error)> FindPathAsync(
        string projectId,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(names);
        var folders = new ProjectFolders(calls, projectId);
        string? folder = null;
        foreach (var name in names.SkipLast(1))
        {
            var (found, error) = await folders.FindAsync(folder, name, "folders", cancellationToken);
            if (found is null)
                return (null, error ?? NoSuch("folder", name));
            folder = found.Id;
        }

        var (item, failed) = await folders.FindAsync(folder, names[^1], "items", cancellationToken);
        return item is null ? (null, failed ?? NoSuch("file", names[^1])) : await FindTipAsync(projectId, item.Id, cancellationToken);
    }

    /// <summary>Why bytes may not be read any more; null when they may.</summary>
    public Task<ServiceError?> WhyStoppedAsync() => calls.WhyStoppedAsync(SignRead);

    /// <summary>Signs a URL from which the bytes can be read for some minutes, and tells how many there are.</summary>
    public async Task<(SignedFile? Signed, ServiceError? Error)> SignAsync(StoredFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var query = new Dictionary<string, string[]> { ["minutesExpiration"] = ["60"] };
        var (answer, error) = await calls.RunAsync(
            SignRead,
            StorageObject.Parse(file.ObjectId)!.ToPath(),
            query,
            cancellationToken: cancellationToken
        );
        if (answer is null)
            return (null, error);
        var (size, url, sha1) = answer.Data is { } data ? FileUploadBodies.Stored(data) : (null, null, null);
        return url is not null && transfer.CheckUrl(url) is null && (size ?? file.Size) is { } bytes
            ? (new(new Secret(url), bytes, IsSha1(sha1) ? sha1 : null), null)
            : (
                null,
                new(ErrorCode.AutodeskUnavailable, ErrorSource.AutodeskApi, "Autodesk's storage does not give the file's bytes yet.")
                {
                    NextStep = "Try again in a minute: a file that was just uploaded is still being put together.",
                    RetryAfter = TimeSpan.FromSeconds(30),
                }
            );
    }

    private static bool IsSha1(string? text) => text is { Length: 40 } && text.All(char.IsAsciiHexDigit);

    private async Task<(StoredFile? File, ServiceError? Error)> FindAsync(
        string action,
        Dictionary<string, string> path,
        CancellationToken cancellationToken
    )
    {
        var (answer, error) = await calls.RunAsync(action, path, cancellationToken: cancellationToken);
        if (answer is null)
            return (null, error);
        using var document = answer.Data is { } data ? JsonDocument.Parse(data.Memory) : null;
        if (
            document?.RootElement.Member("data") is not { } version
            || version.Text("id") is not { } id
            || version.Text("relationships", "storage", "data", "id") is not { } objectId
            || StorageObject.Parse(objectId) is null
        )
            return (null, NoBytes());
        var size =
            version.Member("attributes", "storageSize") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var bytes)
                ? bytes
                : (long?)null;
        var modified = version.Text("attributes", "lastModifiedTime");
        return (
            new StoredFile(
                id,
                objectId,
                version.Text("attributes", "displayName") ?? version.Text("attributes", "name") ?? "file",
                size,
                DateTimeOffset.TryParse(modified, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null
            ),
            null
        );
    }

    private static ServiceError NoBytes() =>
        new(
            ErrorCode.AutodeskNotFound,
            ErrorSource.AutodeskApi,
            "This version has no bytes of its own: the item was deleted, or Autodesk makes it of others."
        )
        {
            NextStep = "Look at the item's versions with autodesk_list_item_versions.",
        };

    private static ServiceError NoSuch(string what, string name) =>
        new(ErrorCode.AutodeskNotFound, ErrorSource.AutodeskApi, $"There is no {what} {InputFault.Shorten(name)} where the path leads.")
        {
            NextStep = "List what is there with GET /files/tree.",
        };
}

/// <summary>A version whose bytes lie in Autodesk's storage. What a version holds never changes.</summary>
/// <param name="VersionId">The version.</param>
/// <param name="ObjectId">The storage object's URN.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Size">Its size in bytes, when Autodesk says it.</param>
/// <param name="ModifiedAt">When it was made.</param>
public sealed record StoredFile(string VersionId, string ObjectId, string Name, long? Size, DateTimeOffset? ModifiedAt)
{
    /// <summary>Gets a name of these bytes, as an ETag: it tells nothing of where they lie.</summary>
    public string ETag => $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{VersionId}\n{ObjectId}")))[..32]}\"";
}

/// <summary>Where a file's bytes are read for a while.</summary>
/// <param name="Url">The address.</param>
/// <param name="Size">How many there are.</param>
/// <param name="Sha1">Their SHA-1 in hexadecimal; null when Autodesk does not tell it.</param>
public sealed record SignedFile(Secret Url, long Size, string? Sha1);
