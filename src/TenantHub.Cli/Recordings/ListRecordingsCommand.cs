using TenantHub.Cli.Accounts;
using TenantHub.Client;

namespace TenantHub.Cli.Recordings;

/// <summary>Lists the calls that were recorded within a day, the newest first.</summary>
internal sealed class ListRecordingsCommand : ConnectedCommand<RecordingSettings>
{
    protected override async Task<int> RunAsync(TenantHubClient hub, RecordingSettings settings, CancellationToken cancellationToken)
    {
        var account = await AccountChoice.FindAsync(hub, settings.Account, cancellationToken);
        await RecordingColumns.PrintAsync(settings.Format, await account.Recording.GetAsync(cancellationToken));
        return ExitCode.Done;
    }
}
