using System.ComponentModel;
using Spectre.Console.Cli;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

internal sealed class AddEndpointSettings : ConnectionSettings
{
    [CommandArgument(0, "<URL>")]
    [Description("An https address")]
    public required string Url { get; init; }

    [CommandOption("--description <TEXT>")]
    [Description("For people")]
    public string? Description { get; init; }
}

internal sealed class AddEndpointCommand : ConnectedCommand<AddEndpointSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, AddEndpointSettings settings, CancellationToken cancellationToken)
    {
        var endpoint = await hub.EventEndpoints.RegisterAsync(settings.Url, settings.Description, cancellationToken);
        Printer.One(settings.Format, endpoint, EndpointColumns.WithSecret);
        Terminal.Say("The secret is shown this once.");
        return ExitCode.Done;
    }
}
