using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Quotas;

internal class QuotaSettings : ConnectionSettings
{
    [CommandArgument(0, "<CLIENT-ID>")]
    [Description("The app's client id")]
    public required string ClientId { get; init; }

    [CommandArgument(1, "<QUOTA-GROUP>")]
    [Description("The quota group")]
    public required string QuotaGroup { get; init; }
}

internal sealed class ResumeQuotaCommand : ConnectedCommand<QuotaSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, QuotaSettings settings, CancellationToken cancellationToken)
    {
        Printer.One(
            settings.Format,
            await hub.Quotas.ResumeAsync(settings.ClientId, settings.QuotaGroup, cancellationToken),
            QuotaColumns.All
        );
        return ExitCode.Done;
    }
}
