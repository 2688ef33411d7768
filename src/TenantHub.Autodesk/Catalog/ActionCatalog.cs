using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using NJsonSchema;

namespace TenantHub.Autodesk.Catalog;

/// <summary>The 51 actions. Loaded once from the embedded data, checked, frozen.</summary>
public sealed class ActionCatalog
{
    private static readonly string[] Files = ["account-admin", "data-management", "oss", "webhooks"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        PropertyNameCaseInsensitive = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly FrozenDictionary<string, ActionDefinition> _byId;

    private readonly FrozenDictionary<string, QuotaGroup> _quotaGroups;

    private ActionCatalog(IReadOnlyList<ActionDefinition> all, IReadOnlyDictionary<string, QuotaGroup> quotaGroups)
    {
        All = all;
        QuotaGroups = [.. quotaGroups.Values];
        _quotaGroups = quotaGroups.ToFrozenDictionary();
        _byId = all.ToFrozenDictionary(action => action.Id, StringComparer.Ordinal);
    }

    /// <summary>Gets every action, by product and then in Autodesk's order.</summary>
    public IReadOnlyList<ActionDefinition> All { get; }

    /// <summary>Gets Autodesk's limits.</summary>
    public IReadOnlyList<QuotaGroup> QuotaGroups { get; }

    /// <summary>Loads the catalog.</summary>
    /// <exception cref="InvalidOperationException">The data is wrong; the message names every fault.</exception>
    public static ActionCatalog Load() => Parse(Files.Select(Read), Read("quota-groups"));

    /// <summary>Gives an action, or null when there is none of this id.</summary>
    public ActionDefinition? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Gives a limit, or null when there is none of this name.</summary>
    public QuotaGroup? FindQuotaGroup(string name) => _quotaGroups.GetValueOrDefault(name);

    internal static ActionCatalog Parse(IEnumerable<string> files, string quotaGroups)
    {
        var groups = JsonSerializer.Deserialize<QuotaGroup[]>(quotaGroups, Json)!.ToDictionary(group => group.Name);
        var all = new List<ActionDefinition>();
        foreach (var file in files.Select(text => JsonSerializer.Deserialize<CatalogFile>(text, Json)!))
        {
            foreach (var action in file.Actions)
            {
                action.Product = file.Product;
                action.ScopeKey = string.Join(' ', action.Scopes);
                action.QuotaGroup = action.QuotaGroupName is { } name ? groups.GetValueOrDefault(name) : null;
                all.Add(action);
            }
        }

        var faults = CatalogCheck.Faults(all, groups);
        if (faults.Count > 0) throw new InvalidOperationException("The action catalog is wrong:\n" + string.Join('\n', faults));

        foreach (var action in all)
        {
            action.InputSchema = InputSchema.Of(action);
            if (action.Body is { } body) action.BodySchema = JsonSchema.FromJsonAsync(body.Schema.GetRawText()).GetAwaiter().GetResult();
        }

        return new ActionCatalog(all, groups);
    }

    private static string Read(string name)
    {
        using var stream = typeof(ActionCatalog).Assembly.GetManifestResourceStream($"TenantHub.Autodesk.Catalog.{name}.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed record CatalogFile(string Product, IReadOnlyList<ActionDefinition> Actions);
}
