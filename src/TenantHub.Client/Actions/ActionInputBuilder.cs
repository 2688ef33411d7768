using System.Globalization;
using System.Text.Json;

namespace TenantHub.Client.Actions;

/// <summary>Collects what a typed input has set; what is null is left out.</summary>
internal sealed class ActionInputBuilder
{
    private readonly Dictionary<string, string> _path = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _query = [];
    private readonly Dictionary<string, string> _headers = [];
    private JsonElement? _body;

    public void Path(string name, string? value)
    {
        if (value is not null)
            _path[name] = value;
    }

    public void Header(string name, string? value)
    {
        if (value is not null)
            _headers[name] = value;
    }

    public void Header(string name, long? value) => Header(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Query(string name, string? value)
    {
        if (value is not null)
            _query[name] = [value];
    }

    public void Query(string name, long? value) => Query(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Query(string name, bool? value) =>
        Query(
            name,
            value switch
            {
                true => "true",
                false => "false",
                _ => null,
            }
        );

    public void Query(string name, IReadOnlyList<string>? values)
    {
        if (values is { Count: > 0 })
            _query[name] = values;
    }

    public void Filters(IReadOnlyDictionary<string, IReadOnlyList<string>>? filters)
    {
        foreach (var (name, values) in filters ?? new Dictionary<string, IReadOnlyList<string>>())
            Query($"filter[{name}]", values);
    }

    public void Body(JsonElement body) => _body = body;

    public ActionInput Build() =>
        new()
        {
            Path = _path,
            Query = _query,
            Headers = _headers,
            Body = _body,
        };
}
