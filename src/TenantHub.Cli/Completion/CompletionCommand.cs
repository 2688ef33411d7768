using System.ComponentModel;
using System.Reflection;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Client.Actions;

namespace TenantHub.Cli.Completion;

internal sealed class CompletionSettings : CommandSettings
{
    [CommandArgument(0, "<SHELL>")]
    [Description("bash or zsh")]
    public required string Shell { get; init; }

    public override ValidationResult Validate() =>
        Shell is "bash" or "zsh" ? ValidationResult.Success() : ValidationResult.Error("The shell must be bash or zsh.");
}

/// <summary>Prints a script for the shell. Accounts are asked for when they are completed, with the profile in use.</summary>
internal sealed class CompletionCommand : Command<CompletionSettings>
{
    private const string Options = "--account --all --body --bulk --file --help --output --path --profile --query --wait --yes";
    private const string Zsh = "autoload -U +X compinit && compinit; autoload -U +X bashcompinit && bashcompinit";

    private const string Script = """
        _tenanthub() {
          local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""
          case "$before" in
            -a|--account|doctor|show|suspend|resume|unlink)
              words="$(tenanthub accounts list --output jsonl 2>/dev/null | sed -n 's/^{"id":"\([^"]*\)".*/\1/p')" ;;
            run|plan|load) words="@ACTIONS@" ;;
            -o|--output) words="table json jsonl" ;;
            profiles) words="list use remove" ;;
            accounts) words="list show suspend resume unlink" ;;
            quotas) words="list set resume" ;;
            keys) words="list create revoke" ;;
            files) words="up down tree" ;;
            events) words="list add remove rotate deliveries replay" ;;
            completion) words="bash zsh" ;;
            tenanthub) words="login profiles link accounts doctor actions run plan files mcp tail quotas rotate keys events listen replay load completion" ;;
            *) [ "${word#-}" != "$word" ] && words="@OPTIONS@" ;;
          esac
          COMPREPLY=($(compgen -W "$words" -- "$word"))
        }
        complete -o default -F _tenanthub tenanthub
        """;

    public override int Execute(CommandContext context, CompletionSettings settings, CancellationToken cancellationToken)
    {
        var actions = typeof(AutodeskActions)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);
        if (settings.Shell is "zsh")
            Terminal.Print(Zsh);
        Terminal.Print(
            Script
                .Replace("@ACTIONS@", string.Join(' ', actions), StringComparison.Ordinal)
                .Replace("@OPTIONS@", Options, StringComparison.Ordinal)
        );
        return ExitCode.Done;
    }
}
