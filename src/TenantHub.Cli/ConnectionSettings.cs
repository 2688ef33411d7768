using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;

namespace TenantHub.Cli;

/// <summary>What every command that talks to TenantHub takes.</summary>
internal class ConnectionSettings : CommandSettings
{
    [CommandOption("-p|--profile <NAME>")]
    [Description("The profile of the command line; TENANTHUB_PROFILE, or the one in use, when it is not given")]
    public string? Profile { get; init; }

    [CommandOption("-o|--output <FORMAT>")]
    [Description("table, json (one document) or jsonl (one line for each entry)")]
    public string OutputFormat { get; init; } = "table";

    public OutputFormat Format => Enum.Parse<OutputFormat>(OutputFormat, ignoreCase: true);

    public override ValidationResult Validate() =>
        OutputFormat is "table" or "json" or "jsonl"
            ? ValidationResult.Success()
            : ValidationResult.Error("--output must be table, json or jsonl.");
}

/// <summary>What commands take that destroy something.</summary>
internal class DestructiveSettings : ConnectionSettings
{
    [CommandOption("--yes")]
    [Description("Do it without asking; a script has to give it")]
    public bool Yes { get; init; }

    /// <summary>Asks whether it is meant.</summary>
    public void Confirm(string what) => Confirmation.Ask(Yes, what);
}

/// <summary>The question before something is destroyed.</summary>
internal static class Confirmation
{
    /// <summary>Asks, unless the answer was given; where nobody can be asked, it has to be.</summary>
    public static void Ask(bool isGiven, string what)
    {
        if (isGiven)
            return;
        if (!Terminal.CanAsk)
            throw new CliException(ExitCode.Usage, $"{what} Give --yes to do it.");
        if (!Terminal.Words.Confirm($"{Markup.Escape(what)} Do it?", defaultValue: false))
            throw new CliException(ExitCode.Usage, "Nothing was done.");
    }
}
