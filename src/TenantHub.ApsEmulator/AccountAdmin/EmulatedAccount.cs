using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.DataManagement;

namespace TenantHub.ApsEmulator.AccountAdmin;

/// <summary>An ACC / BIM 360 account with everything in it.</summary>
internal sealed class EmulatedAccount(string id, string name, string region, IEnumerable<string> provisionedClientIds)
{
    public string Id { get; } = id;

    public string HubId => "b." + Id;

    public string Name { get; set; } = name;

    public string Region { get; set; } = region;

    /// <summary>Gets the client ids that are custom integrations of the account.</summary>
    public HashSet<string> ProvisionedClientIds { get; } = [.. provisionedClientIds];

    public List<JsonObject> Users { get; } = [];

    public List<JsonObject> Companies { get; } = [];

    public JsonArray BusinessUnits { get; set; } = [];

    public List<EmulatedProject> Projects { get; } = [];

    /// <summary>Gets the part of URNs that tells the region's storage.</summary>
    public string Wip => Region == "EMEA" ? "wipemea" : "wipprod";

    public bool IsAdmin(string userId) =>
        Users.Any(user => ((string?)user["id"] == userId || (string?)user["uid"] == userId) && (string?)user["role"] == "account_admin");
}

/// <summary>A project: its HQ face as JSON, its members, and its folders.</summary>
internal sealed class EmulatedProject(EmulatedAccount account, string id, JsonObject fields, DateTimeOffset activeAt)
{
    public EmulatedAccount Account { get; } = account;

    public string Id { get; } = id;

    public string HubProjectId => "b." + Id;

    /// <summary>Gets the project in HQ's snake_case words.</summary>
    public JsonObject Fields { get; } = fields;

    public string Name => (string)Fields["name"]!;

    /// <summary>Gets from when on the project is active; creation is asynchronous.</summary>
    public DateTimeOffset ActiveAt { get; } = activeAt;

    public List<JsonObject> Users { get; } = [];

    public EmulatedFolder? Root { get; set; }

    public string StatusAt(DateTimeOffset now) =>
        now < ActiveAt ? "pending"
        : (string?)Fields["status"] is { } changed and not "pending" ? changed
        : "active";
}
