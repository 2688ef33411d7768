using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client.Events;

namespace TenantHub.Cli.Events;

/// <summary>Whose events.</summary>
internal class AccountEventSettings : ConnectionSettings
{
    [CommandOption("-a|--account <ACCOUNT>", true)]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }
}

internal sealed class SubscriptionSettings : AccountEventSettings
{
    [CommandArgument(0, "<SUBSCRIPTION>")]
    [Description("The subscription's id: tenanthub subscriptions list")]
    public required string Subscription { get; init; }
}

internal sealed class RemoveSubscriptionSettings : DestructiveSettings
{
    [CommandArgument(0, "<SUBSCRIPTION>")]
    [Description("The subscription's id: tenanthub subscriptions list")]
    public required string Subscription { get; init; }

    [CommandOption("-a|--account <ACCOUNT>", true)]
    [Description("The account's id, label or owner")]
    public required string Account { get; init; }
}

/// <summary>How subscriptions are shown.</summary>
internal static class SubscriptionColumns
{
    public static readonly Column<Subscription>[] List =
    [
        new("Id", subscription => subscription.Id) { IsId = true },
        new("Status", subscription => subscription.Status),
        new("Events", subscription => subscription.Events),
        new("Scope", subscription => subscription.Scope),
        new("Hooks", subscription => $"{subscription.ActiveHooks} of {subscription.Hooks}"),
        new("Since", subscription => subscription.StatusSince),
        new("Reason", subscription => subscription.Reason),
        new("Next step", subscription => CommandNames.InAny(subscription.NextStep)),
        new("Project", subscription => subscription.ProjectId),
        new("Folder", subscription => subscription.FolderId),
        new("Filter", subscription => subscription.Filter),
    ];

    public static readonly Column<Subscription>[] One =
    [
        .. List,
        new("Last gap", subscription => subscription.LastGap is { } gap ? $"since {gap.From:u}, {gap.Recovered} events found" : null),
        new("Old secrets until", subscription => subscription.OldSecretsUntil),
    ];
}
