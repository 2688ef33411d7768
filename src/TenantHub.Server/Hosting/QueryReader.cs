using System.Globalization;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Hosting;

/// <summary>
/// The reader of every list's query. What is misspelt, no number, out of bounds or no instant is a fault that says what would be right: a
/// filter that is silently left out would show everything.
/// </summary>
/// <param name="query">The query.</param>
/// <param name="known">The parameters that the list takes, as its OpenAPI description names them; nothing else can be read.</param>
internal sealed class QueryReader(IQueryCollection query, IReadOnlyList<DescribedParameter> known)
{
    /// <summary>The parameters of lists that have nothing but pages.</summary>
    public static readonly DescribedParameter[] Pages =
    [
        ("page", "The page, from 1."),
        ("page_size", "Entries per page; at most and by default 100."),
    ];

    private readonly List<InputFault> _faults = Misspelt(query, known);

    /// <summary>Gets what is wrong with what was read so far; null when nothing is.</summary>
    public ServiceError? Error => _faults.Count == 0 ? null : RequestErrors.BadQuery(_faults);

    /// <summary>Gives one value, the last when there are several; null when it was not given, or is empty.</summary>
    public string? Text(string name, int maxLength = int.MaxValue)
    {
        if (Given(name).LastOrDefault() is not { Length: > 0 } text)
            return null;
        if (text.Length <= maxLength)
            return text;
        Refuse(name, $"must have at most {maxLength} characters.");
        return null;
    }

    /// <summary>Gives all values: a name may be repeated, and a value may hold several, separated by commas.</summary>
    public IReadOnlyList<string> Values(string name) =>
        [.. Given(name).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>Gives a whole number, or what holds when it was not given.</summary>
    public int Number(string name, int unset, int max, int min = 1) =>
        Text(name) is { } text ? Number(name, text, min, max) ?? unset : unset;

    /// <summary>Gives all values as whole numbers; those that are none are faults.</summary>
    public IReadOnlyList<int> Numbers(string name, int min, int max) =>
        [.. Values(name).Select(text => Number(name, text, min, max)).OfType<int>()];

    /// <summary>Gives an instant; without an offset it is in UTC.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return instant;
        Refuse(name, "must be an instant such as 2026-11-25T12:00:00Z.");
        return null;
    }

    /// <summary>Gives what one of several words stands for, or what holds when none was given.</summary>
    public T Word<T>(string name, T unset, params (string Word, T Meaning)[] words)
    {
        if (Text(name) is not { } text)
            return unset;
        foreach (var (word, meaning) in words)
        {
            if (word == text)
                return meaning;
        }

        Refuse(name, $"must be one of {string.Join(", ", words.Select(choice => choice.Word))}.");
        return unset;
    }

    /// <summary>Gives all values, each of which has to be one of some words.</summary>
    public IReadOnlyList<string> Values(string name, IReadOnlyCollection<string> words)
    {
        var values = Values(name);
        if (values.Any(value => !words.Contains(value)))
            Refuse(name, $"must be one of {string.Join(", ", words)}.");
        return values;
    }

    /// <summary>Notes a fault that the list itself has found.</summary>
    public void Refuse(string name, string message) => _faults.Add(new(name, message));

    private int? Number(string name, string text, int min, int max)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(name, $"must be a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>StackOne's specification writes filters as <c>filter[name]</c>, its clients send them flat as well: both are the
    /// same.</summary>
    private IEnumerable<string> Given(string name)
    {
        if (known.All(parameter => parameter.Name != name))
            throw new InvalidOperationException($"The list does not say that it takes {name}.");
        return query[name].Concat(query[$"filter[{name}]"]).OfType<string>();
    }

    private static List<InputFault> Misspelt(IQueryCollection query, IReadOnlyList<DescribedParameter> known) =>
        [
            .. query
                .Keys.Where(name => known.All(parameter => parameter.Name != Bare(name)))
                .Select(name => new InputFault(
                    InputFault.Shorten(name),
                    known.Count == 0
                        ? "is not known: this list has no filters."
                        : $"is not known here; known are {string.Join(", ", known.Select(parameter => parameter.Name))}."
                )),
        ];

    /// <summary>What is wrong with the query of a list that has no filters.</summary>
    public static ServiceError? FaultWithoutFilters(HttpRequest request) => new QueryReader(request.Query, []).Error;

    private static string Bare(string name) =>
        name.StartsWith("filter[", StringComparison.Ordinal) && name.EndsWith(']') ? name["filter[".Length..^1] : name;
}
