using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;
using TenantHub.Cli.Accounts;
using TenantHub.Client;

namespace TenantHub.Cli.Recordings;

internal sealed class StartRecordingSettings : RecordingSettings
{
    private const int Most = 100;

    [CommandOption("--calls <COUNT>")]
    [Description("How many calls, 1 to 100; 20 when it is not given")]
    public int Calls { get; init; } = 20;

    public override ValidationResult Validate() =>
        Calls is < 1 or > Most ? ValidationResult.Error($"--calls {Calls}: it must be 1 to {Most}.") : base.Validate();
}

/// <summary>Records the account's next calls with their bodies, for 15 minutes at most.</summary>
internal sealed class StartRecordingCommand : ConnectedCommand<StartRecordingSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, StartRecordingSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        await RecordingColumns.PrintAsync(settings.Format, await account.Recording.BeginAsync(settings.Calls, cancellationToken));
        return ExitCode.Done;
    }
}
