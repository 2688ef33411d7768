using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using Spectre.Console.Cli;

namespace TenantHub.Cli;

/// <summary>
/// Looks at the words of a command line before they are parsed. The parser gives an option that has no value a word of its own and goes on,
/// and tells of a value that does not fit in the runtime's words.
/// </summary>
internal static class Arguments
{
    private static readonly FrozenSet<string> Asking = new[] { "-h", "--help", "-v", "--version" }.ToFrozenSet();

    /// <summary>What each option's value is; null for one that has none. An option is the same in every command that has it.</summary>
    private static readonly FrozenDictionary<string, Type?> Options = FindOptions();

    /// <summary>Gets whether help or the version is what is asked for, so that it is data.</summary>
    public static bool AskForHelp(string[] words) => words.TakeWhile(word => word is not "--").Any(Asking.Contains);

    /// <summary>What is wrong with the first argument that is empty, or option whose value is missing or does not fit; null when there is none.</summary>
    public static string? FindFault(string[] words)
    {
        for (var i = 0; i < words.Length && words[i] is not "--"; i++)
        {
            if (string.IsNullOrWhiteSpace(words[i]))
                return "An argument is empty: give it a value, or leave it out.";
            var end = words[i].IndexOfAny(['=', ':']);
            var name = end > 0 ? words[i][..end] : words[i];
            if (!Options.TryGetValue(name, out var type) || type is null)
                continue;
            var value =
                end > 0 ? words[i][(end + 1)..]
                : i + 1 < words.Length && !Options.ContainsKey(words[i + 1]) && !Asking.Contains(words[i + 1]) ? words[++i]
                : "";
            if (value.Length == 0)
                return $"{name} needs a value.";
            if (Expected(type, value) is { } expected)
                return $"{name} {value}: it must be {expected}.";
        }

        return null;
    }

    /// <summary>What a value of the type is; null when this is one.</summary>
    private static string? Expected(Type type, string value) =>
        type == typeof(int) && !int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? "a whole number"
        : type == typeof(long) && !long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? "a whole number"
        : type == typeof(double) && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "a number"
        : type == typeof(DateTimeOffset) && !DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _)
            ? "a time such as 2027-01-31T00:00:00Z"
        : type == typeof(Uri) && !(Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            ? "an address with http:// or https://"
        : null;

    private static FrozenDictionary<string, Type?> FindOptions()
    {
        var options = new Dictionary<string, Type?>();
        foreach (var settings in typeof(Arguments).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(CommandSettings))))
        foreach (var property in settings.GetProperties())
        {
            if (property.GetCustomAttribute<CommandOptionAttribute>() is not { } option)
                continue;
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            foreach (var name in option.LongNames.Select(name => "--" + name).Concat(option.ShortNames.Select(name => "-" + name)))
                options[name] = option.ValueName is null ? null : type;
        }

        return options.ToFrozenDictionary();
    }
}
