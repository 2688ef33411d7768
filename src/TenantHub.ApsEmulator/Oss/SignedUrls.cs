using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TenantHub.ApsEmulator.Oss;

/// <summary>Signed S3 URLs: whoever changes anything in them, or comes too late, is denied.</summary>
internal static class SignedUrls
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static string Make(
        HttpRequest request,
        string method,
        string bucket,
        string objectKey,
        string uploadKey,
        int part,
        DateTimeOffset expiresAt
    )
    {
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"uploadId={uploadKey}&partNumber={part}&X-Amz-Expires={expiresAt.ToUnixTimeSeconds()}"
        );
        return $"{request.Scheme}://{request.Host}/s3/{bucket}/{Uri.EscapeDataString(objectKey)}?{query}&X-Amz-Signature={Sign(method, bucket, objectKey, query)}";
    }

    public static bool Verify(HttpRequest request, string bucket, string objectKey, DateTimeOffset now)
    {
        var query = request.Query;
        var signed = $"uploadId={query["uploadId"]}&partNumber={query["partNumber"]}&X-Amz-Expires={query["X-Amz-Expires"]}";
        return long.TryParse(query["X-Amz-Expires"], CultureInfo.InvariantCulture, out var expires)
            && now.ToUnixTimeSeconds() < expires
            && query["X-Amz-Signature"] == Sign(request.Method, bucket, objectKey, signed);
    }

    private static string Sign(string method, string bucket, string objectKey, string query) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{method}\n{bucket}\n{objectKey}\n{query}")));
}
