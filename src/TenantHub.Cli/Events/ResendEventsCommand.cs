using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Cli.Output;
using TenantHub.Client;

namespace TenantHub.Cli.Events;

internal sealed class ResendEventsSettings : AccountEventSettings
{
    [CommandOption("--first <SEQUENCE>", true)]
    [Description("The first event, by its place in the feed: tenanthub events feed")]
    public required long First { get; init; }

    [CommandOption("--last <SEQUENCE>")]
    [Description("The last one, at most 1000 in all; only the first when it is not given")]
    public long? Last { get; init; }

    [CommandOption("--endpoint <ID>")]
    [Description("The endpoint that gets them; all when it is not given")]
    public string? Endpoint { get; init; }

    public override ValidationResult Validate() =>
        First < 1 ? ValidationResult.Error($"--first {First}: it must be 1 or more.")
        : Last < First ? ValidationResult.Error($"--last {Last}: it must be {First} (--first) or more.")
        : base.Validate();
}

/// <summary>Sends events of the feed to the event endpoints once more.</summary>
internal sealed class ResendEventsCommand : ConnectedCommand<ResendEventsSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, ResendEventsSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        Printer.One(
            settings.Format,
            await account.Events.ResendAsync(settings.First, settings.Last, settings.Endpoint, cancellationToken),
            new("Events", sent => sent.Events),
            new("Endpoints", sent => sent.Endpoints)
        );
        return ExitCode.Done;
    }
}
