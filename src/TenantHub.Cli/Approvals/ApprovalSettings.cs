using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client.Approvals;

namespace TenantHub.Cli.Approvals;

internal sealed class ApprovalSettings : ConnectionSettings
{
    [CommandArgument(0, "<APPROVAL>")]
    [Description("The approval's id: tenanthub approvals list")]
    public required string Approval { get; init; }
}

internal sealed class DecideApprovalSettings : DestructiveSettings
{
    [CommandArgument(0, "<APPROVAL>")]
    [Description("The approval's id: tenanthub approvals list")]
    public required string Approval { get; init; }
}

/// <summary>How calls are shown that need a person.</summary>
internal static class ApprovalColumns
{
    public static readonly Column<Approval>[] List =
    [
        new("Id", approval => approval.Id) { IsId = true },
        new("Status", approval => approval.Status),
        new("Action", approval => approval.Action),
        new("Account", approval => approval.AccountId) { IsId = true },
        new("Caller", approval => approval.CallerId),
        new("Requested", approval => approval.RequestedAt),
        new("Expires", approval => approval.ExpiresAt),
    ];

    public static readonly Column<Approval>[] One =
    [
        .. List,
        new("Agent's program", approval => approval.Client),
        new("Decided by", approval => approval.DecidedBy),
        new("Decided", approval => approval.DecidedAt),
        new("Call", approval => approval.Call),
    ];
}
