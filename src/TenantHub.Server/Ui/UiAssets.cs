using System.Collections.Frozen;
using System.Security.Cryptography;

namespace TenantHub.Server.Ui;

/// <summary>
/// Style sheet and scripts, out of the assembly: there is no build step and no folder to lose. Their addresses carry a hash of the content,
/// so browsers keep them for ever and still get a new version at once.
/// </summary>
internal static class UiAssets
{
    private static readonly FrozenDictionary<string, Asset> All = typeof(UiAssets).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("ui/", StringComparison.Ordinal)).Select(Read).ToFrozenDictionary(asset => asset.Name);

    public static string Url(string name) => $"/ui/assets/{name}?v={All[name].Hash}";

    public static void MapUiAssets(this IEndpointRouteBuilder app) => app.MapGet("/ui/assets/{name}", (string name, HttpResponse response) =>
    {
        if (!All.TryGetValue(name, out var asset)) return Results.NotFound();
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.XContentTypeOptions = "nosniff";
        return Results.Bytes(asset.Bytes, asset.ContentType);
    }).ExcludeFromDescription().AllowAnonymous();

    private static Asset Read(string resource)
    {
        using var stream = typeof(UiAssets).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(resource["ui/".Length..], bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12], Path.GetExtension(resource) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        });
    }

    private sealed record Asset(string Name, byte[] Bytes, string Hash, string ContentType);
}
