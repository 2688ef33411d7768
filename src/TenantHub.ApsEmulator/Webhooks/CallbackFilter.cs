using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TenantHub.ApsEmulator.Webhooks;

/// <summary>
/// A hook's filter, a JSONPath like $[?(@.ext=='txt' &amp;&amp; @.hidden=='false')]. Comparisons with == and != are understood; any other
/// filter lets everything pass.
/// </summary>
internal static partial class CallbackFilter
{
    public static bool Passes(string? filter, JsonObject payload)
    {
        if (filter is null || Whole().Match(filter) is not { Success: true } whole)
            return true;
        return whole
            .Groups["terms"]
            .Value.Split("&&")
            .All(term => Term().Match(term) is not { Success: true } read || Holds(read, payload));
    }

    private static bool Holds(Match term, JsonObject payload)
    {
        JsonNode? node = payload;
        foreach (var name in term.Groups["path"].Value.Split('.'))
            node = node is JsonObject parent ? parent[name] : null;
        return (node is JsonValue value && value.ToString() == term.Groups["value"].Value) == (term.Groups["sign"].Value == "==");
    }

    [GeneratedRegex(@"\A\$\[\?\((?<terms>.+)\)\]\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A\s*@\.(?<path>[A-Za-z_.]+)\s*(?<sign>==|!=)\s*'?(?<value>[^']*?)'?\s*\z")]
    private static partial Regex Term();
}
