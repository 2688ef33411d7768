using Microsoft.Extensions.Options;
using TenantHub.Server.Mcp;

namespace TenantHub.Server.Security;

/// <summary>Settings that list the origins of pages. What a browser sends is compared with them as a whole, so what is no origin lets nobody in.</summary>
internal static class BrowserOrigins
{
    /// <summary>Says what is wrong with such a setting. It looks at what was written, too: one text in place of a list is left out where
    /// options are bound.</summary>
    public static IEnumerable<string> FaultsOf(string setting, IEnumerable<string> origins, IConfiguration configuration)
    {
        if (configuration[setting] is { Length: > 0 } text)
            yield return $"{setting} is \"{text}\"; it is a list: set {setting}:0, {setting}:1 and so on, one origin in each.";
        foreach (var origin in origins.Where(origin => !IsOrigin(origin)))
            yield return $"{setting} holds \"{origin}\"; an origin looks like https://app.example.com, without a path or a slash at its end.";
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && string.Equals(url.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Pages that may call <c>/mcp</c>.</summary>
internal sealed class McpOriginsValidator(IConfiguration configuration) : IValidateOptions<McpOptions>
{
    public ValidateOptionsResult Validate(string? name, McpOptions options)
    {
        const string setting = $"{McpOptions.SectionName}:{nameof(McpOptions.AllowedOrigins)}";
        var faults = BrowserOrigins.FaultsOf(setting, options.AllowedOrigins, configuration).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
