using System.Globalization;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.AccountAdmin;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>A webhook in the region that holds it.</summary>
internal sealed class EmulatedHook(
    string id,
    string clientId,
    string region,
    string system,
    string eventName,
    JsonObject fields,
    DateTimeOffset createdAt
)
{
    private string _status = "active";
    private DateTimeOffset? _backAt;

    public string Id { get; } = id;

    public string ClientId { get; } = clientId;

    public string Region { get; } = region;

    public string System { get; } = system;

    public string Event { get; } = eventName;

    /// <summary>Gets what the creator said.</summary>
    public JsonObject Fields { get; } = fields;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public string? CallbackUrl => (string?)Fields["callbackUrl"];

    public bool PayloadOnly => Says("callbackWithEventPayloadOnly");

    /// <summary>Gets what this hook has still to send, by when it is due.</summary>
    public PriorityQueue<Callback, (DateTimeOffset DueAt, long Order)> Waiting { get; } = new();

    /// <summary>Gets or sets whether a callback of this hook is on its way: they go one after the other.</summary>
    public bool IsSending { get; set; }

    /// <summary>Active, inactive, or reactivated when Autodesk has switched it on again by itself.</summary>
    public string StatusAt(DateTimeOffset now) => _backAt is { } at && at <= now ? "reactivated" : _status;

    public void SetStatus(string status) => (_status, _backAt) = (status, null);

    /// <summary>Autodesk gives up; with autoReactivateHook it tries again later.</summary>
    public void SwitchOff(DateTimeOffset now, TimeSpan reactivation)
    {
        SetStatus("inactive");
        if (Says("autoReactivateHook"))
            _backAt = now + reactivation;
    }

    public bool IsExpiredAt(DateTimeOffset now) =>
        DateTimeOffset.TryParse((string?)Fields["hookExpiry"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        && at <= now;

    public bool SameAs(string eventName, string scope, string callback) =>
        Event == eventName && Fields["scope"]!.ToJsonString() == scope && CallbackUrl == callback;

    public JsonObject Face(DateTimeOffset now)
    {
        var path = $"/systems/{System}/events/{Event}/hooks/{Id}";
        var face = new JsonObject
        {
            ["hookId"] = Id,
            ["tenant"] = (string?)Fields["tenant"] ?? (string?)Fields["scope"]?["folder"] ?? "",
            ["callbackUrl"] = CallbackUrl,
            ["createdBy"] = ClientId,
            ["event"] = Event,
            ["createdDate"] = SampleContent.Iso(CreatedAt),
            ["lastUpdatedDate"] = SampleContent.Iso(UpdatedAt),
            ["system"] = System,
            ["creatorType"] = "Application",
            ["status"] = StatusAt(now),
            ["autoReactivateHook"] = Says("autoReactivateHook"),
            ["scope"] = Fields["scope"]!.DeepClone(),
            ["urn"] = $"urn:adsk.webhooks:events.hook:{Id}",
            ["__self__"] = path,
        };
        foreach (var name in new[] { "hookAttribute", "filter", "hookExpiry", "callbackWithEventPayloadOnly" })
        {
            if (Fields[name] is { } value)
                face[name] = value.DeepClone();
        }

        return face;
    }

    /// <summary>Both true and "true" are seen in Autodesk's specification.</summary>
    private bool Says(string name) => Fields[name]?.ToString() == "true";
}
