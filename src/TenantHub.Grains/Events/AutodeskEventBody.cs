using System.Buffers;
using System.Text.Json;

namespace TenantHub.Events;

/// <summary>An event of Autodesk's as the Hub backend is told: id, type, timestamp, data, with Autodesk's payload
/// byte for byte. Pure.</summary>
public static class AutodeskEventBody
{
    /// <summary>The type of every such event.</summary>
    public const string Type = "autodesk.event";

    /// <summary>Makes the event that is delivered; a feed shows the same body.</summary>
    /// <param name="accountId">The linked account.</param>
    /// <param name="told">The event.</param>
    public static LifecycleEvent Of(string accountId, AutodeskEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var body = new ArrayBufferWriter<byte>(told.Payload.Length + 600);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("id", told.Id);
            json.WriteString("type", Type);
            json.WriteString("timestamp", told.ReceivedAt);
            json.WriteStartObject("data");
            json.WriteString("account_id", accountId);
            json.WriteString("origin_owner_id", told.OriginOwnerId);
            json.WriteNumber("sequence", told.Sequence);
            json.WriteString("subscription_id", told.SubscriptionId);
            json.WriteString("project_id", told.ProjectId);
            json.WriteString("system", told.System);
            json.WriteString("event", told.Event);
            json.WriteString("resource_urn", told.ResourceUrn);
            json.WriteBoolean("recovered", told.IsRecovered);
            json.WritePropertyName("payload");
            json.WriteRawValue(told.Payload.Span, skipInputValidation: true); // It was read already.
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new(told.Id, Type, told.ReceivedAt, new JsonBytes(body.WrittenSpan.ToArray())) { IsPrivate = true };
    }
}
