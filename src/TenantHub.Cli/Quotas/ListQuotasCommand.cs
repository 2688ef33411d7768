using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Quotas;

internal sealed class ListQuotasSettings : ConnectionSettings
{
    [CommandArgument(0, "[CLIENT-ID]")]
    [Description("The app's client id; all that are in use when it is not given")]
    public string? ClientId { get; init; }
}

internal sealed class ListQuotasCommand : ConnectedCommand<ListQuotasSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ListQuotasSettings settings, CancellationToken cancellationToken)
    {
        var quotas = settings.ClientId is { } id
            ? (await hub.Quotas.GetAsync(id, cancellationToken)).ToAsyncEnumerable()
            : hub.Quotas.ListAsync(cancellationToken);
        await Printer.ListAsync(settings.Format, quotas, QuotaColumns.All);
        return ExitCode.Done;
    }
}
