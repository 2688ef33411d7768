using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using TenantHub.ApsEmulator.AccountAdmin;
using TenantHub.ApsEmulator.Auth;
using TenantHub.ApsEmulator.Journal;

namespace TenantHub.ApsEmulator.Oss;

/// <summary>Signed uploads and downloads (oss.yaml), and the storage behind them.</summary>
internal static class TransferEndpoints
{
    private const string Object = "/oss/v2/buckets/{bucketKey}/objects/{objectKey}";
    private const int MinPart = 5 * 1024 * 1024;
    public const int MaxPartsPerCall = 25;

    public static void Map(ApsEndpoints aps, IEndpointRouteBuilder app)
    {
        aps.Map(
            "GET",
            Object + "/signeds3download",
            ApiProducts.DataManagement,
            ["data:read"],
            "oss",
            call => BucketEndpoints.WithBucket(call, bucket => SignDownload(call, bucket))
        );
        aps.Map(
            "GET",
            Object + "/signeds3upload",
            ApiProducts.DataManagement,
            ["data:write", "data:create"],
            "oss",
            call => BucketEndpoints.WithBucket(call, bucket => SignUpload(call, bucket))
        );
        aps.Map(
            "POST",
            Object + "/signeds3upload",
            ApiProducts.DataManagement,
            ["data:write", "data:create"],
            "oss",
            call => BucketEndpoints.WithBucket(call, bucket => Complete(call, bucket))
        );
        app.MapPut("/s3/{bucketKey}/{objectKey}", (Delegate)(async (HttpContext http) => await PutAsync(http, aps.State))); // Without the cast the result would be dropped.
        app.MapGet("/s3/{bucketKey}/{objectKey}", (HttpContext http) => Get(http, aps.State));
    }

    private static IResult SignDownload(ApsCall call, EmulatedBucket bucket)
    {
        if (bucket.Objects.GetValueOrDefault(call.Path("objectKey")) is not { Content: { } content } stored)
            return Answers.OssError(404, "Object not found");
        if (call.Number("minutesExpiration", 2, 1, 60) is not { } minutes)
            return Answers.OssError(400, "minutesExpiration must be between 1 and 60");
        if (call.Header("If-None-Match") is { } etag && etag.Trim('"') == content.ETag.Trim('"'))
            return Answers.Empty(304);
        return Answers.Json(200, Download(call, stored, minutes));
    }

    public static JsonObject Download(ApsCall call, StoredObject stored, int minutes) =>
        new()
        {
            ["status"] = "complete",
            ["url"] = SignedUrls.Make(call.Request, "GET", stored.Bucket, stored.Key, "-", 0, call.Now.AddMinutes(minutes)),
            ["params"] = new JsonObject { ["content-type"] = "application/octet-stream" },
            ["size"] = stored.Size,
            ["sha1"] = Convert.ToHexStringLower(stored.Content!.Sha1),
        };

    private static IResult SignUpload(ApsCall call, EmulatedBucket bucket)
    {
        if (call.Number("minutesExpiration", 2, 1, 60) is not { } minutes)
            return Answers.OssError(400, "minutesExpiration must be between 1 and 60");
        if (call.Number("parts", 1, 1, MaxPartsPerCall) is not { } parts || call.Number("firstPart", 1, 1, 10_000) is not { } first)
            return Answers.OssError(400, "parts or firstPart is out of range");
        var begun = Begin(call, bucket, call.Path("objectKey"), call.Query("uploadKey"), first, parts, minutes);
        return begun is null ? NoUpload() : Answers.Json(200, begun);
    }

    private static IResult Complete(ApsCall call, EmulatedBucket bucket)
    {
        if (call.Text("uploadKey") is not { } uploadKey)
            return Answers.OssError(400, "uploadKey is required");
        var finished = Finish(call, bucket, call.Path("objectKey"), uploadKey, (JsonObject)call.Body!);
        return finished is null ? NoUpload() : Answers.Json(200, finished);
    }

    private static IResult NoUpload() => Answers.OssError(404, "Upload key not found or expired");

    private static UploadSession? Find(ApsCall call, EmulatedBucket bucket, string key, string uploadKey) =>
        call.State.Uploads.GetValueOrDefault(uploadKey) is { } upload
        && upload.Bucket == bucket.Key
        && upload.ObjectKey == key
        && upload.ExpiresAt > call.Now
            ? upload
            : null;

    /// <summary>Signs parts of a new upload, or of the one that is named; null when there is none of that name.</summary>
    public static JsonObject? Begin(ApsCall call, EmulatedBucket bucket, string key, string? uploadKey, int first, int parts, int minutes)
    {
        var upload = uploadKey is null
            ? new UploadSession(Guid.NewGuid().ToString("N"), bucket.Key, key, call.App.ClientId, call.Now.AddHours(24))
            : Find(call, bucket, key, uploadKey);
        if (upload is null)
            return null;
        call.State.Uploads[upload.UploadKey] = upload;
        var expires = call.Now.AddMinutes(minutes);
        var urls = Enumerable
            .Range(first, parts)
            .Select(part => (JsonNode)SignedUrls.Make(call.Request, "PUT", bucket.Key, key, upload.UploadKey, part, expires));
        return new JsonObject
        {
            ["uploadKey"] = upload.UploadKey,
            ["urls"] = new JsonArray([.. urls]),
            ["urlExpiration"] = SampleContent.Iso(expires),
            ["uploadExpiration"] = SampleContent.Iso(upload.ExpiresAt),
        };
    }

    /// <summary>Makes the object, or tells what does not fit: that too is answered with 200. Null when there is no such upload.</summary>
    public static JsonObject? Finish(ApsCall call, EmulatedBucket bucket, string key, string uploadKey, JsonObject expectations)
    {
        if (Find(call, bucket, key, uploadKey) is not { } upload)
            return null;
        var parts = upload.Parts.Values.Select(part => part.Content).ToList();
        long? expected = expectations["size"] is JsonValue size ? size.GetValue<long>() : null;
        var etags = expectations["eTags"] is JsonArray list ? list.Select(etag => ((string?)etag)?.Trim('"')).ToList() : null;
        if (Mismatch(upload, parts, expected, etags) is { } mismatch)
            return mismatch;

        var stored = bucket.Objects.GetValueOrDefault(key) ?? new StoredObject(bucket.Key, key, null);
        stored.Complete(StoredBytes.Join(parts));
        bucket.Objects[key] = stored;
        call.State.Uploads.Remove(uploadKey);
        return BucketEndpoints.ObjectFace(stored, "https://developer.api.autodesk.com");
    }

    private static JsonObject? Mismatch(UploadSession upload, List<StoredBytes> parts, long? expected, List<string?>? etags)
    {
        var detected = parts.Sum(part => part.Length);
        var faces = new JsonArray();
        var wrong =
            parts.Count == 0
            || upload.Parts.Keys.Last() != parts.Count
            || (expected is { } size && size != detected)
            || (etags is not null && etags.Count != parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            var tooSmall = i < parts.Count - 1 && parts[i].Length < MinPart;
            var unexpected = etags is not null && (i >= etags.Count || etags[i] != parts[i].ETag.Trim('"'));
            wrong |= tooSmall || unexpected;
            faces.Add(
                new JsonObject
                {
                    ["part"] = i + 1,
                    ["size"] = parts[i].Length,
                    ["eTag"] = parts[i].ETag.Trim('"'),
                    ["status"] = (tooSmall, unexpected) switch
                    {
                        (true, true) => "Unexpected+TooSmall",
                        (true, _) => "TooSmall",
                        (_, true) => "Unexpected",
                        _ => "Ok",
                    },
                }
            );
        }

        if (!wrong)
            return null;
        return new JsonObject
        {
            ["uploadKey"] = upload.UploadKey,
            ["status"] = "error",
            ["reason"] = "MissingOrInvalidParts",
            ["size"] = new JsonObject { ["expected"] = expected ?? detected, ["detected"] = detected },
            ["parts"] = faces,
        };
    }

    private static async Task<IResult> PutAsync(HttpContext http, EmulatorState state)
    {
        var (bucket, key) = Names(http);
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        if (http.Request.Headers.ContainsKey("Authorization"))
            return Answers.S3Error(400, "InvalidArgument", "Only one auth mechanism allowed");
        if (http.Request.ContentLength is null)
            return Answers.S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        if (!SignedUrls.Verify(http.Request, bucket, key, state.Clock.Now))
            return Answers.S3Error(403, "AccessDenied", "Request has expired or the signature does not match");
        var content = await StoredBytes.ReadAsync(http.Request.Body, state.KeepsFiles, http.RequestAborted);
        if (http.Items[typeof(JournalEntry)] is JournalEntry entry)
            (entry.BodyBytes, entry.BodySha256) = (content.Length, "sha1:" + Convert.ToHexStringLower(content.Sha1));
        if (http.Request.Headers.ContentMD5.ToString() is { Length: > 0 } md5 && md5 != Convert.ToBase64String(content.Md5))
            return Answers.S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
        lock (state.Gate)
        {
            if (!state.Uploads.TryGetValue(http.Request.Query["uploadId"].ToString(), out var upload))
                return Answers.S3Error(404, "NoSuchUpload", "The upload does not exist.");
            if (http.Items[typeof(JournalEntry)] is JournalEntry stored)
                stored.ClientId = upload.ClientId; // A signed URL names nobody: the app that has asked for it.
            upload.Parts[int.Parse(http.Request.Query["partNumber"]!, CultureInfo.InvariantCulture)] = new UploadedPart(content);
        }

        http.Response.Headers.ETag = content.ETag;
        return Answers.Empty(200);
    }

    private static IResult Get(HttpContext http, EmulatorState state)
    {
        var (bucket, key) = Names(http);
        if (http.Request.Headers.ContainsKey("Authorization"))
            return Answers.S3Error(400, "InvalidArgument", "Only one auth mechanism allowed");
        if (!SignedUrls.Verify(http.Request, bucket, key, state.Clock.Now))
            return Answers.S3Error(403, "AccessDenied", "Request has expired or the signature does not match");
        lock (state.Gate)
        {
            return state.Buckets.GetValueOrDefault(bucket)?.Objects.GetValueOrDefault(key)?.Content is { IsKept: true } content
                ? Results.Stream(content.Open(), "application/octet-stream", entityTag: new(content.ETag), enableRangeProcessing: true)
                : Answers.S3Error(404, "NoSuchKey", "The object does not exist.");
        }
    }

    private static (string Bucket, string Key) Names(HttpContext http) =>
        (
            (string)http.Request.RouteValues["bucketKey"]!,
            ((string)http.Request.RouteValues["objectKey"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
        );
}
