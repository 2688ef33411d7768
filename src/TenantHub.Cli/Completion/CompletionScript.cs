using System.Reflection;
using System.Xml.Linq;
using TenantHub.Client.Actions;

namespace TenantHub.Cli.Completion;

/// <summary>
/// A shell function that completes every command, its options and their values, out of the list of commands itself. Accounts are asked for
/// when they are completed, with the profile in use; what customers call them is data, so it is compared and quoted, and never expanded.
/// </summary>
internal static class CompletionScript
{
    private const string Script = """
        _tenanthub() {
          local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}" first=2 words="" accounts="" name
          COMPREPLY=()
          case "$command" in @BRANCHES@) command="$command ${COMP_WORDS[2]}"; first=3 ;; esac
          if ((COMP_CWORD == 1)); then
            words="@COMMANDS@"
          elif ((COMP_CWORD < first)); then
            case "$command" in
        @BELOW@
            esac
          elif [[ "$word" == -* ]]; then
            case "$command" in
        @OPTIONS@
            esac
          else
            case "$before" in
              @ACCOUNTOPTIONS@) accounts=yes ;;
              -o|--output) words="table json jsonl" ;;
              --role) words="read_only backend operator admin" ;;
              --ceiling) words="read write destructive" ;;
              --approval) words="none destructive writes" ;;
              --action) words="@ACTIONS@" ;;
              *) ((COMP_CWORD == first)) && case "$command" in
                @ACCOUNTCOMMANDS@) accounts=yes ;;
                @ACTIONCOMMANDS@) words="@ACTIONS@" ;;
                completion) words="bash zsh" ;;
              esac ;;
            esac
          fi
          [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$word"))
          [ -n "$accounts" ] && while IFS= read -r name; do
            [[ "$name" == "${word//\\/}"* ]] && COMPREPLY+=("$(printf %q "$name")")
          done < <(tenanthub account-names 2>/dev/null)
          return 0
        }
        complete -o default -F _tenanthub tenanthub
        """;

    /// <summary>Makes the script.</summary>
    /// <param name="model">The commands, as <see cref="CommandTree.DescribeAsync"/> gives them.</param>
    public static string Of(XElement model)
    {
        var tops = model.Elements("Command").ToList();
        var branches = tops.Where(command => command.Elements("Command").Any()).ToList();
        var commands = tops.Except(branches)
            .Select(command => (Name: Name(command), Command: command))
            .Concat(
                branches.SelectMany(branch =>
                    branch.Elements("Command").Select(below => (Name: $"{Name(branch)} {Name(below)}", Command: below))
                )
            )
            .ToList();
        var actions = typeof(AutodeskActions)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);
        return Script
            .Replace("@BRANCHES@", string.Join('|', branches.Select(Name)), StringComparison.Ordinal)
            .Replace("@COMMANDS@", string.Join(' ', tops.Select(Name)), StringComparison.Ordinal)
            .Replace(
                "@BELOW@",
                Cases(branches.Select(branch => ($"{Name(branch)} ", branch.Elements("Command").Select(Name)))),
                StringComparison.Ordinal
            )
            .Replace("@OPTIONS@", Cases(commands.Select(entry => (entry.Name, OptionsOf(entry.Command)))), StringComparison.Ordinal)
            .Replace("@ACCOUNTOPTIONS@", string.Join('|', OptionsFor("ACCOUNT", model)), StringComparison.Ordinal)
            .Replace("@ACCOUNTCOMMANDS@", CommandsWith("ACCOUNT"), StringComparison.Ordinal)
            .Replace("@ACTIONCOMMANDS@", CommandsWith("ACTION"), StringComparison.Ordinal)
            .Replace("@ACTIONS@", string.Join(' ', actions), StringComparison.Ordinal);

        string CommandsWith(string argument) =>
            string.Join(
                '|',
                commands
                    .Where(entry => entry.Command.Descendants("Argument").Any(given => (string?)given.Attribute("Name") == argument))
                    .Select(entry => $"\"{entry.Name}\"")
            );
    }

    /// <summary>A branch whose command is being typed stands with the blank behind it.</summary>
    private static string Cases(IEnumerable<(string Command, IEnumerable<string> Words)> cases) =>
        string.Join(
            '\n',
            cases.Select(each =>
                $"      \"{each.Command.TrimEnd()}{(each.Command.EndsWith(' ') ? " \"*" : "\"")}) words=\"{string.Join(' ', each.Words)}\" ;;"
            )
        );

    private static string Name(XElement command) => (string)command.Attribute("Name")!;

    private static IEnumerable<string> OptionsOf(XElement command) => Longs(command.Descendants("Option")).Append("--help");

    private static IEnumerable<string> OptionsFor(string value, XElement model)
    {
        var options = model.Descendants("Option").Where(option => (string?)option.Attribute("Value") == value).ToList();
        return Longs(options).Concat(Names(options, "Short", "-")).Distinct();
    }

    private static IEnumerable<string> Longs(IEnumerable<XElement> options) => Names(options, "Long", "--");

    private static IEnumerable<string> Names(IEnumerable<XElement> options, string kind, string dashes) =>
        options
            .SelectMany(option => ((string?)option.Attribute(kind) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            .Select(name => dashes + name);
}
