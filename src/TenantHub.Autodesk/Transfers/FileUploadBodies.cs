using System.Text.Json;

namespace TenantHub.Autodesk.Transfers;

/// <summary>The JSON:API documents of an upload, and the few values that are read out of the answers.</summary>
internal static class FileUploadBodies
{
    private static readonly object Version1 = new { version = "1.0" };

    public static JsonBytes Storage(FileUploadInput file) => JsonBytes.From(new
    {
        jsonapi = Version1,
        data = new { type = "objects", attributes = new { name = file.FileName }, relationships = new { target = Link("folders", file.FolderId) } },
    });

    public static JsonBytes Item(FileUploadInput file, string objectId) => JsonBytes.From(new
    {
        jsonapi = Version1,
        data = new
        {
            type = "items",
            attributes = new { displayName = file.FileName, extension = new { type = "items:autodesk.bim360:File", version = "1.0" } },
            relationships = new { tip = Link("versions", "1"), parent = Link("folders", file.FolderId) },
        },
        included = new[]
        {
            new
            {
                type = "versions",
                id = "1",
                attributes = new { name = file.FileName, extension = new { type = "versions:autodesk.bim360:File", version = "1.0" } },
                relationships = new { storage = Link("objects", objectId) },
            },
        },
    });

    public static JsonBytes Version(FileUploadInput file, string itemId, string objectId) => JsonBytes.From(new
    {
        jsonapi = Version1,
        data = new
        {
            type = "versions",
            attributes = new { name = file.FileName, extension = new { type = "versions:autodesk.bim360:File", version = "1.0" } },
            relationships = new { item = Link("items", itemId), storage = Link("objects", objectId) },
        },
    });

    /// <summary>The string at the path; null when there is none.</summary>
    public static string? Text(JsonBytes json, params ReadOnlySpan<string> path)
    {
        using var document = JsonDocument.Parse(json.Memory);
        var element = document.RootElement;
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element.ValueKind is JsonValueKind.String ? element.GetString() : null;
    }

    public static IReadOnlyList<string> Texts(JsonBytes json, string name)
    {
        using var document = JsonDocument.Parse(json.Memory);
        return document.RootElement.TryGetProperty(name, out var array) && array.ValueKind is JsonValueKind.Array
            ? [.. array.EnumerateArray().Select(element => element.GetString()!)]
            : [];
    }

    /// <summary>The id of the version that came with a new item.</summary>
    public static string? FirstIncluded(JsonBytes json)
    {
        using var document = JsonDocument.Parse(json.Memory);
        return document.RootElement.TryGetProperty("included", out var included) && included.ValueKind is JsonValueKind.Array && included.GetArrayLength() > 0
            ? included[0].GetProperty("id").GetString()
            : null;
    }

    /// <summary>The id of the item with this display name in a page of folder contents.</summary>
    public static string? FindItem(JsonBytes page, string fileName)
    {
        using var document = JsonDocument.Parse(page.Memory);
        foreach (var entry in document.RootElement.GetProperty("data").EnumerateArray())
        {
            if (entry.GetProperty("type").GetString() == "items"
                && entry.GetProperty("attributes").TryGetProperty("displayName", out var name)
                && string.Equals(name.GetString(), fileName, StringComparison.OrdinalIgnoreCase))
                return entry.GetProperty("id").GetString();
        }

        return null;
    }

    private static object Link(string type, string id) => new { data = new { type, id } };
}
