using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.Oss;

/// <summary>Signed uploads and downloads, many in one request (oss.yaml): 200, and each object says in the answer how it went.</summary>
internal static class BatchEndpoints
{
    private const string Objects = "/oss/v2/buckets/{bucketKey}/objects";
    private const int MaxObjects = 25;

    public static void Map(ApsEndpoints aps)
    {
        Batch(
            aps,
            "/batchsigneds3upload",
            ["data:write", "data:create"],
            (call, bucket, key, request, minutes) =>
                Number(request, "parts", TransferEndpoints.MaxPartsPerCall) is not { } parts
                || Number(request, "firstPart", 10_000) is not { } first
                    ? Failed("parts or firstPart is out of range")
                    : TransferEndpoints.Begin(call, bucket, key, Text(request, "uploadKey"), first, parts, minutes)
                        ?? Failed("Upload key not found or expired")
        );
        Batch(
            aps,
            "/batchcompleteupload",
            ["data:write", "data:create"],
            (call, bucket, key, request, _) =>
                TransferEndpoints.Finish(call, bucket, key, Text(request, "uploadKey") ?? "", request)
                ?? Failed("Upload key not found or expired")
        );
        Batch(
            aps,
            "/batchsigneds3download",
            ["data:read"],
            (call, bucket, key, _, minutes) =>
                bucket.Objects.GetValueOrDefault(key) is { IsComplete: true } stored
                    ? TransferEndpoints.Download(call, stored, minutes)
                    : Failed("Object not found")
        );
    }

    private static void Batch(
        ApsEndpoints aps,
        string path,
        string[] scopes,
        Func<ApsCall, EmulatedBucket, string, JsonObject, int, JsonObject> one
    ) =>
        aps.Map(
            "POST",
            Objects + path,
            ApiProducts.DataManagement,
            scopes,
            "oss",
            call =>
                BucketEndpoints.WithBucket(
                    call,
                    bucket =>
                    {
                        if (call.Number("minutesExpiration", 2, 1, 60) is not { } minutes)
                            return Answers.OssError(400, "minutesExpiration must be between 1 and 60");
                        if (call.Body is not JsonObject body || body["requests"] is not JsonArray { Count: > 0 and <= MaxObjects } requests)
                            return Answers.OssError(400, "requests must hold 1 to 25 objects");
                        var results = new JsonObject();
                        foreach (var request in requests)
                        {
                            if (request is not JsonObject fields || Text(fields, "objectKey") is not { } key)
                                return Answers.OssError(400, "objectKey is required");
                            results[key] = one(call, bucket, Uri.UnescapeDataString(key), fields, minutes);
                        }

                        return Answers.Json(200, new JsonObject { ["results"] = results });
                    }
                )
        );

    private static JsonObject Failed(string reason) => new() { ["status"] = "error", ["reason"] = reason };

    private static string? Text(JsonObject request, string name) =>
        request[name] is JsonValue value && value.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>A whole number from 1 to the given one; 1 when it is absent, null when it is something else.</summary>
    private static int? Number(JsonObject request, string name, int max) =>
        request[name] is not { } node ? 1
        : node is JsonValue value && value.TryGetValue<int>(out var number) && number >= 1 && number <= max ? number
        : null;
}
