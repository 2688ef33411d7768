using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using TenantHub.Actions;
using TenantHub.Errors;
using TenantHub.Server.Errors;
using TenantHub.Server.Hosting;

namespace TenantHub.Server.Actions;

/// <summary>
/// Reads <c>{action, path?, query?, headers?, body?}</c>. Values of path, query and headers may be strings, numbers or booleans (query
/// also arrays of them); the body's bytes are taken over as they are, not parsed into objects. StackOne's AI clients repeat the account
/// among the headers, and may send <c>defender_config</c>, which asks StackOne's own service to judge texts: there is none here, so it
/// changes nothing.
/// </summary>
internal static class RpcRequest
{
    private const int MaxNames = 100;
    private const string DefenderConfig = "defender_config";
    private static readonly IReadOnlyDictionary<string, string> NoTexts = ImmutableDictionary<string, string>.Empty;
    private static readonly IReadOnlyDictionary<string, string[]> NoLists = ImmutableDictionary<string, string[]>.Empty;
    private static readonly string[] Members = ["action", "path", "query", "headers", "body"];

    /// <summary>Reads a call; exactly one of request and error is set. Account is the one that the call itself names, if it does.</summary>
    public static (ActionRequest? Request, string? Account, ServiceError? Error) Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var (document, fault) = JsonBody.ReadDocument(JsonBody.WithoutMark(body));
            if (document is null)
                return Fail(fault!);
            using var owned = document;
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                return Fail("The body must be a JSON object.");
            foreach (var member in root.EnumerateObject())
            {
                if (member.Name != DefenderConfig && !Members.Contains(member.Name))
                    return Fail(
                        $"The field \"{InputFault.Shorten(member.Name)}\" is not known here; known are {string.Join(", ", Members)}."
                    );
            }

            if (!root.TryGetProperty("action", out var action) || action.ValueKind is not JsonValueKind.String)
                return Fail("The field \"action\" is required and must be a string such as \"autodesk_list_hubs\".");
            return Read(root, action.GetString()!);
        }
        catch (JsonException exception)
        {
            return Fail(JsonBody.Explain(exception));
        }
    }

    /// <summary>Reads the places of a call out of an object that was read already, whatever else it holds; exactly one of request and
    /// error is set.</summary>
    public static (ActionRequest? Request, string? Account, ServiceError? Error) Read(JsonElement places, string actionId)
    {
        Dictionary<string, string>? path = null;
        Dictionary<string, string>? headers = null;
        Dictionary<string, string[]>? query = null;
        string? account = null;
        if (Has(places, "path", out var values) && ReadSingles(values, "path", path = []) is { } badPath)
            return Fail(badPath);
        if (Has(places, "headers", out values))
        {
            headers = new(StringComparer.OrdinalIgnoreCase);
            if (ReadSingles(values, "headers", headers) is { } badHeaders)
                return Fail(badHeaders);
            headers.Remove(CallHeaders.Account, out account);
        }

        if (Has(places, "query", out values) && ReadQuery(values, query = []) is { } badQuery)
            return Fail(badQuery);
        var call = new ActionRequest(InputFault.Shorten(actionId))
        {
            Path = path ?? NoTexts,
            Headers = headers ?? NoTexts,
            Query = query ?? NoLists,
            Body = ReadBody(places),
        };
        return (call, account, null);
    }

    private static bool Has(JsonElement root, string name, out JsonElement values)
    {
        values = default;
        return root.ValueKind is JsonValueKind.Object
            && root.TryGetProperty(name, out values)
            && values.ValueKind is not JsonValueKind.Null;
    }

    private static JsonBytes? ReadBody(JsonElement root) =>
        Has(root, "body", out var body) ? new JsonBytes(JsonMarshal.GetRawUtf8Value(body).ToArray()) : null;

    private static string? ReadSingles(JsonElement values, string name, Dictionary<string, string> into)
    {
        if (values.ValueKind is not JsonValueKind.Object)
            return $"The field \"{name}\" must be an object.";
        if (values.GetPropertyCount() > MaxNames)
            return $"The field \"{name}\" must have at most {MaxNames} names.";
        foreach (var value in values.EnumerateObject())
        {
            if (value.Value.ValueKind is JsonValueKind.Null)
                continue;
            if (Text(value.Value) is not { } text)
                return $"{name}.{InputFault.Shorten(value.Name)} must be a string, a number or a boolean.";
            if (!into.TryAdd(value.Name, text))
                return $"{name}.{InputFault.Shorten(value.Name)} is given twice.";
        }

        return null;
    }

    private static string? ReadQuery(JsonElement values, Dictionary<string, string[]> into)
    {
        if (values.ValueKind is not JsonValueKind.Object)
            return "The field \"query\" must be an object.";
        if (values.GetPropertyCount() > MaxNames)
            return $"The field \"query\" must have at most {MaxNames} names.";
        foreach (var value in values.EnumerateObject())
        {
            if (value.Value.ValueKind is JsonValueKind.Null)
                continue;
            if (value.Value.ValueKind is JsonValueKind.Array && value.Value.GetArrayLength() > MaxNames)
                return $"query.{InputFault.Shorten(value.Name)} must have at most {MaxNames} values.";
            var texts =
                value.Value.ValueKind is JsonValueKind.Array ? value.Value.EnumerateArray().Select(Text).ToArray() : [Text(value.Value)];
            if (texts.Any(text => text is null))
                return $"query.{InputFault.Shorten(value.Name)} must be a string, a number, a boolean, or an array of them.";
            if (texts.Length > 0)
                into.Add(value.Name, texts!);
        }

        return null;
    }

    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };

    private static (ActionRequest?, string?, ServiceError?) Fail(string what) => (null, null, RequestErrors.Unreadable(what));
}
