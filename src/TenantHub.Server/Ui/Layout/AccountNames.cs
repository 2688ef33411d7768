using TenantHub.Accounts;
using TenantHub.Server.Accounts;
using TenantHub.Server.Security;

namespace TenantHub.Server.Ui.Layout;

/// <summary>The accounts that lists speak of, for lists that know ids only. What the caller may not see is not among them.</summary>
internal static class AccountNames
{
    public static async Task<IReadOnlyDictionary<string, AccountDescription>> FindAsync(
        IAccountDirectory directory,
        IEnumerable<string> ids,
        Caller caller
    )
    {
        var wanted = ids.Distinct().ToList();
        var filter = new AccountFilter
        {
            AccountIds = wanted,
            PageSize = wanted.Count,
            Statuses = Enum.GetValues<AccountStatus>(),
        };
        return wanted.Count > 0 && AccountQuery.Within(filter, caller) is { } visible
            ? (await directory.ListAsync(visible)).ToDictionary(account => account.Id)
            : new Dictionary<string, AccountDescription>();
    }
}
