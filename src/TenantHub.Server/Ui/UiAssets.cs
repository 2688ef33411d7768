using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace TenantHub.Server.Ui;

/// <summary>
/// Style sheet and scripts, out of the assembly: there is no build step and no folder to lose. Their addresses carry a hash of the content,
/// so browsers keep them for ever and still get a new version at once. Each is compressed once, when it is first asked for.
/// </summary>
internal static class UiAssets
{
    private static readonly FrozenDictionary<string, Asset> All = typeof(UiAssets)
        .Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("ui/", StringComparison.Ordinal))
        .Select(Read)
        .ToFrozenDictionary(asset => asset.Name);

    public static string Url(string name) => $"/ui/assets/{name}?v={All[name].Hash}";

    public static void MapUiAssets(this IEndpointRouteBuilder app) =>
        app.MapGet(
                "/ui/assets/{name}",
                (string name, HttpContext http) =>
                {
                    if (!All.TryGetValue(name, out var asset))
                        return Results.NotFound();
                    var taken = http
                        .Request.GetTypedHeaders()
                        .AcceptEncoding.Where(encoding => encoding.Quality is not 0)
                        .Select(encoding => encoding.Value.ToString())
                        .ToList();
                    var (coding, bytes) =
                        taken.Contains("br") ? ("br", asset.Brotli.Value)
                        : taken.Contains("gzip") ? ("gzip", asset.Gzip.Value)
                        : (null, asset.Bytes);
                    var headers = http.Response.Headers;
                    (headers.CacheControl, headers.XContentTypeOptions, headers.Vary, headers.ContentEncoding) = (
                        "public, max-age=31536000, immutable",
                        "nosniff",
                        "Accept-Encoding",
                        coding
                    );
                    return Results.Bytes(bytes, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}{coding}\""));
                }
            )
            .ExcludeFromDescription()
            .AllowAnonymous();

    private static Asset Read(string resource)
    {
        using var stream = typeof(UiAssets).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var type = Path.GetExtension(resource) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        return new(resource["ui/".Length..], bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12], type);
    }

    private sealed record Asset(string Name, byte[] Bytes, string Hash, string ContentType)
    {
        public Lazy<byte[]> Brotli { get; } = new(() => Compress(Bytes, into => new BrotliStream(into, CompressionLevel.Optimal)));

        public Lazy<byte[]> Gzip { get; } = new(() => Compress(Bytes, into => new GZipStream(into, CompressionLevel.Optimal)));

        private static byte[] Compress(byte[] bytes, Func<Stream, Stream> open)
        {
            using var result = new MemoryStream();
            using (var compressing = open(result))
                compressing.Write(bytes);
            return result.ToArray();
        }
    }
}
