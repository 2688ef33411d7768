using TenantHub.Cli.Accounts;
using TenantHub.Client;

namespace TenantHub.Cli.Recordings;

/// <summary>Stops recording; what was recorded stays for a day.</summary>
internal sealed class StopRecordingCommand : ConnectedCommand<RecordingSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, RecordingSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        await RecordingColumns.PrintAsync(settings.Format, await account.Recording.StopAsync(cancellationToken));
        return ExitCode.Done;
    }
}
