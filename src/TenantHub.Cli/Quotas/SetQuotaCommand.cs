using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Quotas;

internal sealed class SetQuotaSettings : QuotaSettings
{
    [CommandOption("--per-minute <COUNT>")]
    [Description("Requests per minute")]
    public int? PerMinute { get; init; }

    [CommandOption("--published")]
    [Description("Give Autodesk's published limit back")]
    public bool Published { get; init; }

    public override ValidationResult Validate() =>
        PerMinute is null != Published ? ValidationResult.Error("Give either --per-minute or --published.") : base.Validate();
}

internal sealed class SetQuotaCommand : ConnectedCommand<SetQuotaSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, SetQuotaSettings settings, CancellationToken cancellationToken)
    {
        var quota = await hub.Quotas.SetAsync(settings.ClientId, settings.QuotaGroup, settings.PerMinute, cancellationToken);
        Printer.One(settings.Format, quota, QuotaColumns.All);
        return ExitCode.Done;
    }
}
