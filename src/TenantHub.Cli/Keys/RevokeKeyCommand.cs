using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Keys;

internal sealed class RevokeKeySettings : DestructiveSettings
{
    [CommandArgument(0, "<ID>")]
    [Description("The key's id")]
    public required string Id { get; init; }
}

internal sealed class RevokeKeyCommand : ConnectedCommand<RevokeKeySettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, RevokeKeySettings settings, CancellationToken cancellationToken)
    {
        settings.Confirm($"The key {settings.Id} ends everywhere within seconds.");
        Printer.One(settings.Format, await hub.Keys.RevokeAsync(settings.Id, cancellationToken), ListKeysCommand.Columns);
        return ExitCode.Done;
    }
}
