using System.ComponentModel;
using Spectre.Console.Cli;

namespace TenantHub.Cli.Files;

/// <summary>Whose files.</summary>
internal class ProjectSettings : ConnectionSettings
{
    [CommandOption("-a|--account <ACCOUNT>", true)]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }

    [CommandOption("--project <ID>", true)]
    [Description("The project's id")]
    public required string Project { get; init; }
}
