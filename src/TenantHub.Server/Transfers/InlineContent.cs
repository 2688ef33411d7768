using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Errors;
using TenantHub.Server.Errors;

namespace TenantHub.Server.Transfers;

/// <summary>A small file inside the JSON body, as base64 in <c>content</c>.</summary>
internal static class InlineContent
{
    /// <summary>With base64 and the rest of the call it fits into one message.</summary>
    public const int MaxBytesOfAgents = 700 * 1024;

    private const string Base64 = "must be the file's bytes in base64: a text of A-Z, a-z, 0-9, + and /, padded with = to a multiple of 4.";

    /// <summary>Takes the file out of the body; exactly one of bytes and fault is set.</summary>
    public static (byte[]? Bytes, JsonBytes? Remaining, ServiceError? Fault) Take(ActionRequest call)
    {
        using var document = call.Body is { } body ? JsonDocument.Parse(body.Memory) : null;
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } members || !members.TryGetProperty("content", out var content))
            return (null, call.Body, Missing(call));
        if (content.ValueKind is not JsonValueKind.String || !content.TryGetBytesFromBase64(out var bytes))
            return (null, call.Body, Wrong());
        if (call.Via is not null && bytes.Length > MaxBytesOfAgents)
            return (null, call.Body, TooLarge());
        var rest = members
            .EnumerateObject()
            .Where(member => member.Name != "content")
            .ToDictionary(member => member.Name, member => member.Value);
        return (bytes, rest.Count == 0 ? null : JsonBytes.From(rest), null);
    }

    /// <summary>An agent has nothing but the JSON.</summary>
    private static ServiceError Missing(ActionRequest call) =>
        call.Via is null
            ? RequestErrors.Unreadable(
                $"{call.ActionId} carries a file: send multipart/form-data with the parts \"request\" and \"content\", or base64 in body.content."
            )
            : Wrong();

    private static ServiceError TooLarge() =>
        InputFault.Tell(
            [new("body.content", $"may have {MaxBytesOfAgents / 1024} KB.")],
            "Larger files go up with POST /files/uploads; nothing was sent."
        );

    private static ServiceError Wrong() =>
        InputFault.Tell([new("body.content", Base64)], "Encode the bytes again and send the whole call; nothing was sent.");
}
