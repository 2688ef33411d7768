using System.Text.Json;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Isolation;

/// <summary>What is kept in mind while an answer is made ready for the caller: which rows are the account's, and what the answer shows to
/// be its own.</summary>
/// <param name="own">The ids of the account's own rows; null when all rows may be shown.</param>
/// <param name="hide">Gives a word for a position of Autodesk's that may be the name of another account's thing.</param>
public sealed class AnswerReading(IReadOnlySet<string>? own = null, Func<string, string>? hide = null)
{
    private readonly List<(ResourceKind Kind, string Id)> _shown = [];

    /// <summary>Gets what the answer has shown to be the account's.</summary>
    public IReadOnlyList<(ResourceKind Kind, string Id)> Shown => _shown;

    internal bool MayShow(JsonElement row, string idMember) => own is null || (row.Text(idMember) is { } id && own.Contains(id));

    internal string Hide(string position) => hide is null ? position : hide(position);

    /// <summary>Reads what the answer shows; one that cannot be read shows nothing, and is the caller's all the same.</summary>
    internal void Look(ActionDefinition action, JsonBytes answer)
    {
        if (action.Shows.Count == 0)
            return;
        try
        {
            using var document = JsonDocument.Parse(answer.Memory);
            Look(action, document.RootElement);
        }
        catch (JsonException)
        {
            // What would have been remembered is found out when it is needed.
        }
    }

    /// <summary>Reads what the answer shows.</summary>
    internal void Look(ActionDefinition action, JsonElement answer)
    {
        foreach (var (path, kind) in action.Shows)
        {
            foreach (var id in IdPath.Read(answer, path))
                _shown.Add((kind, kind is ResourceKind.Project ? NamedResource.BareProject(id) : id));
        }
    }
}
