using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantHub.ApsEmulator.Auth;

namespace TenantHub.ApsEmulator.Oss;

/// <summary>/oss/v2 buckets and objects. Source: oss.yaml.</summary>
internal static partial class BucketEndpoints
{
    private static readonly string[] Regions = ["US", "EMEA", "AUS", "APAC", "CAN", "DEU", "IND", "JPN", "GBR"];

    public static void Map(ApsEndpoints aps)
    {
        aps.Map("GET", "/oss/v2/buckets", ApiProducts.DataManagement, ["bucket:read"], "oss", List);
        aps.Map("POST", "/oss/v2/buckets", ApiProducts.DataManagement, ["bucket:create"], "oss", Create);
        aps.Map(
            "GET",
            "/oss/v2/buckets/{bucketKey}/details",
            ApiProducts.DataManagement,
            ["bucket:read", "viewables:read"],
            "oss",
            call => WithBucket(call, bucket => Answers.Json(200, Details(bucket))),
            anyScope: true
        );
        aps.Map(
            "DELETE",
            "/oss/v2/buckets/{bucketKey}",
            ApiProducts.DataManagement,
            ["bucket:delete"],
            "oss",
            call =>
                WithBucket(
                    call,
                    bucket =>
                    {
                        call.State.Buckets.Remove(bucket.Key);
                        return Answers.Empty(200);
                    }
                )
        );
        aps.Map(
            "GET",
            "/oss/v2/buckets/{bucketKey}/objects",
            ApiProducts.DataManagement,
            ["data:read"],
            "oss",
            call => WithBucket(call, bucket => ListObjects(call, bucket))
        );
        aps.Map(
            "DELETE",
            "/oss/v2/buckets/{bucketKey}/objects/{objectKey}",
            ApiProducts.DataManagement,
            ["data:write"],
            "oss",
            call =>
                WithBucket(
                    call,
                    bucket => bucket.Objects.Remove(call.Path("objectKey")) ? Answers.Empty(200) : Answers.OssError(404, "Object not found")
                )
        );
        aps.Map(
            "GET",
            "/oss/v2/buckets/{bucketKey}/objects/{objectKey}/details",
            ApiProducts.DataManagement,
            ["data:read"],
            "oss",
            call => WithBucket(call, bucket => ObjectDetails(call, bucket))
        );
        aps.Map(
            "PUT",
            "/oss/v2/buckets/{bucketKey}/objects/{objectKey}/copyto/{newObjKey}",
            ApiProducts.DataManagement,
            ["data:write", "data:create"],
            "oss",
            call => WithBucket(call, bucket => Copy(call, bucket))
        );
    }

    /// <summary>Ordinary buckets belong to one app; Autodesk's own are open, object by object, to apps that are provisioned for the
    /// account.</summary>
    public static IResult WithBucket(ApsCall call, Func<EmulatedBucket, IResult> handler)
    {
        if (!call.State.Buckets.TryGetValue(call.Path("bucketKey"), out var bucket))
            return Answers.OssError(404, "Bucket not found");
        if (bucket.Owner == call.App.ClientId)
            return handler(bucket);
        var wip =
            bucket.Owner == "autodesk-wip"
            && call.Request.RouteValues.ContainsKey("objectKey")
            && bucket.Objects.TryGetValue(call.Path("objectKey"), out var stored)
            && stored.Project!.Account.ProvisionedClientIds.Contains(call.App.ClientId);
        return wip ? handler(bucket) : Answers.OssError(403, "Access denied: the bucket belongs to another application");
    }

    public static JsonObject ObjectFace(StoredObject stored, string host) =>
        new()
        {
            ["bucketKey"] = stored.Bucket,
            ["objectKey"] = stored.Key,
            ["objectId"] = stored.ObjectId,
            ["size"] = stored.Size,
            ["sha1"] = Convert.ToBase64String(stored.Content?.Sha1 ?? []),
            ["contentType"] = "application/octet-stream",
            ["location"] = host + stored.Location,
        };

    private static IResult List(ApsCall call)
    {
        if (call.Number("limit", 10, 1, 100) is not { } limit)
            return Answers.OssError(400, "limit must be between 1 and 100");
        var region = call.Query("region") ?? "US";
        if (!Regions.Contains(region))
            return Answers.OssError(400, "region is not valid");
        var start = call.Query("startAt");
        var all = call
            .State.Buckets.Values.Where(bucket => bucket.Owner == call.App.ClientId && bucket.Region == region)
            .OrderBy(bucket => bucket.Key, StringComparer.Ordinal)
            .SkipWhile(bucket => start is not null && string.CompareOrdinal(bucket.Key, start) <= 0)
            .ToList();
        var page = new JsonObject
        {
            ["items"] = new JsonArray([
                .. all.Take(limit)
                    .Select(bucket => new JsonObject
                    {
                        ["bucketKey"] = bucket.Key,
                        ["createdDate"] = bucket.CreatedAt.ToUnixTimeMilliseconds(),
                        ["policyKey"] = bucket.PolicyKey,
                    }),
            ]),
        };
        if (all.Count > limit)
            page["next"] =
                $"https://developer.api.autodesk.com/oss/v2/buckets?region={region}&limit={limit}&startAt={Uri.EscapeDataString(all[limit - 1].Key)}";
        return Answers.Json(200, page);
    }

    private static IResult Create(ApsCall call)
    {
        // The specification names the header "region", the HTTP reference "x-ads-region": which one is live is not proven, so both count.
        var region = call.Header("x-ads-region") ?? call.Header("region") ?? "US";
        if (!Regions.Contains(region))
            return Answers.OssError(400, "region is not valid");
        if (call.Text("bucketKey") is not { } key || !KeyPattern().IsMatch(key))
            return Answers.OssError(400, "Valid field 'bucketKey' must be of the form  [-_.a-z0-9]{3,128}");
        if (call.Text("policyKey") is not ("transient" or "temporary" or "persistent"))
            return Answers.OssError(400, "Valid field 'policyKey' must be transient, temporary or persistent");
        if (call.State.Buckets.ContainsKey(key))
            return Answers.OssError(409, "Bucket already exists");
        var bucket = new EmulatedBucket(key, call.App.ClientId, region, call.Text("policyKey")!, call.Now);
        call.State.Buckets[key] = bucket;
        return Answers.Json(200, Details(bucket));
    }

    private static IResult ListObjects(ApsCall call, EmulatedBucket bucket)
    {
        if (call.Number("limit", 10, 1, 100) is not { } limit)
            return Answers.OssError(400, "limit must be between 1 and 100");
        var (prefix, start) = (call.Query("beginsWith"), call.Query("startAt"));
        var all = bucket
            .Objects.Values.Where(stored =>
                stored.IsComplete
                && (prefix is null || stored.Key.StartsWith(prefix, StringComparison.Ordinal))
                && (start is null || string.CompareOrdinal(stored.Key, start) > 0)
            )
            .ToList();
        var page = new JsonObject
        {
            ["items"] = new JsonArray([.. all.Take(limit).Select(stored => ObjectFace(stored, "https://developer.api.autodesk.com"))]),
        };
        if (all.Count > limit)
            page["next"] =
                $"https://developer.api.autodesk.com/oss/v2/buckets/{bucket.Key}/objects?limit={limit}&startAt={Uri.EscapeDataString(all[limit - 1].Key)}";
        return Answers.Json(200, page);
    }

    private static IResult ObjectDetails(ApsCall call, EmulatedBucket bucket) =>
        bucket.Objects.GetValueOrDefault(call.Path("objectKey")) is { IsComplete: true } stored
            ? Answers.Json(200, ObjectFace(stored, "https://developer.api.autodesk.com"))
            : Answers.OssError(404, "Object not found");

    private static IResult Copy(ApsCall call, EmulatedBucket bucket)
    {
        if (bucket.Objects.GetValueOrDefault(call.Path("objectKey")) is not { Content: { } content } stored)
            return Answers.OssError(404, "Object not found");
        var copy = new StoredObject(bucket.Key, call.Path("newObjKey"), stored.Project);
        copy.Complete(content.Copy());
        bucket.Objects[copy.Key] = copy;
        return Answers.Json(200, ObjectFace(copy, "https://developer.api.autodesk.com"));
    }

    private static JsonObject Details(EmulatedBucket bucket) =>
        new()
        {
            ["bucketKey"] = bucket.Key,
            ["bucketOwner"] = bucket.Owner,
            ["createdDate"] = bucket.CreatedAt.ToUnixTimeMilliseconds(),
            ["permissions"] = new JsonArray(new JsonObject { ["authId"] = bucket.Owner, ["access"] = "full" }),
            ["policyKey"] = bucket.PolicyKey,
        };

    [GeneratedRegex(@"\A[-_.a-z0-9]{3,128}\z")]
    private static partial Regex KeyPattern();
}
