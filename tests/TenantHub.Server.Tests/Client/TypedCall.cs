using System.Globalization;
using System.Text.Json;
using TenantHub.Autodesk.Catalog;
using TenantHub.Client;
using TenantHub.Client.Actions;
using TenantHub.Client.Code;
using TenantHub.Server.Actions;

namespace TenantHub.Server.Client;

/// <summary>Calls an action by the client's typed method, with the values of a case: each goes into the property that is named after
/// it.</summary>
internal static class TypedCall
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    public static Task<ActionAnswer> RunAsync(AccountClient account, string action, ActionCase given)
    {
        var definition = Catalog.Find(action)!;
        var method = typeof(AccountClient).GetMethod(ClientNames.Of(definition) + "Async")!;
        var input = Activator.CreateInstance(method.GetParameters()[0].ParameterType)!;
        Set(input, definition, ParameterPlace.Path, given.Path);
        Set(input, definition, ParameterPlace.Query, given.Query);
        Set(input, definition, ParameterPlace.Header, given.Headers);
        if (given.Body is { } body)
        {
            var property = input.GetType().GetProperty("Body")!;
            property.SetValue(input, JsonSerializer.Deserialize(body.ToJsonString(), property.PropertyType));
        }

        return (Task<ActionAnswer>)method.Invoke(account, [input, null, CancellationToken.None])!;
    }

    private static void Set(object input, ActionDefinition action, ParameterPlace place, Dictionary<string, string> values)
    {
        var filters = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (name, value) in values)
        {
            var parameter = action.Parameters.FirstOrDefault(known =>
                known.In == place && known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            );
            if (parameter is null && name.StartsWith("filter[", StringComparison.Ordinal))
            {
                filters[name["filter[".Length..^1]] = [value];
                continue;
            }

            var property = input.GetType().GetProperty(parameter is null ? ClientNames.Pascal(name) : ClientNames.Of(parameter))!;
            property.SetValue(input, Convert(value, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        }

        if (filters.Count > 0)
            input.GetType().GetProperty("Filters")!.SetValue(input, filters);
    }

    private static object Convert(string value, Type type) =>
        type == typeof(long) ? long.Parse(value, CultureInfo.InvariantCulture)
        : type == typeof(int) ? int.Parse(value, CultureInfo.InvariantCulture)
        : type == typeof(bool) ? bool.Parse(value)
        : type == typeof(string) ? value
        : new[] { value };
}
