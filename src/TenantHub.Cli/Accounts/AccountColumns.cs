using TenantHub.Cli.Output;
using TenantHub.Client.Accounts;

namespace TenantHub.Cli.Accounts;

/// <summary>How accounts are shown.</summary>
internal static class AccountColumns
{
    public static readonly Column<LinkedAccount>[] List =
    [
        new("Id", account => account.Id) { IsId = true },
        new("Owner", account => account.OriginOwnerName),
        new("Label", account => account.Label),
        new("Status", account => account.HubStatus),
        new("Region", account => account.SetupInformation.Region),
        new("Profile", account => account.ProfileId),
        new("Since", account => account.StatusSince),
    ];

    public static readonly Column<LinkedAccount>[] One =
    [
        .. List,
        new("Reason", account => account.Reason),
        new("Next step", account => CommandNames.InAny(account.NextStep)),
        new("Autodesk account", account => account.SetupInformation.AccAccountId),
        new("Client id", account => account.Credentials.ClientId),
        new("Acting user", account => account.SetupInformation.ActAsUserId),
    ];
}
