using System.Text.Json;
using System.Text.Json.Serialization;
using NJsonSchema;
using TenantHub.Actions;
using TenantHub.Autodesk.Isolation;
using TenantHub.Security;

namespace TenantHub.Autodesk.Catalog;

/// <summary>
/// One action, as the catalog's data declares it. HTTP, validation, the list of actions and the scope guide all derive from this; nothing
/// about an action is written anywhere else.
/// </summary>
public sealed record ActionDefinition
{
    /// <summary>Gets the id, for example <c>autodesk_list_hubs</c>.</summary>
    public required string Id { get; init; }

    public required string Label { get; init; }

    /// <summary>Gets one sentence for people and for agents.</summary>
    public required string Description { get; init; }

    public ActionKind Kind { get; init; }

    public required string Method { get; init; }

    /// <summary>Gets the path with its parameters in braces; <c>{signed_url}</c> and <c>(steps)</c> for the two actions that carry
    /// files.</summary>
    public required string Path { get; init; }

    public IReadOnlyList<ActionParameter> Parameters { get; init; } = [];

    public ActionBody? Body { get; init; }

    /// <summary>Gets the ids of a composite's steps.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Gets the narrowest scopes that the call needs, sorted.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Gets the API product to enable on the Autodesk app; null when no Autodesk API is called.</summary>
    public string? ApiProduct { get; init; }

    [JsonPropertyName("quotaGroup")]
    public string? QuotaGroupName { get; init; }

    public bool RequiresCustomIntegration { get; init; }

    /// <summary>Gets whether Autodesk demands an acting user of two-legged callers.</summary>
    public bool RequiresActingUser { get; init; }

    public required ActionSafety Safety { get; init; }

    /// <summary>Gets whether what a read gives lets its reader write: for callers' rights it is a write.</summary>
    public bool LetsWrite { get; init; }

    /// <summary>Gets whether a creation takes the place of a thing of the same name.</summary>
    public bool Overwrites { get; init; }

    /// <summary>Gets whether the identical request may be sent twice without a second effect.</summary>
    public required bool RetrySafe { get; init; }

    /// <summary>Gets how to find out what a write whose answer was lost has done; null when it cannot be read back.</summary>
    public ActionReadBack? ReadBack { get; init; }

    public ActionPaging? Paging { get; init; }

    /// <summary>Gets what TenantHub itself uses the action for; null for most.</summary>
    public ActionRole? Role { get; init; }

    /// <summary>Gets what a successful answer shows to be the account's, by where the ids stand in it.</summary>
    public IReadOnlyDictionary<string, ResourceKind> Shows { get; init; } = new Dictionary<string, ResourceKind>();

    /// <summary>Gets what a success gives to the account alone, and where its id stands: <c>body.member</c> of the input or
    /// <c>answer.member</c>.</summary>
    public IReadOnlyDictionary<ResourceKind, string> Creates { get; init; } = new Dictionary<ResourceKind, string>();

    /// <summary>Gets the kind of the thing in the path that a success takes away; null when there is none.</summary>
    public ResourceKind? Deletes { get; init; }

    /// <summary>Gets the statuses with which Autodesk says that it worked.</summary>
    public required IReadOnlyList<int> Success { get; init; }

    public required string Source { get; init; }

    /// <summary>Gets what no source proves.</summary>
    public IReadOnlyList<string> Doubts { get; init; } = [];

    /// <summary>Gets Autodesk's product, from the catalog file that holds the action.</summary>
    [JsonIgnore]
    public string Product { get; internal set; } = "";

    /// <summary>Gets the scopes as one string, as token keys use it.</summary>
    [JsonIgnore]
    public string ScopeKey { get; internal set; } = "";

    /// <summary>Gets the limit that the action counts against; null when there is none.</summary>
    [JsonIgnore]
    public QuotaGroup? QuotaGroup { get; internal set; }

    /// <summary>Gets whether the input can name a thing that must be shown to be the account's.</summary>
    [JsonIgnore]
    public bool NamesResources { get; internal set; }

    /// <summary>Gets the read that shows whether a project is the account's, under the same API product as the action; null when the action
    /// names no project.</summary>
    [JsonIgnore]
    public ActionDefinition? ProjectCheck { get; internal set; }

    /// <summary>Gets the scopes of what TenantHub may have to ask Autodesk before it sends the action.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> IsolationScopes => ProjectCheck?.Scopes ?? [];

    /// <summary>Gets what the action does at least, as callers' rights name it; see <see cref="SafetyOf"/>.</summary>
    [JsonIgnore]
    public CallSafety CallSafety =>
        Safety switch
        {
            ActionSafety.Read when !LetsWrite => CallSafety.Read,
            ActionSafety.Read or ActionSafety.Write => CallSafety.Write,
            _ => CallSafety.Destructive,
        };

    /// <summary>Gets whether the action only ever adds: it changes and takes away nothing that is there.</summary>
    [JsonIgnore]
    public bool OnlyAdds =>
        LetsWrite || (Method is "POST" && Safety is ActionSafety.Write && !Overwrites && Body?.DestroysWith.Count is not > 0);

    /// <summary>What one call does, as callers' rights name it: some writes delete or take away, by what their body says. A change that
    /// leaves a member empty takes away what was there.</summary>
    /// <param name="request">The call.</param>
    public CallSafety SafetyOf(ActionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return
            Body is not null
            && request.Body is { } body
            && (IdPath.Has(body, Body.DestroysWith) || (Method is "PATCH" && IdPath.HasEmpty(body)))
            ? CallSafety.Destructive
            : CallSafety;
    }

    /// <summary>Gets the JSON Schema of the whole input: path, query, headers, body.</summary>
    [JsonIgnore]
    public JsonElement InputSchema { get; internal set; }

    /// <summary>
    /// Gets whether the action works on the customer's own account. Such calls are refused until the client id is a custom integration of
    /// it; buckets and webhooks belong to the app.
    /// </summary>
    [JsonIgnore]
    public bool TouchesAccount =>
        RequiresCustomIntegration
        || Kind is ActionKind.Composite
        || Path.StartsWith("/project/", StringComparison.Ordinal)
        || Path.StartsWith("/data/", StringComparison.Ordinal);

    /// <summary>Gets whether the action works in the account's hub, projects and files, which Autodesk opens apart from the account's
    /// administration.</summary>
    [JsonIgnore]
    public bool ReadsProjectData => TouchesAccount && !RequiresCustomIntegration;

    [JsonIgnore]
    internal JsonSchema? BodySchema { get; set; }

    /// <summary>Gets where names of files and folders stand in the body: the strings of the format <c>autodesk-name</c>.</summary>
    [JsonIgnore]
    internal IReadOnlyList<string> Names { get; set; } = [];

    internal ActionParameter? FindParameter(ParameterPlace place, string name)
    {
        var comparison = place is ParameterPlace.Header ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var parameter in Parameters)
        {
            if (parameter.In == place && string.Equals(parameter.Name, name, comparison))
                return parameter;
        }

        return null;
    }
}

/// <summary>How an action is carried out.</summary>
public enum ActionKind
{
    /// <summary>One request to Autodesk's API.</summary>
    Http,

    /// <summary>Bytes to a signed URL, sent by whoever holds them.</summary>
    Transfer,

    /// <summary>A series of other actions around a transfer.</summary>
    Composite,
}

/// <summary>What an action does to Autodesk's data.</summary>
public enum ActionSafety
{
    Read,
    Write,
    Destructive,
}

/// <summary>A JSON body.</summary>
/// <param name="ContentType">Exactly what Autodesk demands.</param>
/// <param name="Schema">JSON Schema (draft 7) of the body.</param>
public sealed record ActionBody(string ContentType, JsonElement Schema)
{
    /// <summary>Gets what the ids in the body name, by where they stand.</summary>
    public IReadOnlyDictionary<string, ResourceKind> RefersTo { get; init; } = new Dictionary<string, ResourceKind>();

    /// <summary>Gets the values with which the body deletes or takes away, by where they stand: several are parted by <c>|</c>, and
    /// <c>*</c> stands for any beginning, alone for whatever is given. What takes the place of something else counts, because Autodesk
    /// does not say what becomes of the rest: a list, another company, another place.</summary>
    public IReadOnlyDictionary<string, string> DestroysWith { get; init; } = new Dictionary<string, string>();
}

/// <summary>One of Autodesk's limits, counted per client id.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="RequestsPerMinute">The limit.</param>
/// <param name="Published">Whether Autodesk publishes the number; otherwise it is our cautious default.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record QuotaGroup(string Name, int RequestsPerMinute, bool Published, string Source);
