using System.Runtime.InteropServices;
using System.Text.Json;
using TenantHub.Autodesk;

namespace TenantHub.Server.Mcp;

/// <summary>What a page of JSON:API has in <c>included</c>. Of a page that is cut it has what its rows refer to, and what that refers to in
/// turn.</summary>
internal sealed class IncludedResources
{
    public const string Member = "included";

    private readonly JsonElement _all;
    private readonly Dictionary<(string Type, string Id), JsonElement> _byName = [];
    private readonly HashSet<(string Type, string Id)> _kept = [];

    private IncludedResources(JsonElement all)
    {
        _all = all;
        foreach (var resource in all.EnumerateArray())
        {
            if (NameOf(resource) is { } name)
                _byName[name] = resource;
        }
    }

    /// <summary>Gets how long it is in the page.</summary>
    public int Bytes => JsonMarshal.GetRawUtf8Value(_all).Length;

    /// <summary>What a page includes; null when it includes nothing.</summary>
    public static IncludedResources? Of(JsonElement page) =>
        page.Member(Member) is { ValueKind: JsonValueKind.Array } all ? new(all) : null;

    /// <summary>What a row needs beside what is kept already.</summary>
    public IReadOnlyList<JsonElement> ReferredBy(JsonElement row)
    {
        var found = new Dictionary<(string, string), JsonElement>();
        var open = new Queue<JsonElement>([row]);
        while (open.TryDequeue(out var from))
        {
            foreach (var name in Links(from))
            {
                if (!_kept.Contains(name) && _byName.TryGetValue(name, out var resource) && found.TryAdd(name, resource))
                    open.Enqueue(resource);
            }
        }

        return [.. found.Values];
    }

    public void Keep(IEnumerable<JsonElement> resources) => _kept.UnionWith(resources.Select(NameOf).OfType<(string, string)>());

    /// <summary>In the page's order.</summary>
    public void WriteKept(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var resource in _all.EnumerateArray())
        {
            if (NameOf(resource) is { } name && _kept.Contains(name))
                resource.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    private static (string Type, string Id)? NameOf(JsonElement resource) =>
        resource.Text("type") is { } type && resource.Text("id") is { } id ? (type, id) : null;

    /// <summary>A relationship links to one resource, to several, or to none.</summary>
    private static IEnumerable<(string, string)> Links(JsonElement resource)
    {
        if (resource.Member("relationships") is not { ValueKind: JsonValueKind.Object } relationships)
            return [];
        return relationships
            .EnumerateObject()
            .Select(relationship => relationship.Value.Member("data"))
            .OfType<JsonElement>()
            .SelectMany(data => data.ValueKind is JsonValueKind.Array ? data.EnumerateArray().AsEnumerable() : [data])
            .Select(NameOf)
            .OfType<(string, string)>();
    }
}
