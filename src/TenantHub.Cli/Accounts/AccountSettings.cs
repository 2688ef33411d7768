using System.ComponentModel;
using Spectre.Console.Cli;

namespace TenantHub.Cli.Accounts;

internal sealed class AccountSettings : ConnectionSettings
{
    [CommandArgument(0, "<ACCOUNT>")]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }
}

internal sealed class UnlinkAccountSettings : DestructiveSettings
{
    [CommandArgument(0, "<ACCOUNT>")]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }
}
