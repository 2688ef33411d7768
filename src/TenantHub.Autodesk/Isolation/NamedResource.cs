using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Transfers;

namespace TenantHub.Autodesk.Isolation;

/// <summary>A thing of Autodesk's that a call names.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Place">Where the caller has named it: path, query or body.</param>
/// <param name="Name">The name of the parameter or member there.</param>
/// <param name="Id">Its id. Of a project it is the form without <c>b.</c>, of an object its URN.</param>
public sealed record NamedResource(ResourceKind Kind, string Place, string Name, string Id)
{
    /// <summary>Gets where the caller has named it, for people.</summary>
    public string Field => $"{Place}.{Name}";

    /// <summary>Gives everything that the validated input names and that must be shown to be the account's. Projects come first: others are
    /// looked for in them.</summary>
    public static IReadOnlyList<NamedResource> In(ActionDefinition action, ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(request);
        if (!action.NamesResources)
            return [];
        var named = new List<NamedResource>(1);
        foreach (var parameter in action.Parameters)
        {
            if (parameter is { In: ParameterPlace.Path, RefersTo: { } kind } && request.Path.TryGetValue(parameter.Name, out var id))
                Add(named, kind, "path", parameter.Name, id, request);
            if (parameter is { In: ParameterPlace.Query, RefersTo: { } other } && request.Query.TryGetValue(parameter.Name, out var ids))
            {
                foreach (var value in ids)
                    Add(named, other, "query", parameter.Name, value, request);
            }
        }

        if (action.Body is { } body && request.Body is { } json && body.RefersTo.Values.Any(IsGuarded))
        {
            using var document = JsonDocument.Parse(json.Memory);
            foreach (var (path, kind) in body.RefersTo.Where(reference => IsGuarded(reference.Value)))
            {
                foreach (var id in IdPath.Read(document.RootElement, path))
                    Add(named, kind, "body", path, id, request);
            }
        }

        if (named.Count > 1)
            named.Sort(static (one, other) => (one.Kind is not ResourceKind.Project).CompareTo(other.Kind is not ResourceKind.Project));
        return named;
    }

    /// <summary>Whether things of the kind must be shown to be the account's; Autodesk itself looks for the others where they
    /// belong.</summary>
    public static bool IsGuarded(ResourceKind kind) => kind >= ResourceKind.Hub;

    /// <summary>The project id without <c>b.</c>, as it is remembered.</summary>
    public static string BareProject(string id) => AccId.Bare(id);

    /// <summary>The bucket of an object's URN; null when it is no such URN.</summary>
    public static string? BucketOf(string objectId) => StorageObject.Parse(objectId)?.BucketKey;

    /// <summary>Whether the bucket is one in which Autodesk keeps the files of all accounts. That all such keys begin like this is not
    /// documented.</summary>
    public static bool IsAutodesksBucket(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith("wip.", StringComparison.Ordinal);
    }

    private static void Add(List<NamedResource> named, ResourceKind kind, string place, string name, string id, ActionRequest request)
    {
        switch (kind)
        {
            case ResourceKind.Bucket when request.Path.ContainsKey("objectKey"):
                break; // Comes with the object.
            case ResourceKind.Object when place == "path":
                named.Add(new(kind, place, name, new StorageObject(request.Path["bucketKey"], id).Urn));
                break;
            case ResourceKind.Project:
                named.Add(new(kind, place, name, BareProject(id)));
                break;
            case var _ when IsGuarded(kind):
                named.Add(new(kind, place, name, id));
                break;
        }
    }
}
