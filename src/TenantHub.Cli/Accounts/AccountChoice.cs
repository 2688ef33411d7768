using TenantHub.Client;
using TenantHub.Client.Accounts;

namespace TenantHub.Cli.Accounts;

/// <summary>Finds the account that a person means: by id, by label, or by the owner's id or name.</summary>
internal static class AccountChoice
{
    private const string IdPrefix = "acc_";

    public static async Task<AccountClient> FindAsync(TenantHubClient hub, string named, CancellationToken cancellationToken)
    {
        if (named.StartsWith(IdPrefix, StringComparison.Ordinal) && named[IdPrefix.Length..].All(char.IsAsciiLetterOrDigit))
            return hub.Account(named);
        var found = new List<LinkedAccount>();
        await foreach (var account in hub.Accounts.ListAsync(new AccountFilter { Search = named }, cancellationToken))
        {
            if (Is(account.Label, named) || Is(account.OriginOwnerId, named) || Is(account.OriginOwnerName, named))
                found.Add(account);
        }

        return found switch
        {
            [var one] => hub.Account(one.Id),
            [] => throw new CliException(
                ExitCode.NotFound,
                $"No account has the id, label or owner \"{named}\". List them with: tenanthub accounts list"
            ),
            _ => throw new CliException(
                ExitCode.Usage,
                $"\"{named}\" is {found.Count} accounts; name one by its id:\n{string.Join(
                    '\n',
                    found.Select(account => $"  {account.Id}  {account.Label}  {account.OriginOwnerName}"))}"
            ),
        };
    }

    private static bool Is(string? text, string named) => string.Equals(text, named, StringComparison.OrdinalIgnoreCase);
}
