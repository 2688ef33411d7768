using TenantHub.Cli.Output;
using TenantHub.Client;
using TenantHub.Client.Keys;

namespace TenantHub.Cli.Keys;

internal sealed class ListKeysCommand : ConnectedCommand<ConnectionSettings>
{
    public static readonly Column<ApiKeyDetails>[] Columns =
    [
        new("Id", key => key.Id) { IsId = true },
        new("Name", key => key.Name),
        new("Role", key => key.Role),
        new("Owners", key => key.OriginOwnerIds),
        new("Profiles", key => key.ProfileIds),
        new("Last used", key => key.LastUsedAt),
        new("Expires", key => key.ExpiresAt),
        new("Revoked", key => key.RevokedAt),
    ];

    protected override async Task<int> RunAsync(TenantHubClient hub, ConnectionSettings settings, CancellationToken cancellationToken)
    {
        await Printer.ListAsync(settings.Format, hub.Keys.ListAsync(cancellationToken), Columns);
        return ExitCode.Done;
    }
}
