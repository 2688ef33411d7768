using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;

namespace TenantHub.Cli.Completion;

internal sealed class CompletionSettings : CommandSettings
{
    [CommandArgument(0, "<SHELL>")]
    [Description("bash or zsh")]
    public required string Shell { get; init; }

    public override ValidationResult Validate() =>
        Shell is "bash" or "zsh" ? ValidationResult.Success() : ValidationResult.Error("The shell must be bash or zsh.");
}

/// <summary>Prints a script for the shell.</summary>
internal sealed class CompletionCommand : AsyncCommand<CompletionSettings>
{
    private const string Zsh = "autoload -U +X compinit && compinit; autoload -U +X bashcompinit && bashcompinit";

    public override async Task<int> ExecuteAsync(CommandContext context, CompletionSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Shell is "zsh")
            Terminal.Print(Zsh);
        Terminal.Print(CompletionScript.Of(await CommandTree.DescribeAsync(cancellationToken)));
        return ExitCode.Done;
    }
}
