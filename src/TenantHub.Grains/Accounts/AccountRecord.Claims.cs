namespace TenantHub.Accounts;

/// <summary>An Autodesk account belongs to one owner (docs/adr/0018): it is claimed before it is linked, and given up when it is not, or
/// not any more.</summary>
internal sealed partial class AccountRecord
{
    /// <summary>Does something that gives the account to an owner, if the owner may have it. Whatever it replaces is given up once it is
    /// done.</summary>
    /// <param name="wanted">The account as it will be.</param>
    /// <param name="mayShare">Whether an operator stands behind it.</param>
    /// <param name="link">What is to be done.</param>
    public async Task<AccountResult> ClaimForAsync(AccountDescription wanted, bool mayShare, Func<Task<AccountResult>> link)
    {
        var before = Linked;
        if (before is not null && ClaimOf(before) == ClaimOf(wanted))
            return await link();
        if (await ClaimAsync(wanted, mayShare) is not { } granted)
            return AccountErrors.StorageFailed();
        if (!granted)
            return AccountErrors.Taken();

        var (earlier, result) = (State, (AccountResult?)null);
        try
        {
            result = await link();

            // Another link of the same owner may have failed meanwhile, and have given up what both had claimed. Now that the account
            // stands in
            // the directory nobody gives it up any more.
            if (result is AccountResult.Described && await ClaimAsync(wanted, mayShare) is false)
                result = await UndoAsync(earlier);
            return result;
        }
        finally
        {
            if (result is not AccountResult.Described)
                await ReleaseAsync(wanted, keepsApproval: true);
            else if (before is not null)
                await ReleaseAsync(before);
        }
    }

    private Task<bool?> ClaimAsync(AccountDescription wanted, bool mayShare) =>
        TryAsync(() =>
            shared.Claims.ClaimAsync(
                AutodeskAccount.Of(wanted),
                wanted.OriginOwnerId,
                wanted.OriginOwnerName,
                mayShare || shared.AllowSeveralOwners
            )
        );

    /// <summary>Another owner was faster: what was linked or changed is as before.</summary>
    private async Task<AccountResult> UndoAsync(LinkedAccountState earlier) =>
        await CommitAsync(state =>
            earlier.Account is { } account
                ? earlier with
                {
                    Account = account,
                    History = state.History,
                    Outbox = state.Outbox,
                }
                : state.WithStatus(AccountStatus.Unlinked, WireName.Of(ErrorCode.AccountTaken), null, shared.Clock.GetUtcNow()) with
                {
                    Credentials = null,
                }
        ) ?? AccountErrors.Taken();

    /// <summary>Gives an account up that its owner has no more. A claim that stays says of nobody but its owner that the account is taken,
    /// and not for long.</summary>
    public Task ReleaseAsync(AccountDescription gone, bool keepsApproval = false) =>
        TryAsync(async () =>
        {
            await shared.Claims.ReleaseAsync(AutodeskAccount.Of(gone), gone.OriginOwnerId, keepsApproval);
            return true;
        });

    private async Task<bool?> TryAsync(Func<Task<bool>> claim)
    {
        try
        {
            return await claim();
        }
        catch (Exception exception)
        {
            LogClaimFailed(exception, Id);
            return null;
        }
    }

    private static (AutodeskAccount Account, string OwnerId) ClaimOf(AccountDescription account) =>
        (AutodeskAccount.Of(account), account.OriginOwnerId);
}
