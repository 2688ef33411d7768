using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>A webhook in the region that holds it.</summary>
internal sealed class EmulatedHook(string id, string clientId, string region, string system, string eventName, JsonObject fields, DateTimeOffset createdAt)
{
    public string Id { get; } = id;

    public string ClientId { get; } = clientId;

    public string Region { get; } = region;

    public string System { get; } = system;

    public string Event { get; } = eventName;

    /// <summary>Gets what the creator said.</summary>
    public JsonObject Fields { get; } = fields;

    public string Status { get; set; } = "active";

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public bool SameAs(string eventName, string scope, string callback) =>
        Event == eventName && Fields["scope"]!.ToJsonString() == scope && (string?)Fields["callbackUrl"] == callback;

    public JsonObject Face()
    {
        var path = $"/systems/{System}/events/{Event}/hooks/{Id}";
        var face = new JsonObject
        {
            ["hookId"] = Id, ["tenant"] = (string?)Fields["tenant"] ?? (string?)Fields["scope"]?["folder"] ?? "", ["callbackUrl"] = (string?)Fields["callbackUrl"], ["createdBy"] = ClientId,
            ["event"] = Event, ["createdDate"] = SampleContent.Iso(CreatedAt), ["lastUpdatedDate"] = SampleContent.Iso(UpdatedAt), ["system"] = System, ["creatorType"] = "Application",
            ["status"] = Status, ["autoReactivateHook"] = (bool?)Fields["autoReactivateHook"] ?? false, ["scope"] = Fields["scope"]!.DeepClone(),
            ["urn"] = $"urn:adsk.webhooks:events.hook:{Id}", ["__self__"] = path,
        };
        foreach (var name in new[] { "hookAttribute", "filter", "hookExpiry" })
        {
            if (Fields[name] is { } value) face[name] = value.DeepClone();
        }

        return face;
    }
}
