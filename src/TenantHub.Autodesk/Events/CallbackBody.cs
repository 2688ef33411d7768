using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TenantHub.Autodesk.Isolation;

namespace TenantHub.Autodesk.Events;

/// <summary>
/// What a callback says: <c>{"version", "resourceUrn", "hook": {...}, "payload": {...}}</c>. Which event it is
/// says the hook that it came by.
/// </summary>
/// <param name="ResourceUrn">What changed; empty when the callback does not say it.</param>
/// <param name="ProjectId">The project, without <c>b.</c>; null when the payload does not say it.</param>
/// <param name="Payload">The payload, byte for byte.</param>
public sealed record CallbackBody(string ResourceUrn, string? ProjectId, JsonBytes Payload)
{
    /// <summary>Reads a callback's body; null when it is no JSON object with a payload.</summary>
    /// <param name="body">The raw body.</param>
    public static CallbackBody? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                return null;
            if (!root.TryGetProperty("payload", out var payload) || payload.ValueKind is not JsonValueKind.Object)
                return null;
            return new(
                Text(root, "resourceUrn") ?? Text(payload, "source") ?? "",
                Text(payload, "project") is { } project ? NamedResource.BareProject(project) : null,
                JsonBytes.Parse(payload.GetRawText())
            );
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A name for exactly this content, whichever hook told it: Autodesk sends no id of the event, and a try again may describe
    /// the hook differently.</summary>
    /// <param name="system">The event system.</param>
    /// <param name="eventName">The event.</param>
    public string FingerprintOf(string system, string eventName) => Hash($"content\n{system}\n{eventName}\n{ResourceUrn}\n", Payload.Span);

    /// <summary>A name for a change that happens to a resource once, such as that a version is added.</summary>
    /// <param name="eventName">The event.</param>
    /// <param name="resourceUrn">What changed.</param>
    public static string ChangeOf(string eventName, string resourceUrn) => Hash($"change\n{eventName}\n{resourceUrn}\n", []);

    private static string Hash(string name, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        hash.AppendData(payload);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A text of a reasonable length; what is none, or too long to be one, is as if it was not there.</summary>
    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value)
        && value.ValueKind is JsonValueKind.String
        && value.GetString() is { Length: > 0 and <= 1000 } text
            ? text
            : null;
}
