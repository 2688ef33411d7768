using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using TenantHub.Accounts;
using Xunit;

namespace TenantHub.Server.Accounts;

public sealed class AccountQueryTests
{
    [Fact]
    public void Active_InOurWords_LeavesDegradedAccountsOut() =>
        Assert.Equal([AccountStatus.Active], Read("status=active", StatusWords.Ours).Filter!.Statuses);

    [Fact]
    public void Active_InStackOnesWords_MeansDegradedAccountsToo() =>
        Assert.Equal([AccountStatus.Active, AccountStatus.Degraded], Read("status=active", StatusWords.StackOne).Filter!.Statuses);

    [Fact]
    public void OurWord_IsTakenWhereStackOneHasNone() =>
        Assert.Equal([AccountStatus.AwaitingProvisioning], Read("status=awaiting_provisioning", StatusWords.StackOne).Filter!.Statuses);

    [Fact]
    public void UnknownWord_IsRefused_WithTheWordsOfWhoeverAsks()
    {
        Assert.Contains("awaiting_provisioning", Read("status=inactive", StatusWords.Ours).Error!.Detail, StringComparison.Ordinal);
        Assert.Contains("archived", Read("status=nonsense", StatusWords.StackOne).Error!.Detail, StringComparison.Ordinal);
    }

    private static (AccountFilter? Filter, TenantHub.Errors.ServiceError? Error) Read(string query, StatusWords words) =>
        AccountQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(query)), words);
}
