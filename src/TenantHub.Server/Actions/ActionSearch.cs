using System.Text.Json;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Actions;

/// <summary>
/// Finds actions by words, for POST /actions/search, for agents and for the console: no model, the same answer everywhere. A word is found where
/// another one begins with it. It counts by how rare it is among the actions, more in the name than in the description, and more when it is a
/// verb; an action that has more of the words comes first. A word with a colon is a scope.
/// </summary>
internal sealed record ActionSearch
{
    private const int MaxQuery = 500;
    private const double VerbWeight = 2;

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
    public IEnumerable<(ActionDefinition Action, double Score)> Find(ActionCatalog catalog) =>
        from found in Rank(catalog, SearchWords.OfQuestion(Query!))
        where found.Score >= (MinSimilarity ?? 0)
        select (found.Action, Math.Round(found.Score, 4));

    /// <summary>A list that is narrowed by what is typed: the actions that have every word, the best first. A part of an id, which has a _ in
    /// it, stands for the ids that have it.</summary>
    public static IEnumerable<ActionDefinition> Narrow(ActionCatalog catalog, string typed)
    {
        var (part, words) = (typed.Trim(), SearchWords.OfQuestion(typed));
        if (words.Count == 0)
            return catalog.All;
        var ids = catalog.All.Where(action => part.Contains('_') && action.Id.Contains(part, StringComparison.OrdinalIgnoreCase)).ToList();
        return ids.Count > 0 ? ids : Rank(catalog, words).Where(found => found.Words == words.Count).Select(found => found.Action);
    }

    /// <summary>The actions that have any of the words, with how many they have.</summary>
    private static IEnumerable<(ActionDefinition Action, double Score, int Words)> Rank(ActionCatalog catalog, IReadOnlyList<string> asked)
    {
        var texts = catalog.All.Select(action => new ActionWords(action)).ToList();
        var words = asked
            .Select(word =>
                (
                    Word: word,
                    Weight: Math.Log(1 + ((double)texts.Count / (1 + texts.Count(text => text.Fit(word) > 0))))
                        * (SearchWords.IsVerb(word) ? VerbWeight : 1)
                )
            )
            .ToList();
        var most = words.Sum(word => word.Weight);
        return from text in texts
            let has = words.Count(word => text.Fit(word.Word) > 0)
            where has > 0
            let score = words.Sum(word => word.Weight * text.Fit(word.Word)) / most * has / words.Count
            orderby score descending, text.NameLength, text.Action.Id
            select (text.Action, score, has);
    }

    /// <summary>The words of one action.</summary>
    private sealed class ActionWords(ActionDefinition action)
    {
        private const double InDescription = 0.5;
        private const double OfAnotherWord = 0.8;

        private readonly HashSet<string> _name = [.. SearchWords.Of(action.Id + " " + action.Label)];
        private readonly HashSet<string> _other = [.. SearchWords.Of(action.Description + " " + action.Product)];
        private readonly HashSet<string> _scopes = [.. action.Scopes.SelectMany(SearchWords.Of)];
        private readonly Dictionary<string, double> _fits = [];

        public ActionDefinition Action => action;

        public int NameLength => _name.Count;

        /// <summary>How well a word of the question fits: 1 when it stands in the name, less in the description, less for another word that
        /// is said for it.</summary>
        public double Fit(string word) =>
            _fits.TryGetValue(word, out var fit)
                ? fit
                : _fits[word] = Math.Max(Stands(word), OfAnotherWord * SearchWords.OthersFor(word).Select(Stands).DefaultIfEmpty().Max());

        private double Stands(string word) =>
            word.Contains(':', StringComparison.Ordinal) ? (Has(_scopes, word) ? 1 : 0)
            : Has(_name, word) ? 1
            : Has(_other, word) ? InDescription
            : 0;

        private static bool Has(HashSet<string> words, string beginning) =>
            words.Contains(beginning) || words.Any(word => word.StartsWith(beginning, StringComparison.Ordinal));
    }
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
