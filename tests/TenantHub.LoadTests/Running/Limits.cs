using System.Text.Json;

namespace TenantHub.LoadTests.Running;

/// <summary>limits.json: scenario, then figure, then what it must not be below or above. The scenario "*" holds for all.</summary>
internal sealed class Limits
{
    private const string Every = "*";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, Limit>> _limits;

    private Limits(IReadOnlyDictionary<string, IReadOnlyDictionary<string, Limit>> limits) => _limits = limits;

    public static Limits Load()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "limits.json"));
        var limits = JsonSerializer.Deserialize<Dictionary<string, IReadOnlyDictionary<string, Limit>>>(file, Json)!;
        var unknown = limits.Keys.Where(name => name != Every && ScenarioList.All.All(scenario => scenario.Name != name)).ToList();
        return unknown.Count == 0
            ? new Limits(limits)
            : throw new InvalidOperationException($"limits.json speaks of scenarios that do not exist: {string.Join(", ", unknown)}.");
    }

    /// <summary>Holds figures against the limits. A figure that has a limit and was not noted is broken too: else a limit would end with a
    /// change of name.</summary>
    public IReadOnlyList<Verdict> Judge(string scenario, IReadOnlyList<Figure> figures, bool isShort)
    {
        var limits = Of(Every).Concat(Of(scenario)).ToDictionary(pair => pair.Key, pair => isShort ? pair.Value.InShort() : pair.Value);
        var missing = limits
            .Keys.Except(figures.Select(figure => figure.Name))
            .Select(name => new Verdict(new Figure(name, double.NaN, ""), limits[name]));
        return [.. figures.Select(figure => new Verdict(figure, limits.GetValueOrDefault(figure.Name))), .. missing];
    }

    private IReadOnlyDictionary<string, Limit> Of(string scenario) =>
        _limits.GetValueOrDefault(scenario) ?? new Dictionary<string, Limit>();
}

/// <summary>What a figure must not be below or above, and why. The short form may have other numbers: it is too short for some.</summary>
internal sealed record Limit(double? Min, double? Max, double? ShortMin, double? ShortMax, string Why)
{
    public Limit InShort() => this with { Min = ShortMin ?? Min, Max = ShortMax ?? Max };

    public bool Allows(double value) => !double.IsNaN(value) && !(value < Min) && !(value > Max);

    public override string ToString() =>
        (Min, Max) switch
        {
            ({ } min, { } max) when min == max => $"= {min:0.####}",
            ({ } min, { } max) => $"{min:0.####} to {max:0.####}",
            ({ } min, null) => $">= {min:0.####}",
            _ => $"<= {Max:0.####}",
        };
}

/// <summary>A figure and whether it holds; without a limit it is only told.</summary>
internal sealed record Verdict(Figure Figure, Limit? Limit)
{
    public bool IsBroken => Limit is { } limit && !limit.Allows(Figure.Value);
}
