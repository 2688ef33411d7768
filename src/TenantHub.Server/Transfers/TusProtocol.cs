using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TenantHub.Autodesk.Transfers;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;
using TenantHub.Server.Security;
using TenantHub.Transfers;

namespace TenantHub.Server.Transfers;

/// <summary>
/// tus 1.0 (https://tus.io/protocols/resumable-upload) with the extensions creation, creation-defer-length, termination, checksum and
/// expiration. The offset counts what storage has, so it is a multiple of the part's size until the file is whole.
/// </summary>
internal static class TusProtocol
{
    public const string VersionHeader = "Tus-Resumable";
    public const string Version = "1.0.0";
    public const string ContentType = "application/offset+octet-stream";

    private const string OffsetHeader = "Upload-Offset";
    private const string LengthHeader = "Upload-Length";
    private const string DeferHeader = "Upload-Defer-Length";
    private const string MetadataHeader = "Upload-Metadata";
    private const string ChecksumHeader = "Upload-Checksum";

    /// <summary>What a PATCH cannot do without.</summary>
    public static readonly DescribedParameter[] PatchHeaders =
    [
        new(VersionHeader, $"The version of tus: {Version}.", Microsoft.OpenApi.ParameterLocation.Header, IsRequired: true),
        new(OffsetHeader, "Where in the file the bytes begin.", Microsoft.OpenApi.ParameterLocation.Header, IsRequired: true),
    ];

    private static readonly string[] Known = ["project_id", "folder_id", "filename", "filetype", "sha256", "if_exists"];

#pragma warning disable CA5350, CA5351 // Which of them is used is the client's to say.
    private static readonly Dictionary<string, HashAlgorithmName> Algorithms = new()
    {
        ["sha1"] = HashAlgorithmName.SHA1,
        ["sha256"] = HashAlgorithmName.SHA256,
        ["md5"] = HashAlgorithmName.MD5,
    };
#pragma warning restore CA5350, CA5351

    public static bool IsSpokenIn(HttpRequest request) => request.Headers.ContainsKey(VersionHeader);

    public static IResult Options(HttpResponse response)
    {
        response.Headers[VersionHeader] = Version;
        response.Headers["Tus-Version"] = Version;
        response.Headers["Tus-Extension"] = "creation,creation-defer-length,termination,checksum,expiration";
        response.Headers["Tus-Checksum-Algorithm"] = string.Join(',', Algorithms.Keys);
        response.Headers["Tus-Max-Size"] = PartPlan.MaxSizeThrough.ToString(CultureInfo.InvariantCulture);
        return Results.NoContent();
    }

    /// <summary>Reads what is to be begun from the headers; the names in Upload-Metadata are those of the JSON body, and the file's are
    /// <c>filename</c> and <c>filetype</c>, as clients send them.</summary>
    public static (UploadRequest? Upload, ServiceError? Error) ReadCreation(HttpRequest request)
    {
        if (WrongVersion(request) is { } version)
            return (null, version);
        var metadata = ReadMetadata(request.Headers[MetadataHeader].ToString());
        if (metadata is null)
            return (
                null,
                RequestErrors.Unreadable($"{MetadataHeader} must be names, each with a space and a value in base64, separated by commas.")
            );
        var isDeferred = request.Headers[DeferHeader].ToString() == "1";
        var size = Number(request, LengthHeader);
        if (size is null != isDeferred)
            return (null, RequestErrors.Unreadable($"Exactly one of {LengthHeader} and {DeferHeader}: 1 is needed."));
        var ifExists = IfExists.Version;
        if (metadata.GetValueOrDefault("if_exists") is { } word && !WireName.TryParse(word, out ifExists))
            return (null, RequestErrors.BadBody([new("if_exists", "must be version, fail or rename.")]));
        var upload = new UploadRequest
        {
            ProjectId = metadata.GetValueOrDefault("project_id") ?? "",
            FolderId = metadata.GetValueOrDefault("folder_id") ?? "",
            FileName = metadata.GetValueOrDefault("filename") ?? "",
            ContentType = metadata.GetValueOrDefault("filetype") is { Length: > 0 } type ? type : null,
            Sha256 = metadata.GetValueOrDefault("sha256"),
            IfExists = ifExists,
            Size = size,
        };
        return FileUploadInput.FaultOf(upload) is { } fault ? (null, fault) : (upload, null);
    }

    /// <summary>Where to go on. When all bytes are there and the file is not, it is made first: clients take a full offset for
    /// success.</summary>
    public static async Task<IResult> HeadAsync(HttpRequest request, IUploadGrain upload, Uploads files)
    {
        var result = await files.DescribeSettledAsync(upload);
        if (result.Upload is { Status: not UploadStatus.Done, Size: { } size } whole && whole.Offset == size && size > 0)
            result = await files.CompleteAsync(upload, size, null);
        if (result is { Error: null, Upload: { Status: UploadStatus.Failed or UploadStatus.Expired or UploadStatus.Aborted } ended })
            result = new(
                null,
                new(ErrorCode.UploadEnded, ErrorSource.Caller, $"The upload is {WireName.Of(ended.Status)}. {ended.Reason}")
            );
        if (result.Error is { } error)
            return new ErrorResult(error);
        Describe(request.HttpContext.Response, result.Upload);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Ok();
    }

    public static async Task<IResult> PatchAsync(
        HttpRequest request,
        IUploadGrain upload,
        Uploads files,
        CancellationToken cancellationToken
    )
    {
        if (WrongVersion(request) is { } version)
            return new ErrorResult(version);
        if (!string.Equals(request.ContentType, ContentType, StringComparison.OrdinalIgnoreCase))
            return new ErrorResult(RequestErrors.MediaType(request.ContentType) with { NextStep = $"Send the bytes as {ContentType}." });
        if (Number(request, OffsetHeader) is not { } offset)
            return new ErrorResult(RequestErrors.Unreadable($"{OffsetHeader} must be a number of bytes."));
        var (algorithm, hash, unreadable) = ReadChecksum(request);
        if (unreadable is not null)
            return new ErrorResult(unreadable);

        var writer = Guid.NewGuid().ToString("N");
        var begun = await files.BeginAsync(upload, writer, Number(request, LengthHeader));
        if (begun.Error is { } refused)
            return new ErrorResult(refused);
        if (begun.Upload!.Mode is UploadMode.Direct)
            return new ErrorResult(UploadRequestErrors.IsDirect());
        if (offset != begun.Upload.Offset)
            return new ErrorResult(UploadRequestErrors.OtherOffset(offset, begun.Upload.Offset));
        UploadEndpoints.UnlimitBody(request);
        using var source = new ByteSource(request.Body, offset, endsFile: false).HashingWhole(begun.WantsSha256);
        if (hash is not null)
            source.Expecting(algorithm, hash);
        var result = await files.SendAsync(upload, begun, writer, Caller.Of(request.HttpContext.User).Id, source, cancellationToken);
        if (result.Error is { } error)
            return new ErrorResult(error);
        if (result.Upload!.Offset == offset && result.Upload.Status is not UploadStatus.Done && request.ContentLength is not 0)
            return new ErrorResult(UploadRequestErrors.TooShort(result.Upload.PartBytes));
        Describe(request.HttpContext.Response, result.Upload);
        return Results.NoContent();
    }

    public static async Task<IResult> TerminateAsync(HttpRequest request, IUploadGrain upload)
    {
        if (WrongVersion(request) is { } version)
            return new ErrorResult(version);
        return (await upload.AbortAsync()).Error is { } error ? new ErrorResult(error) : Results.NoContent();
    }

    /// <summary>The headers that tell of an upload.</summary>
    public static void Describe(HttpResponse response, UploadDescription? upload)
    {
        response.Headers[VersionHeader] = Version;
        if (upload is null)
            return;
        response.Headers[OffsetHeader] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        if (upload.Size is { } size)
            response.Headers[LengthHeader] = size.ToString(CultureInfo.InvariantCulture);
        else
            response.Headers[DeferHeader] = "1";
        if (upload.Status is not UploadStatus.Done)
            response.Headers["Upload-Expires"] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
    }

    private static ServiceError? WrongVersion(HttpRequest request)
    {
        if (request.Headers[VersionHeader].ToString() == Version)
            return null;
        request.HttpContext.Response.Headers["Tus-Version"] = Version;
        return RequestErrors.Unreadable($"{VersionHeader} must be {Version}.");
    }

    private static long? Number(HttpRequest request, string header) =>
        long.TryParse(request.Headers[header].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static (HashAlgorithmName Algorithm, byte[]? Hash, ServiceError? Error) ReadChecksum(HttpRequest request)
    {
        if (request.Headers[ChecksumHeader].ToString() is not { Length: > 0 } text)
            return default;
        var parts = text.Split(' ', 2);
        var hash = new byte[64];
        return
            parts.Length == 2
            && Algorithms.TryGetValue(parts[0], out var algorithm)
            && Convert.TryFromBase64String(parts[1], hash, out var length)
            ? (algorithm, hash[..length], null)
            : (
                default,
                null,
                RequestErrors.Unreadable(
                    $"{ChecksumHeader} must be one of {string.Join(", ", Algorithms.Keys)}, a space, and the hash in base64."
                )
            );
    }

    /// <summary>Null when it cannot be read. What is not known here is the client's own and is left.</summary>
    private static Dictionary<string, string>? ReadMetadata(string header)
    {
        var metadata = new Dictionary<string, string>();
        var bytes = new byte[header.Length];
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split(' ', 2);
            if (!Known.Contains(parts[0]))
                continue;
            if (!Convert.TryFromBase64String(parts.Length == 2 ? parts[1].Trim() : "", bytes, out var length))
                return null;
            try
            {
                metadata[parts[0]] = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }

        return metadata;
    }
}
