using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Autodesk;
using TenantHub.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Mcp;

/// <summary>
/// A message, read once: its texts are texts, no member stands twice, and what would be repeated in an answer or a log is short. Who answers it
/// takes it from here and does not read it again.
/// </summary>
internal sealed class McpMessage : IDisposable
{
    private const int MaxWord = 256;
    private const int ShortBody = 8 * 1024; // Whatever of it comes back is short too.
    private static readonly string[] ClientTexts = ["title", "description", "websiteUrl"];
    private static readonly string[] Answers = ["accept", "decline", "cancel"]; // Of a user who was asked.
    private static readonly string[] Levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

    private readonly JsonDocument _document;

    private McpMessage(JsonDocument document)
    {
        _document = document;
        if (Root.ValueKind is not JsonValueKind.Object || !Has(Root, "method", JsonValueKind.String))
            return;
        Method = Root.GetProperty("method").GetString();
        if (Root.TryGetProperty("params", out var given))
            Params = given;
    }

    /// <summary>Gets what the message asks for; null when it is an answer, or no message.</summary>
    public string? Method { get; }

    /// <summary>Gets the parameters; undefined when there are none.</summary>
    public JsonElement Params { get; }

    /// <summary>Gets what the client says besides the parameters; undefined when it says nothing.</summary>
    public JsonElement Meta => Member("_meta");

    /// <summary>Gets the id as it was written, when it is one that an answer can carry: a text or a whole number; empty when it is
    /// not.</summary>
    public ReadOnlySpan<byte> Id =>
        Root.TryGetProperty("id", out var id)
        && (id.ValueKind is JsonValueKind.String || (id.ValueKind is JsonValueKind.Number && id.TryGetInt64(out _)))
            ? JsonMarshal.GetRawUtf8Value(id)
            : default;

    /// <summary>Gets whether it is a request in the protocol's form.</summary>
    public bool IsRequest =>
        Method is not null && Has(Root, "jsonrpc", JsonValueKind.String) && Root.GetProperty("jsonrpc").ValueEquals("2.0"u8) && !Id.IsEmpty;

    private JsonElement Root => _document.RootElement;

    /// <summary>Gets the id as it was read, for an answer that says what is wrong; undefined when there is none.</summary>
    public JsonElement AnyId => Root.TryGetProperty("id", out var id) ? id : default;

    /// <summary>Reads a message; exactly one of message and fault is set.</summary>
    public static (McpMessage? Message, McpFault? Unreadable) Read(ReadOnlyMemory<byte> body)
    {
        var json = JsonBody.WithoutMark(body);
        try
        {
            var (document, fault) = JsonBody.ReadDocument(json);
            if (document is null)
                return (null, McpFault.Unreadable(fault!));
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                document.Dispose();
                return (null, McpFault.Unreadable("A message is one JSON object: several at once are not taken."));
            }

            var message = new McpMessage(document);
            if (json.Length <= ShortBody || message.LongWord() is not { } word)
                return (message, null);
            message.Dispose();
            return (null, McpFault.Unreadable($"\"{word}\" of the message has more than {MaxWord} bytes."));
        }
        catch (JsonException exception)
        {
            return (null, new(McpFault.NoJson, JsonBody.Explain(exception), StatusCodes.Status400BadRequest));
        }
    }

    public void Dispose() => _document.Dispose();

    /// <summary>A parameter; undefined when there is none of the name.</summary>
    public JsonElement Member(string name) =>
        Params.ValueKind is JsonValueKind.Object && Params.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The error that answers the message, because it lacks a parameter that its method needs. The library would answer without a
    /// word of what is wrong.</summary>
    public McpFault? Fault()
    {
        if (Method is null)
            return null;
        if (AnyId.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null) && Id.IsEmpty)
            return McpFault.Unreadable("The message's id must be a text, or a whole number of at most 64 bits. Nothing was done.");
        if (Params.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined))
            return McpFault.Params("params must be an object");
        return Method switch
        {
            "tools/call" => FaultOfCall(Params) is { } fault ? McpFault.Params(fault) : null,
            "initialize" => FaultOfInitialize(Params) is { } fault ? McpFault.Params(fault) : null,
            "logging/setLevel" when Member("level").Text() is not { } level || !Levels.Contains(level) => McpFault.Params(
                $"params.level must be one of {string.Join(", ", Levels)}"
            ),
            _ => null,
        };
    }

    /// <summary>The message with another revision than its client has asked for: one that can be offered.</summary>
    public byte[] Offering(string version)
    {
        var message = JsonNode.Parse(JsonMarshal.GetRawUtf8Value(Root))!;
        message["params"]!["protocolVersion"] = version;
        return JsonSerializer.SerializeToUtf8Bytes(message);
    }

    /// <summary>Method, id and tool's name are the words that come back.</summary>
    private string? LongWord() =>
        IsLong(Root, "method") ? "method"
        : IsLong(Root, "id") ? "id"
        : Params.ValueKind is JsonValueKind.Object && IsLong(Params, "name") ? "name"
        : null;

    private static bool IsLong(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var word)
        && word.ValueKind is JsonValueKind.String or JsonValueKind.Number
        && JsonMarshal.GetRawUtf8Value(word).Length > MaxWord;

    private static string? FaultOfCall(JsonElement call) =>
        !Has(call, "name", JsonValueKind.String) ? "params.name must be the name of a tool"
        : !HasOrLacks(call, "arguments", JsonValueKind.Object) ? "params.arguments must be an object"
        : !HasOrLacks(call, "_meta", JsonValueKind.Object) ? "params._meta must be an object"
        : !HasOrLacks(call, "requestState", JsonValueKind.String) ? "params.requestState must be the text that was given"
        : !HasOrLacks(call, "inputResponses", JsonValueKind.Object) || !HoldsObjects(call, "inputResponses")
            ? "params.inputResponses must hold objects such as {\"action\":\"accept\"}"
        : call.Member("inputResponses") is { ValueKind: JsonValueKind.Object } answers
            ? answers.EnumerateObject().Select(FaultOfAnswer).FirstOrDefault(fault => fault is not null)
        : null;

    private static string? FaultOfAnswer(JsonProperty answer)
    {
        var at = $"params.inputResponses.{InputFault.Shorten(answer.Name)}";
        return answer.Value.Text("action") is not { } action || !Answers.Contains(action)
                ? $"{at}.action must be {string.Join(", ", Answers)}"
            : !HasOrLacks(answer.Value, "content", JsonValueKind.Object) ? $"{at}.content must be an object"
            : !HasOrLacks(answer.Value, "_meta", JsonValueKind.Object) ? $"{at}._meta must be an object"
            : null;
    }

    private static string? FaultOfInitialize(JsonElement session)
    {
        if (!Has(session, "protocolVersion", JsonValueKind.String))
            return "params.protocolVersion must be a text such as 2025-06-18";
        if (!Has(session, "clientInfo", JsonValueKind.Object))
            return "params.clientInfo must be an object with name and version";
        var client = session.GetProperty("clientInfo");
        if (!Has(client, "name", JsonValueKind.String) || !Has(client, "version", JsonValueKind.String))
            return "params.clientInfo must have name and version, both texts";
        if (ClientTexts.Any(text => !HasOrLacks(client, text, JsonValueKind.String)))
            return "what params.clientInfo tells must be texts";
        if (!Has(session, "capabilities", JsonValueKind.Object))
            return "params.capabilities must be an object";
        return HoldsObjects(session, "capabilities") ? null : "params.capabilities must hold objects only";
    }

    private static bool HoldsObjects(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out var members)
        || members.ValueKind is not JsonValueKind.Object
        || members.EnumerateObject().All(member => member.Value.ValueKind is JsonValueKind.Object);

    private static bool Has(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind;

    private static bool HasOrLacks(JsonElement parent, string name, JsonValueKind kind) =>
        !parent.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null || value.ValueKind == kind;
}
