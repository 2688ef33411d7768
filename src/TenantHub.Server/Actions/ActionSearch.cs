using System.Text.Json;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Actions;

/// <summary>
/// Finds actions by words, for POST /actions/search, for agents and for the console: no model, the same answer everywhere. A word is found
/// where another one begins with it. It counts by how rare it is among the actions, and more in the name than in the description.
/// </summary>
internal sealed record ActionSearch
{
    private const int MaxQuery = 500;

    public string? Query { get; init; }

    public string? Connector { get; init; }

    public int? TopK { get; init; }

    /// <summary>StackOne's; there are no projects here, so it changes nothing.</summary>
    public string? ProjectId { get; init; }

    public double? MinSimilarity { get; init; }

    /// <summary>What is wrong with it; null when it can be answered.</summary>
    public ServiceError? Fault()
    {
        var faults = new List<InputFault>();
        if (string.IsNullOrWhiteSpace(Query) || Query.Length > MaxQuery)
            faults.Add(new("query", $"must be a text of 1 to {MaxQuery} characters."));
        if (TopK is < 1 or > 1000)
            faults.Add(new("top_k", "must be 1 to 1000."));
        if (MinSimilarity is < 0 or > 1)
            faults.Add(new("min_similarity", "must be 0 to 1."));
        return faults.Count == 0 ? null : InputFault.Tell(faults, "Correct the fields and send the request again.");
    }

    /// <summary>Reads the arguments of an agent's tool.</summary>
    public static (ActionSearch? Search, ServiceError? Error) Read(JsonElement arguments)
    {
        ActionSearch? search;
        try
        {
            search = arguments.ValueKind is JsonValueKind.Object ? arguments.Deserialize<ActionSearch>(Hosting.JsonBody.Options) : new();
        }
        catch (JsonException exception)
        {
            return (null, RequestErrors.Unreadable(Hosting.JsonBody.Explain(exception)));
        }

        return search!.Fault() is { } fault ? (null, fault) : (search, null);
    }

    /// <summary>The actions that have anything to do with the query, the best first; scores lie between 0 and 1.</summary>
    public IEnumerable<(ActionDefinition Action, double Score)> Find(ActionCatalog catalog)
    {
        var words = Words(Query!).Distinct().ToList();
        if (words.Count == 0)
            return [];
        var texts = catalog
            .All.Select(action =>
                (
                    Action: action,
                    Name: Words(action.Id + " " + action.Label).ToHashSet(),
                    Other: Words(action.Description + " " + action.Product).ToHashSet()
                )
            )
            .ToList();
        var weights = words.ToDictionary(
            word => word,
            word => Math.Log(1 + ((double)texts.Count / (1 + texts.Count(text => Has(text.Name, word) || Has(text.Other, word)))))
        );
        var most = weights.Values.Sum();
        return from text in texts
            let score = words.Sum(word =>
                weights[word]
                * (
                    Has(text.Name, word) ? 1
                    : Has(text.Other, word) ? 0.5
                    : 0
                )
            ) / most
            where score > 0 && score >= (MinSimilarity ?? 0)
            orderby score descending, text.Name.Count, text.Action.Id
            select (text.Action, Math.Round(score, 4));
    }

    private static bool Has(HashSet<string> words, string beginning) =>
        words.Any(word => word.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Words without their plural and without what stands everywhere.</summary>
    private static IEnumerable<string> Words(string text) =>
        text.Split([.. " ,.;:!?()[]{}\"'/_-\t\r\n"], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.ToLowerInvariant())
            .Where(word =>
                word is not ("a" or "an" or "the" or "of" or "in" or "to" or "and" or "or" or "all" or "my" or "for" or "autodesk")
            )
            .Select(word => word.Length > 3 && word.EndsWith('s') ? word[..^1] : word);
}

/// <summary>StackOne's ActionSearchResponseDto.</summary>
internal sealed record ActionSearchAnswer(
    IReadOnlyList<FoundAction> Results,
    int TotalCount,
    string Query,
    string? ConnectorFilter,
    string? ProjectFilter
);

/// <summary>An action that was found, with the members that both of StackOne's readers want.</summary>
internal sealed record FoundAction(
    string Id,
    string ActionName,
    string ConnectorKey,
    string Label,
    string Description,
    string ProjectId,
    double SimilarityScore
);
