using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.Autodesk.Catalog;
using TenantHub.Autodesk.Isolation;

namespace TenantHub.Server.Ui.Accounts;

/// <summary>How a field of the request tester is filled in.</summary>
internal enum FieldKind
{
    Text,
    Number,
    Boolean,
    Choice,

    /// <summary>One value a line.</summary>
    Lines,

    /// <summary>What no single field can hold.</summary>
    Json,
}

/// <summary>One field of an action's form, out of the catalog's declaration of the input.</summary>
/// <param name="Place"><c>path</c>, <c>query</c>, <c>headers</c> or <c>body</c>.</param>
/// <param name="Names">The member, and for the body the way to it.</param>
/// <param name="Kind">How it is filled in.</param>
/// <param name="Required">Whether it must be.</param>
/// <param name="Hint">What it is.</param>
/// <param name="Choices">What it may be, when that is a list.</param>
internal sealed record ActionField(
    string Place,
    IReadOnlyList<string> Names,
    FieldKind Kind,
    bool Required,
    string Hint,
    IReadOnlyList<string> Choices
)
{
    public string Name => string.Join('.', Names);

    public string Id => $"field-{Place}-{Name}";

    /// <summary>Gets what the value names; null when it is no id.</summary>
    public ResourceKind? RefersTo { get; init; }

    public string Value { get; set; } = "";

    public static IReadOnlyList<ActionField> Of(ActionDefinition action)
    {
        var fields = action.Parameters.Where(parameter => !parameter.IsFilterPattern).Select(OfParameter).ToList();
        if (action.Body is { } body)
            AddMembers(body, body.Schema, [], required: true, fields);
        return [.. fields.OrderByDescending(field => field.Required)];
    }

    /// <summary>The body of POST /actions/rpc. What is left empty is left out.</summary>
    /// <exception cref="JsonException">A field that takes JSON, a number or a boolean holds none.</exception>
    public static JsonObject Request(string actionId, IEnumerable<ActionField> fields)
    {
        var request = new JsonObject { ["action"] = actionId };
        foreach (var field in fields.Where(field => field.Value.Trim().Length > 0))
        {
            var at = request;
            foreach (var name in field.Names.SkipLast(1).Prepend(field.Place))
                at = (JsonObject)(at[name] ??= new JsonObject());
            at[field.Names[^1]] = field.Read();
        }

        return request;
    }

    private static ActionField OfParameter(ActionParameter parameter)
    {
        var kind =
            parameter.Array is not null ? FieldKind.Lines
            : parameter.Enum is not null ? FieldKind.Choice
            : parameter.Type switch
            {
                ParameterType.Integer => FieldKind.Number,
                ParameterType.Boolean => FieldKind.Boolean,
                _ => FieldKind.Text,
            };
        var place = parameter.In is ParameterPlace.Header ? "headers" : WireName.Of(parameter.In);
        return new(
            place,
            [parameter.Name],
            kind,
            parameter.In is ParameterPlace.Path && parameter.Fill is null || parameter.Required,
            parameter.Description,
            parameter.Enum ?? []
        )
        {
            RefersTo = parameter.Fill is AccountValue.HubId ? ResourceKind.Hub : parameter.RefersTo,
        };
    }

    /// <summary>The members of an object, and of the objects in it.</summary>
    private static void AddMembers(ActionBody body, JsonElement schema, IReadOnlyList<string> way, bool required, List<ActionField> into)
    {
        if (!schema.TryGetProperty("properties", out var members))
        {
            if (way.Count > 0)
                into.Add(new("body", way, FieldKind.Json, required, "JSON.", []));
            return;
        }

        var needed = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        foreach (var member in members.EnumerateObject())
        {
            IReadOnlyList<string> below = [.. way, member.Name];
            var isNeeded = required && needed.Contains(member.Name);
            var type =
                member.Value.TryGetProperty("type", out var kind) && kind.ValueKind is JsonValueKind.String ? kind.GetString() : null;
            if (type is "object")
                AddMembers(body, member.Value, below, isNeeded, into);
            else
                into.Add(
                    OfMember(member.Value, type, below, isNeeded) with
                    {
                        RefersTo = body.RefersTo.TryGetValue(string.Join('.', below), out var named) ? named : null,
                    }
                );
        }
    }

    private static ActionField OfMember(JsonElement schema, string? type, IReadOnlyList<string> names, bool required)
    {
        IReadOnlyList<string> choices =
            schema.TryGetProperty("enum", out var values) && type is "string"
                ? [.. values.EnumerateArray().Select(value => value.ToString())]
                : [];
        var kind =
            choices.Count > 0
                ? FieldKind.Choice
                : type switch
                {
                    "string" => FieldKind.Text,
                    "integer" or "number" => FieldKind.Number,
                    "boolean" => FieldKind.Boolean,
                    "array"
                        when schema.TryGetProperty("items", out var items)
                            && items.TryGetProperty("type", out var item)
                            && item.ValueKind is JsonValueKind.String
                            && item.GetString() is "string" => FieldKind.Lines,
                    _ => FieldKind.Json,
                };
        var hint =
            schema.TryGetProperty("description", out var description) ? description.ToString()
            : kind is FieldKind.Json ? "JSON."
            : "";
        return new("body", names, kind, required, hint, choices) { Value = required && choices.Count == 1 ? choices[0] : "" };
    }

    private JsonNode? Read()
    {
        try
        {
            return Kind switch
            {
                FieldKind.Number => JsonValue.Create(decimal.Parse(Value.Trim(), NumberStyles.Number, CultureInfo.InvariantCulture)),
                FieldKind.Boolean => JsonValue.Create(bool.Parse(Value)),
                FieldKind.Lines => new JsonArray([
                    .. Value
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                        .Select(line => (JsonNode)JsonValue.Create(line)),
                ]),
                FieldKind.Json => JsonNode.Parse(Value),
                _ => JsonValue.Create(Value),
            };
        }
        catch (Exception exception) when (exception is FormatException or JsonException or OverflowException)
        {
            throw new JsonException($"{Name} is no {(Kind is FieldKind.Json ? "valid JSON" : "number")}.", exception);
        }
    }
}
