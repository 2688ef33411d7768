using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Accounts;

namespace TenantHub.Cli.Accounts;

internal sealed class ListAccountsSettings : ConnectionSettings
{
    [CommandArgument(0, "[SEARCH]")]
    [Description("Words of label, owner or id")]
    public string? Search { get; init; }

    private static readonly string[] Known = ["pending", "awaiting_provisioning", "active", "degraded", "suspended", "error", "unlinked"];

    [CommandOption("--status <STATUS>")]
    [Description("pending, awaiting_provisioning, active, degraded, suspended, error or unlinked; may be repeated")]
    public string[] Statuses { get; init; } = [];

    [CommandOption("--owner <ID>")]
    [Description("The customer's id in the backend; may be repeated")]
    public string[] Owners { get; init; } = [];

    public override ValidationResult Validate() =>
        Statuses.FirstOrDefault(status => !Known.Contains(status)) is { } wrong
            ? ValidationResult.Error($"--status {wrong}: it must be one of {string.Join(", ", Known)}.")
            : base.Validate();
}

internal sealed class ListAccountsCommand : ConnectedCommand<ListAccountsSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ListAccountsSettings settings, CancellationToken cancellationToken)
    {
        var filter = new AccountFilter
        {
            Search = settings.Search,
            Statuses = settings.Statuses,
            OriginOwnerIds = settings.Owners,
        };
        await Printer.ListAsync(settings.Format, hub.Accounts.ListAsync(filter, cancellationToken), AccountColumns.List);
        return ExitCode.Done;
    }
}
