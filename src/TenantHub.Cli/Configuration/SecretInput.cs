using Spectre.Console;

namespace TenantHub.Cli.Configuration;

/// <summary>How a secret gets in: from a file, from the environment, from a pipe, or by a prompt that does not show it. Never as an
/// argument, where every
/// user of the machine could read it.</summary>
internal static class SecretInput
{
    public static string Read(string what, string? file, string variable)
    {
        var secret =
            file is not null ? File.ReadAllText(file)
            : Terminal.Variable(variable) is { } given ? given
            : Terminal.CanAsk ? Terminal.Words.Prompt(new TextPrompt<string>($"{Markup.Escape(what)}:").Secret())
            : Terminal.Input.ReadLine();
        secret = secret?.Trim(); // What was copied often has a blank or a line break at its end.
        return string.IsNullOrEmpty(secret)
            ? throw new CliException(ExitCode.Usage, $"{what} is needed: from a file, in {variable}, or on stdin.")
            : secret;
    }
}
