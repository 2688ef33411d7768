using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Isolation;

/// <summary>Finds the ids of what a write has created, in its input or in its answer.</summary>
public static class Creation
{
    /// <summary>Gives kind and id of each thing; one whose id cannot be read is left out.</summary>
    public static IReadOnlyList<(ResourceKind Kind, string Id)> Of(ActionDefinition action, ActionRequest request, JsonBytes? answer)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(request);
        var created = new List<(ResourceKind, string)>();
        foreach (var (kind, source) in action.Creates)
        {
            var (from, path) = (
                source[..source.IndexOf('.', StringComparison.Ordinal)],
                source[(source.IndexOf('.', StringComparison.Ordinal) + 1)..]
            );
            if ((from == "body" ? request.Body : answer) is not { } json)
                continue;
            try
            {
                using var document = JsonDocument.Parse(json.Memory);
                created.AddRange(IdPath.Read(document.RootElement, path).Select(id => (kind, id)));
            }
            catch (JsonException)
            {
                // An answer that is no JSON names nothing.
            }
        }

        return created;
    }
}
