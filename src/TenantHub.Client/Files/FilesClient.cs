using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using TenantHub.Client.Http;

namespace TenantHub.Client.Files;

/// <summary>The files of one linked account, of any size.</summary>
public sealed class FilesClient
{
    private const string Uploads = "/files/uploads";
    private const string Done = "done";
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    /// <summary>After these an upload goes on where storage stands.</summary>
    private static readonly FrozenSet<string> Passing = new[]
    {
        TenantHubException.Unreachable,
        ErrorCodes.HubUnavailable,
        ErrorCodes.StorageUnavailable,
        ErrorCodes.AutodeskUnavailable,
        ErrorCodes.AutodeskTimeout,
        ErrorCodes.UploadConflict, // Of the request before some bytes were still on their way to storage.
        ErrorCodes.QuotaExceeded,
        ErrorCodes.LaneFull,
    }.ToFrozenSet();

    private readonly ClientConnection _connection;
    private readonly string _accountId;

    internal FilesClient(ClientConnection connection, string accountId) => (_connection, _accountId) = (connection, accountId);

    /// <summary>Begins an upload: rights and limits are tried, and no byte moves.</summary>
    /// <param name="upload">Where it goes.</param>
    /// <param name="idempotencyKey">The key under which it is begun once; made up when it is null.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It was refused.</exception>
    public Task<Upload> BeginUploadAsync(NewUpload upload, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(
            Request(HttpMethod.Post, Uploads, "begin upload") with
            {
                Json = JsonSerializer.SerializeToUtf8Bytes(upload, ClientJson.Default.NewUpload),
                IdempotencyKey = idempotencyKey ?? Guid.NewGuid().ToString("N"),
            },
            ClientJson.Default.Upload,
            cancellationToken
        );

    /// <summary>Sends a file, from where storage stands to its end. When the connection breaks or the server goes, it goes on.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="file">The whole file: a stream that can seek. Left open.</param>
    /// <param name="progress">Is told how many bytes of the file have gone; it may go back when some have to be sent again.</param>
    /// <param name="cancellationToken">Ends the sending; the upload stays, and can be gone on with for a day.</param>
    /// <exception cref="ArgumentException">The stream cannot seek, or has not the size that was declared.</exception>
    /// <exception cref="TenantHubException">It failed, also after repeats.</exception>
    public Task<Upload> SendAsync(string id, Stream file, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ThrowIfNotSeekable(file);
        return SendAsync(id, file, 0, progress, cancellationToken);
    }

    /// <summary>Sends what lies from a byte of the stream on.</summary>
    private async Task<Upload> SendAsync(string id, Stream file, long begin, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        for (var (failures, last) = (0, -1L); ; failures++)
        {
            var upload = await GetUploadAsync(id, cancellationToken);
            if (upload.Status is Done)
                return upload;
            if (upload.Size is { } size && size != file.Length - begin)
                throw new ArgumentException(
                    $"The file has {file.Length - begin} bytes, and the upload was begun for {size}.",
                    nameof(file)
                );
            if (upload.Offset > last)
                (failures, last) = (0, upload.Offset); // What moves may break as often as it likes.
            progress?.Report(upload.Offset);
            try
            {
                return await SendRestAsync(upload, file, begin, progress, cancellationToken);
            }
            catch (TenantHubException exception) when (failures < _connection.MaxRepeats && Passing.Contains(exception.Code))
            {
                await _connection.WaitAsync(exception.RetryAfter ?? FirstWait * (1 << failures), cancellationToken);
            }
        }
    }

    /// <summary>Begins an upload and sends the file.</summary>
    /// <param name="upload">Where it goes; its size is what lies in the stream.</param>
    /// <param name="file">The file's bytes, from the stream's position on: a stream that can seek. Left open.</param>
    /// <param name="progress">Is told how many bytes of the file have gone.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="TenantHubException">It failed, also after repeats.</exception>
    public async Task<Upload> UploadAsync(
        NewUpload upload,
        Stream file,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(file);
        ThrowIfNotSeekable(file);
        var begin = file.Position;
        var begun = await BeginUploadAsync(upload with { Size = file.Length - begin }, cancellationToken: cancellationToken);
        return await SendAsync(begun.Id, file, begin, progress, cancellationToken);
    }

    /// <summary>Tells how far an upload is.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">The account has none of this id.</exception>
    public Task<Upload> GetUploadAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(
            Request(HttpMethod.Get, PathOf(id), "get upload") with
            {
                IsRead = true,
            },
            ClientJson.Default.Upload,
            cancellationToken
        );

    /// <summary>Lists the parts of an upload that storage has, by number; none once it has ended.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">The account has none of this id.</exception>
    public async Task<IReadOnlyList<UploadPart>> ListPartsAsync(string id, CancellationToken cancellationToken = default) =>
        (
            await _connection.ReadAsync(
                Request(HttpMethod.Get, PathOf(id) + "/parts", "list upload parts") with
                {
                    IsRead = true,
                },
                ClientJson.Default.UploadParts,
                cancellationToken
            )
        ).Parts;

    /// <summary>Reads the file where storage has parts of it, and finds the first part that is another one in the file: then it is not the
    /// file that the upload was begun with, or it has changed since. Null when all parts are as they were sent.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="file">The whole file: a stream that can seek. Left open, at another position.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">The account has none of this id.</exception>
    public async Task<UploadPart?> FindChangedPartAsync(string id, Stream file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var buffer = new byte[1024 * 1024];
        foreach (var part in await ListPartsAsync(id, cancellationToken))
        {
            if (part.Offset + part.Size > file.Length)
                return part;
            file.Position = part.Offset;
#pragma warning disable CA5351 // What storage compares parts with; it protects from accidents, not from people.
            using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
            for (var left = part.Size; left > 0; )
            {
                var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
                if (read == 0)
                    return part;
                md5.AppendData(buffer, 0, read);
                left -= read;
            }

            if (!Convert.ToHexStringLower(md5.GetHashAndReset()).Equals(part.Md5, StringComparison.Ordinal))
                return part;
        }

        return null;
    }

    /// <summary>Lists the account's uploads, newest first.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">A page could not be read.</exception>
    public async IAsyncEnumerable<Upload> ListUploadsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? next = null;
        do
        {
            var page = await _connection.ReadAsync(
                Request(HttpMethod.Get, Uploads + new QueryText().Add("next", next), "list uploads") with
                {
                    IsRead = true,
                },
                ClientJson.Default.UploadsPage,
                cancellationToken
            );
            foreach (var upload in page.Data)
                yield return upload;
            next = page.Next;
        } while (next is not null);
    }

    /// <summary>Gives an upload up.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">It could not be given up.</exception>
    public Task<Upload> AbortUploadAsync(string id, CancellationToken cancellationToken = default) =>
        _connection.ReadAsync(Request(HttpMethod.Delete, PathOf(id), "abort upload"), ClientJson.Default.Upload, cancellationToken);

    /// <summary>Opens a file at Autodesk. Its stream goes on at the byte that is missing when the connection breaks.</summary>
    /// <param name="file">Which.</param>
    /// <param name="from">The first byte that is wanted.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file ends before that byte.</exception>
    /// <exception cref="TenantHubException">It could not be opened.</exception>
    public async Task<StoredFile> OpenAsync(FileChoice file, long from = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var request = Request(
            HttpMethod.Get,
            "/files/content"
                + new QueryText()
                    .Add("project_id", file.ProjectId)
                    .Add("item_id", file.ItemId)
                    .Add("version_id", file.VersionId)
                    .Add("path", file.Path),
            "get file"
        ) with
        {
            IsRead = true,
            IsStreamed = true,
        };
        var response = await SendFromAsync(request, from, cancellationToken);
        var headers = response.Content.Headers;
        var size = headers.ContentRange?.Length ?? headers.ContentLength ?? 0;
        var etag = response.Headers.ETag?.ToString() ?? "";
        var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new StoredFile(
            NameOf(headers.ContentDisposition),
            etag,
            size,
            Sha1Of(response.Headers),
            new ResumedStream(_connection, request, etag, response, content, from, size)
        );
    }

    /// <summary>RFC 9530: <c>Repr-Digest: sha=:base64:</c>, perhaps among others.</summary>
    private static string? Sha1Of(HttpResponseHeaders headers)
    {
        var digests = headers.TryGetValues("Repr-Digest", out var values) ? string.Join(',', values) : "";
        var found = digests
            .Split(',', StringSplitOptions.TrimEntries)
            .FirstOrDefault(digest => digest.StartsWith("sha=:", StringComparison.Ordinal));
        var hash = new byte[SHA1.HashSizeInBytes];
        return
            found is not null
            && Convert.TryFromBase64String(found["sha=:".Length..].TrimEnd(':'), hash, out var length)
            && length == hash.Length
            ? Convert.ToHexStringLower(hash)
            : null;
    }

    /// <summary>Reads everything below a folder, as it is found. The reading goes on at the last page when the connection breaks.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="folderId">The folder; null for the project's top folders.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="TenantHubException">It could not be read on.</exception>
    public async IAsyncEnumerable<TreeEntry> TreeAsync(
        string projectId,
        string? folderId = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        string? cursor = null;
        for (var breaks = 0; ; breaks++)
        {
            var query = new QueryText().Add("project_id", projectId).Add("folder_id", folderId).Add("cursor", cursor);
            using var response = await _connection.SendAsync(
                Request(HttpMethod.Get, "/files/tree" + query, "walk tree") with
                {
                    IsRead = true,
                    IsStreamed = true,
                },
                cancellationToken
            );
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            var page = new List<TreeEntry>(); // Told when its cursor has come: what was told is not read again.
            while (await LineAsync(lines, cancellationToken) is { } line)
            {
                if (line.Type is "error")
                    throw line.ToException();
                if (line.Type is not ("cursor" or "end"))
                {
                    page.Add(line.ToEntry());
                    continue;
                }

                foreach (var entry in page)
                    yield return entry;
                if (line.Type is "end")
                    yield break;
                page.Clear();
                (cursor, breaks) = (line.Cursor, 0);
            }

            if (breaks == _connection.MaxRepeats)
                throw new TenantHubException("The connection broke while the tree was read.");
        }
    }

    /// <summary>Makes a path of folders; those that are there are found.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="parentId">The folder in which the path begins.</param>
    /// <param name="path">The names, with / between them.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="TenantHubException">One could not be made.</exception>
    public Task<MadeFolders> MakeFoldersAsync(
        string projectId,
        string parentId,
        string path,
        CancellationToken cancellationToken = default
    ) =>
        _connection.ReadAsync(
            Request(HttpMethod.Post, "/files/folders", "make folders") with
            {
                Json = JsonSerializer.SerializeToUtf8Bytes(new FolderPath(projectId, parentId, path), ClientJson.Default.FolderPath),
            },
            ClientJson.Default.MadeFolders,
            cancellationToken
        );

    private Task<Upload> SendRestAsync(
        Upload upload,
        Stream file,
        long begin,
        IProgress<long>? progress,
        CancellationToken cancellationToken
    )
    {
        var size = file.Length - begin;
        var request =
            upload.Offset == size && size > 0
                ? Request(HttpMethod.Post, PathOf(upload.Id) + "/complete", "complete upload")
                : Request(HttpMethod.Put, PathOf(upload.Id), "send file") with
                {
                    File = file,
                    Rest = (upload.Offset, size),
                    Progress = progress,
                };
        file.Position = begin + upload.Offset;
        return _connection.ReadAsync(request, ClientJson.Default.Upload, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendFromAsync(ClientRequest request, long from, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.SendAsync(from == 0 ? request : request with { From = (from, null) }, cancellationToken);
        }
        catch (TenantHubException exception) when (exception.Status is HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new ArgumentOutOfRangeException("The file ends before that byte.", exception);
        }
    }

    private static void ThrowIfNotSeekable(Stream file)
    {
        if (!file.CanSeek)
            throw new ArgumentException("The stream must be able to seek; for another one keep its bytes in a file first.", nameof(file));
    }

    /// <summary>Null at the end, and where the connection broke.</summary>
    private static async Task<TreeLine?> LineAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadLineAsync(cancellationToken) is { Length: > 0 } line
                ? JsonSerializer.Deserialize(line, ClientJson.Default.TreeLine)
                : null;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or JsonException)
        {
            return null;
        }
    }

    private static string NameOf(ContentDispositionHeaderValue? disposition) =>
        disposition?.FileNameStar ?? disposition?.FileName?.Trim('"') ?? "file";

    private static string PathOf(string id) => $"{Uploads}/{Uri.EscapeDataString(id)}";

    private ClientRequest Request(HttpMethod method, string path, string name) => new(method, path) { Name = name, AccountId = _accountId };
}
