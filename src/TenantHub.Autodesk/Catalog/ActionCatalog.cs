using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using NJsonSchema;
using TenantHub.Autodesk.Isolation;

namespace TenantHub.Autodesk.Catalog;

/// <summary>The actions. Loaded once from the embedded data, checked, frozen.</summary>
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

    private readonly FrozenDictionary<ActionRole, ActionDefinition> _byRole;

    private ActionCatalog(
        IReadOnlyList<ActionDefinition> all,
        IReadOnlyDictionary<ActionRole, ActionDefinition> byRole,
        IReadOnlyDictionary<string, QuotaGroup> quotaGroups
    )
    {
        All = all;
        _byRole = byRole.ToFrozenDictionary();
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
    public static ActionCatalog Load() => Parse(Files.Select(Read), Read("quota-groups"), Read("isolation-checks"));

    /// <summary>Gives an action, or null when there is none of this id.</summary>
    public ActionDefinition? Find(string? id) => id is null ? null : _byId.GetValueOrDefault(id);

    /// <summary>Gives the action that TenantHub uses for something.</summary>
    public ActionDefinition Of(ActionRole role) => _byRole[role];

    /// <summary>Gives a limit, or null when there is none of this name.</summary>
    public QuotaGroup? FindQuotaGroup(string name) => _quotaGroups.GetValueOrDefault(name);

    internal static ActionCatalog Parse(IEnumerable<string> files, string quotaGroups, string? checks = null)
    {
        var groups = JsonSerializer.Deserialize<QuotaGroup[]>(quotaGroups, Json)!.ToDictionary(group => group.Name);
        var all = files.SelectMany(text => Actions(text, groups)).ToList();
        var own = checks is null ? [] : Actions(checks, groups).ToList();

        var faults = CatalogCheck.Faults(all, own, groups);
        if (faults.Count > 0)
            throw new InvalidOperationException("The action catalog is wrong:\n" + string.Join('\n', faults));

        var byRole = all.Concat(own).Where(action => action.Role is not null).ToDictionary(action => action.Role!.Value);
        foreach (var action in all)
        {
            action.NamesResources = IsolationCheck.KindsOf(action).Any(NamedResource.IsGuarded);
            if (IsolationCheck.KindsOf(action).Contains(ResourceKind.Project))
                action.ProjectCheck = byRole[
                    action.Scopes.Any(scope => scope.StartsWith("account:", StringComparison.Ordinal))
                        ? ActionRole.ProvesAccountProject
                        : ActionRole.ProvesProject
                ];
            action.InputSchema = InputSchema.Of(action);
            if (action.Body is not { } body)
                continue;
            action.BodySchema = JsonSchema.FromJsonAsync(body.Schema.GetRawText()).GetAwaiter().GetResult();
            action.Names = [.. Names(body.Schema, "")];
        }

        return new ActionCatalog(all, byRole, groups);
    }

    private static IEnumerable<ActionDefinition> Actions(string text, Dictionary<string, QuotaGroup> groups)
    {
        var file = JsonSerializer.Deserialize<CatalogFile>(text, Json)!;
        foreach (var action in file.Actions)
        {
            action.Product = file.Product;
            action.ScopeKey = string.Join(' ', action.Scopes);
            action.QuotaGroup = action.QuotaGroupName is { } name ? groups.GetValueOrDefault(name) : null;
        }

        return file.Actions;
    }

    private static IEnumerable<string> Names(JsonElement schema, string path)
    {
        if (schema.Text("format") == InputSchema.NameFormat)
            return [path];
        if (schema.Member("items") is { } items)
            return Names(items, path + "[]");
        return schema.Member("properties") is { } properties
            ? properties
                .EnumerateObject()
                .SelectMany(member => Names(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}"))
            : [];
    }

    private static string Read(string name)
    {
        using var stream = typeof(ActionCatalog).Assembly.GetManifestResourceStream($"TenantHub.Autodesk.Catalog.{name}.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed record CatalogFile(string Product, IReadOnlyList<ActionDefinition> Actions);
}
