using System.Text.Json;
using TenantHub.Autodesk.Isolation;
using TenantHub.Transfers;

namespace TenantHub.Autodesk.Transfers;

/// <summary>The JSON:API documents of an upload, and the few values that are read out of the answers.</summary>
internal static class FileUploadBodies
{
    private static readonly object Version1 = new { version = "1.0" };

    public static JsonBytes Storage(UploadRequest file) =>
        JsonBytes.From(
            new
            {
                jsonapi = Version1,
                data = new
                {
                    type = "objects",
                    attributes = new { name = file.FileName },
                    relationships = new { target = Link("folders", file.FolderId) },
                },
            }
        );

    public static JsonBytes Item(UploadRequest file, string objectId) =>
        JsonBytes.From(
            new
            {
                jsonapi = Version1,
                data = new
                {
                    type = "items",
                    attributes = new
                    {
                        displayName = file.FileName,
                        extension = new { type = "items:autodesk.bim360:File", version = "1.0" },
                    },
                    relationships = new { tip = Link("versions", "1"), parent = Link("folders", file.FolderId) },
                },
                included = new[]
                {
                    new
                    {
                        type = "versions",
                        id = "1",
                        attributes = new
                        {
                            name = file.FileName,
                            extension = new { type = "versions:autodesk.bim360:File", version = "1.0" },
                        },
                        relationships = new { storage = Link("objects", objectId) },
                    },
                },
            }
        );

    public static JsonBytes Version(UploadRequest file, string itemId, string objectId) =>
        JsonBytes.From(
            new
            {
                jsonapi = Version1,
                data = new
                {
                    type = "versions",
                    attributes = new { name = file.FileName, extension = new { type = "versions:autodesk.bim360:File", version = "1.0" } },
                    relationships = new { item = Link("items", itemId), storage = Link("objects", objectId) },
                },
            }
        );

    /// <summary>The string at the path; null when there is none.</summary>
    public static string? Text(JsonBytes json, params ReadOnlySpan<string> path)
    {
        using var document = JsonDocument.Parse(json.Memory);
        return document.RootElement.Text(path);
    }

    /// <summary>The strings of an array; empty when one of its entries is none.</summary>
    public static IReadOnlyList<string> Texts(JsonBytes json, string name)
    {
        using var document = JsonDocument.Parse(json.Memory);
        if (document.RootElement.Member(name) is not { ValueKind: JsonValueKind.Array } array)
            return [];
        var texts = array.EnumerateArray().Select(element => element.Text()).ToList();
        return texts.Any(string.IsNullOrEmpty) ? [] : texts.OfType<string>().ToList();
    }

    /// <summary>Size and URL of a stored object, as the answer of signeds3download has them.</summary>
    public static (long? Size, string? Url, string? Sha1) Stored(JsonBytes json)
    {
        using var document = JsonDocument.Parse(json.Memory);
        var size =
            document.RootElement.Member("size") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var bytes)
                ? bytes
                : (long?)null;
        return (size, document.RootElement.Text("url"), document.RootElement.Text("sha1"));
    }

    /// <summary>The id of the version that came with a new item; of an item that was looked for, its newest one.</summary>
    public static string? VersionOf(JsonBytes json)
    {
        using var document = JsonDocument.Parse(json.Memory);
        return IdPath.Read(document.RootElement, "included[versions].id").FirstOrDefault()
            ?? (document.RootElement.Member("data") is { } item ? Tip(item) : null);
    }

    /// <summary>The id of an item's newest version, where it is said.</summary>
    public static string? Tip(JsonElement item) => item.Text("relationships", "tip", "data", "id");

    /// <summary>The item with this display name in a page of folder contents, and its newest version.</summary>
    public static (string Id, string? TipId)? FindItem(JsonBytes page, string fileName)
    {
        using var document = JsonDocument.Parse(page.Memory);
        if (document.RootElement.Member("data") is not { ValueKind: JsonValueKind.Array } entries)
            return null;
        foreach (var entry in entries.EnumerateArray())
        {
            if (
                entry.Text("type") == "items"
                && string.Equals(entry.Text("attributes", "displayName"), fileName, StringComparison.OrdinalIgnoreCase)
                && entry.Text("id") is { } id
            )
                return (id, Tip(entry));
        }

        return null;
    }

    private static object Link(string type, string id) => new { data = new { type, id } };
}
