using Orleans.Concurrency;
using TenantHub.Actions;
using TenantHub.Calls;
using TenantHub.Isolation;
using TenantHub.Profiles;
using TenantHub.Provisioning;

namespace TenantHub.Accounts;

/// <summary>
/// One linked account: its entry points. What it holds is in <see cref="ActiveAccount"/>; what it does is done by the parts below, in the
/// order of two flows. Running an action: LinkedAccountGrain.Actions.cs. Linking and verifying: LinkedAccountGrain.Linking.cs.
/// </summary>
/// <remarks>
/// Reentrant, because an operator's look at the account must answer in milliseconds while a call takes seconds (docs/adr/0001).
/// What keeps calls apart is <see cref="ActiveAccount.Lane"/>; what keeps changes of the state apart is
/// <see cref="AccountRecord.CommitAsync"/>.
/// </remarks>
[Reentrant]
internal sealed partial class LinkedAccountGrain(
    [PersistentState("account")] IPersistentState<LinkedAccountState> stored,
    ActiveAccounts accounts,
    ProfileReader profiles,
    CallJournal journal,
    AutodeskCalls calls,
    Doctor doctor,
    Lessons lessons,
    WriteOnce writeOnce,
    Approvals.Approvals approvals,
    ResourceGuard guard,
    ResourceRecords records,
    CallPlanner planner
) : Grain, ILinkedAccountGrain, IRemindable
{
    private ActiveAccount _account = null!; // There from the activation on.

    private AccountRecord Record => _account.Record;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _account = accounts.Of(this, stored);
        await Record.OpenAsync();
        if (Record.State.Account?.ProfileId is { } profileId)
            profiles.Adopt(_account, await profiles.FindAsync(profileId));
        await journal.GoOnRecordingAsync(_account);
        accounts.Begin(GrainContext, _account);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await accounts.EndAsync(GrainContext, _account);

    public Task<AccountResult> DescribeAsync() => Task.FromResult(Record.Describe());

    public async Task<AccountLiveState?> GetLiveStateAsync()
    {
        Record.LeaveUnlessKnown();
        if (Record.Linked is not { } linked)
            return null;
        return new AccountLiveState
        {
            Account = linked,
            Lane = await planner.DescribeLaneAsync(_account, linked),
            AccessTokens = [.. _account.TrafficSoFar?.Tokens ?? []],
            Checks = Record.State.Checks,
            RecentCalls = [.. _account.RecentCalls.Reverse()],
            History = Record.State.History,
            WasProven = Record.State.ProvenAt is not null,
            Recording = _account.Recording is { } recording && _account.Now < recording.Until ? recording : null,
        };
    }

    public async Task<PlanResult> PlanAsync(ActionRequest request)
    {
        await profiles.RefreshAsync(_account, _account.StartByDefault());
        return await planner.PlanAsync(_account, request);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (Record.State.Damage is not null)
            return; // Once it is restored it is reminded again.
        if (reminderName == AccountRecord.OutboxReminder)
        {
            await Record.RemindOfOutboxAsync();
            return;
        }

        if (Record.IsLookedAtAgain)
            await VerifyAsync(CancellationToken.None);
        await Record.SetNextLookAsync(lessons.LookAgainAtLeastEvery);
    }
}
